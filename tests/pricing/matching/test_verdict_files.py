"""Verdicts out to files and in again, and the commands that people decide with."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

import purveyor.match
import purveyor.match_review
from pricing.matching.verdicts.files import VerdictImport, export_verdicts, import_verdicts
from pricing.matching.verdicts.giving import decide_pairs
from tests.conftest import FixedClock
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.records.verdicts import Ruling, standing_verdicts, verdict_history
from warehouse.settings import Settings
from warehouse.tables import PRODUCTS, TABLES

pytestmark = pytest.mark.usefixtures("queue")

Put = Callable[..., None]


NEEDED = "offer_id,sku,verdict"
FAULTS = [
    ("offer_id,sku\no1,A\n", "has no column verdict; its columns are offer_id, sku"),
    (f"{NEEDED}\no1,A,accept\no1,B,yes\n", "line 3, column verdict: there is no verdict 'yes'"),
    (f"{NEEDED}\no1,,accept\n", "line 2, column sku: it is empty"),
    (f"{NEEDED}\no1,Z,accept\n", "line 2, column sku: there is no product 'Z'"),
    (f"{NEEDED}\no9,A,accept\n", "line 2, column offer_id: no crawl has seen an offer 'o9'"),
    (f"{NEEDED}\no1,A,accept\no1,A,reject\n", "line 3, column sku: this pair stands at .* 2 too"),
    (f"{NEEDED},pack_ratio\no1,A,other_pack,\n", "line 2, column pack_ratio: other_pack needs one"),
    (f"{NEEDED},pack_ratio\no1,A,other_pack,many\n", "line 2, column pack_ratio: 'many' is no number"),
    (f"{NEEDED},decided_at\no1,A,accept,yesterday\n", "line 2, column decided_at: 'yesterday' is no time"),
    (f"{NEEDED},decided_at\no1,A,accept,2026-01-01\n", "line 2, column decided_at: 2026-01-01 has no time zone"),
    (f"{NEEDED},decided_at\no1,A,accept,2999-01-01T00:00Z\n", "line 2, column decided_at: .* is yet to come"),
    (f"{NEEDED}\no1,A\n", "line 2 "),
]


@pytest.fixture
def decided(queue: None, warehouse: Warehouse, write: Put) -> None:
    """Two verdicts, on an offer and a product whose titles a spreadsheet would run."""
    late = {"crawl_id": "late", "offer_id": "o2", "site": "berg", "url": "https://berg.example/2"}
    write("offers", {**late, "observed_at": warehouse.clock(), "title": "=HYPERLINK(A1)"})
    retitle(warehouse, "C", "+1 thing")
    rulings = [Ruling("o2", "C", "other_pack", pack_ratio=0.5, note="-half"), Ruling("o3", "B", "reject")]
    decide_pairs(warehouse, rulings, by="ann")


def retitle(warehouse: Warehouse, sku: str, title: str) -> None:
    warehouse.lake.merge(PRODUCTS, pa.table({"sku": [sku], "title": [title]}))


def standing(warehouse: Warehouse) -> dict[str, tuple[str, float | None, str]]:
    with warehouse.records.reading() as tx:
        rows = standing_verdicts(tx).values()
    return {f"{row.offer_id} {row.sku}": (row.verdict, row.pack_ratio, row.decided_by) for row in rows}


@pytest.mark.usefixtures("decided")
class TestFiles:
    def test_a_file_taken_in_again_changes_nothing(self, warehouse: Warehouse, tmp_path: Path) -> None:
        before = standing(warehouse)
        for name in ("verdicts.csv", "verdicts.xlsx"):
            assert export_verdicts(warehouse, tmp_path / name) == 2
            assert import_verdicts(warehouse, tmp_path / name, by="bob") == VerdictImport(0, 2, 0)
        assert standing(warehouse) == before == {"o2 C": ("other_pack", 0.5, "ann"), "o3 B": ("reject", None, "ann")}

    def test_a_file_is_what_its_name_says_or_is_not_written(self, warehouse: Warehouse, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"verdicts.xls: verdicts are written as .csv or .xlsx"):
            export_verdicts(warehouse, tmp_path / "verdicts.xls")
        assert not (tmp_path / "verdicts.xls").exists()

    def test_nothing_in_a_file_is_a_formula(self, warehouse: Warehouse, tmp_path: Path) -> None:
        export_verdicts(warehouse, tmp_path / "v.csv")
        export_verdicts(warehouse, tmp_path / "v.xlsx")
        with (tmp_path / "v.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        sheet = openpyxl.load_workbook(tmp_path / "v.xlsx").active
        assert sheet is not None
        names, *cells = sheet.iter_rows()
        assert [cell.value for cell in names] == list(rows[0])
        assert {cell.data_type for row in cells for cell in row} <= {"s", "n"}
        for row, typed in zip(rows, cells, strict=True):
            texts = {str(name.value): cell.value for name, cell in zip(names, typed, strict=True)}
            for told in (row, texts):
                assert not [text for text in told.values() if isinstance(text, str) and text[:1] in ("=", "+", "-")]
        assert rows[0]["offer_title"] == "'=HYPERLINK(A1)" and rows[0]["note"] == "'-half"
        assert (rows[0]["product_title"], rows[0]["site"]) == ("'+1 thing", "berg")

    def test_verdicts_move_to_another_house(self, warehouse: Warehouse, write: Put, tmp_path: Path) -> None:
        """With who decided and when, and what the page said then."""
        export_verdicts(warehouse, tmp_path / "v.csv")
        other = Settings(home=tmp_path / "other")
        with Warehouse.open(other, clock=lambda: warehouse.clock() + timedelta(days=1)) as elsewhere:
            with pytest.raises(InputError, match="line 2, column offer_id: no crawl has seen an offer 'o2'"):
                import_verdicts(elsewhere, tmp_path / "v.csv", by="bob")
            with warehouse.session() as session:
                for table in ("products", "offers", "matches"):
                    elsewhere.lake.append(TABLES[table], session.query(f"select * from {table}"))
            assert import_verdicts(elsewhere, tmp_path / "v.csv", by="bob") == VerdictImport(2, 0, 0)
            assert standing(elsewhere) == standing(warehouse)
            with elsewhere.records.reading() as tx:
                brought = standing_verdicts(tx)["o2", "C"]
        assert (brought.decided_at, brought.offer_title, brought.note) == (warehouse.clock(), "=HYPERLINK(A1)", "-half")

    def test_an_edited_row_is_decided_anew_and_an_older_one_is_left_out(
        self, warehouse: Warehouse, clock: FixedClock, tmp_path: Path
    ) -> None:
        path = tmp_path / "v.csv"
        export_verdicts(warehouse, path)
        clock.forward(hours=1)
        path.write_text(path.read_text().replace("o3,B,reject", "o3,B,accept"))
        assert import_verdicts(warehouse, path, by="bob") == VerdictImport(1, 1, 0)
        assert standing(warehouse)["o3 B"] == ("accept", None, "bob")
        with warehouse.records.reading() as tx:
            assert [row.decided_by for row in verdict_history(tx, "o3", "B")] == ["bob", "ann"]
        # The same file once more: what it says of o3 stands. Then as it was before: ann's is older than bob's.
        assert import_verdicts(warehouse, path, by="cid") == VerdictImport(0, 2, 0)
        path.write_text(path.read_text().replace("o3,B,accept", "o3,B,reject"))
        assert import_verdicts(warehouse, path, by="cid") == VerdictImport(0, 1, 1)
        assert standing(warehouse)["o3 B"] == ("accept", None, "bob")

    def test_a_fault_is_named_and_nothing_is_taken(self, warehouse: Warehouse, tmp_path: Path) -> None:
        before = standing(warehouse)
        path = tmp_path / "v.csv"
        for rows, complaint in FAULTS:
            path.write_text(rows)
            with pytest.raises(InputError, match=rf"^v\.csv.*{complaint}"):
                import_verdicts(warehouse, path, by="bob")
        assert standing(warehouse) == before

    def test_a_file_by_hand(self, warehouse: Warehouse, tmp_path: Path) -> None:
        """Three columns will do; a decimal comma too."""
        path = tmp_path / "v.csv"
        path.write_text("offer_id;sku;verdict;pack_ratio\no1;A;other_pack;0,5\no2;C;withdrawn;\n")
        assert import_verdicts(warehouse, path, by="bob") == VerdictImport(2, 0, 0)
        assert standing(warehouse) == {"o1 A": ("other_pack", 0.5, "bob"), "o3 B": ("reject", None, "ann")}


class TestCommands:
    @pytest.fixture(autouse=True)
    def home(self, settings: Settings, monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse) -> None:
        opened = partial(Warehouse.open, settings, clock=warehouse.clock)
        monkeypatch.setattr(purveyor.match_review, "open_warehouse", opened)
        monkeypatch.setenv("LOGNAME", "ann")

    def run(self, *arguments: str, keys: str | None = None) -> str:
        result = CliRunner().invoke(purveyor.match.app, arguments, input=keys, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    def test_the_queue_as_a_list(self, warehouse: Warehouse) -> None:
        retitle(warehouse, "A", "\x1b[2JHidden")
        listed = self.run("review", "--limit", "1")
        assert "offer o1  product A" in listed and "offer o1  product B" in listed and "… and 2 more offers" in listed
        assert "\x1b" not in listed
        page = json.loads(self.run("review", "--json"))
        assert page["waiting"] == 3
        assert [offer["offer_id"] for offer in page["offers"]] == ["o1", "o3", "o2"]
        assert page["offers"][0]["candidates"][0]["sku"] == "A"

    def test_deciding_by_keys(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        """o1: rejected as A, accepted as B, undone, skipped; o3 is equivalent; o2 a case, once the pack can be."""
        monkeypatch.setattr(purveyor.match_review, "on_terminal", lambda: True)
        told = self.run("review", keys="ra?u" + "s" + "e" + "p1\n" + "p12\n")
        assert "undone" in told and "1 is the same pack" in told
        assert "nothing more waits for a look; 3 verdicts given" in told
        assert standing(warehouse) == {
            "o1 A": ("reject", None, "ann"), "o3 B": ("equivalent", None, "ann"), "o2 C": ("other_pack", 12.0, "ann"),
        }  # fmt: skip

    def test_leaving_in_between(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(purveyor.match_review, "on_terminal", lambda: True)
        assert "nothing to undo" in self.run("review", keys="uaq")
        assert standing(warehouse) == {"o1 A": ("accept", None, "ann")}

    def test_files_by_the_command(self, warehouse: Warehouse, tmp_path: Path) -> None:
        decide_pairs(warehouse, [Ruling("o1", "A", "accept")], by="bob")
        path = tmp_path / "v.xlsx"
        assert f"1 verdicts in {path}" in self.run("verdicts", "--output", str(path))
        assert json.loads(self.run("verdicts", "--input", str(path), "--json")) == {
            "written": 0, "unchanged": 1, "outdated": 0,
        }  # fmt: skip
        with pytest.raises(InputError, match="say --output FILE"):
            self.run("verdicts")

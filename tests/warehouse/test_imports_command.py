"""`purveyor import` as a person or a script runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Purveyor

GOOD = "No,When,Art,Qty,Sum\n1,2026-01-05 10:00,A,1,10.50\n2,2026-01-05 10:00,B,-1,-10.50\n"
MAP = "order_id=No,ordered_at=When,sku=Art,quantity=Qty,amount=Sum"


def test_import_prints_what_became_of_the_rows(purveyor: Purveyor, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(GOOD)
    arguments = ("import", "orders", "o.csv", "--map", MAP, "--currency", "EUR", "--timezone", "Europe/Berlin")
    first = purveyor(*arguments, "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) == {
        "read": 2,
        "written": 2,
        "duplicates": 0,
        "returns": 1,
        "without_customer": 2,
        "rejected": 0,
        "rejects_file": None,
        "ignored_columns": [],
        "left_out": {},
        "also": {},
        "erased": 0,
        "read_as": {"format": "CSV", "encoding": "utf-8", "separator": ",", "decimal": "."},
    }
    second = purveyor(*arguments)
    assert second.returncode == 0
    assert "2 rows read, 0 written, 2 there already, 0 rejected" in second.stdout


def test_columns_that_were_not_taken_are_named(purveyor: Purveyor, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(
        "order_id,ordered_at,sku,quantity,amount,cupon,Note\n1,2026-01-05 10:00,A,1,10.50,SUMMER,x\n"
    )
    arguments = ("import", "orders", "o.csv", "--currency", "EUR", "--timezone", "Europe/Berlin")
    told = purveyor(*arguments)
    assert told.returncode == 0, told.stderr
    assert "columns not taken, since no field has such a name: cupon, Note (--map)" in told.stdout.splitlines()
    assert json.loads(purveyor(*arguments, "--json").stdout)["ignored_columns"] == ["cupon", "Note"]
    chosen = "order_id=order_id,ordered_at=ordered_at,sku=sku,quantity=quantity,amount=amount"
    assert "not taken" not in purveyor(*arguments, "--map", chosen).stdout


def test_a_refusal_is_one_line_and_exit_code_one(purveyor: Purveyor, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(GOOD.replace("10.50", "10,50"))
    refused = purveyor("import", "orders", "o.csv", "--preset", "nix")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("purveyor: there is no preset 'nix'; presets for orders: ")
    assert len(refused.stderr.splitlines()) == 1
    options = ("--currency", "EUR", "--timezone", "UTC", "--json")
    refused = purveyor("import", "orders", "o.csv", "--map", MAP, *options)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-1].startswith("purveyor: o.csv line 2: has 6 fields where the header has 5; ")
    assert purveyor("import", "orders", "o.csv", "--map", MAP, *options, "--skip-rejected").returncode == 0

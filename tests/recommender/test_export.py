"""Recommendations for a file of customers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.answers import Purchased, Recommender
from recommender.export import export
from tests.recommender.conftest import two_tastes
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse


def written(path: Path) -> dict[str, list[tuple[int, str, float]]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, list[tuple[int, str, float]]] = {}
    for row in rows:
        assert list(row) == ["customer_id", "rank", "sku", "score"]
        found.setdefault(row["customer_id"], []).append((int(row["rank"]), row["sku"], float(row["score"])))
    return found


def exported(
    warehouse: Warehouse, folder: Path, text: str, *, limit: int = 20, purchased: Purchased = "include"
) -> dict[str, list[tuple[int, str, float]]]:
    (folder / "in.csv").write_text(text, "utf-8")
    export(warehouse, folder / "in.csv", folder / "out.csv", limit=limit, purchased=purchased)
    return written(folder / "out.csv")


@pytest.mark.parametrize("purchased", ["include", "exclude"])
def test_the_file_says_what_the_api_says(
    released: Warehouse, recommender: Recommender, tmp_path: Path, purchased: Purchased
) -> None:
    customers = sorted({row.customer or "" for row in two_tastes()})
    found = exported(released, tmp_path, "\n".join(["customer_id", *customers]), limit=6, purchased=purchased)
    assert list(found) == customers
    for customer in customers[:12]:
        items = recommender.for_you(customer, 6, purchased)
        assert [(rank, sku) for rank, sku, _ in found[customer]] == [
            (rank, item.sku) for rank, item in enumerate(items, 1)
        ]
        assert [score for *_, score in found[customer]] == pytest.approx([item.score for item in items], rel=1e-4)


def test_every_customer_asked_for_has_rows_once(released: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('\ufeffname, customer_id\nA,C004\nB,nobody\n"C",C004\nD,\n\nE,"  "\nF\n', "utf-8")
    result = export(released, tmp_path / "in.csv", tmp_path / "out.csv", limit=3)
    assert (result.customers, result.popular, result.repeated, result.blank, result.rows) == (2, 1, 1, 3, 6)
    found = written(tmp_path / "out.csv")
    assert [rank for rank, *_ in found["C004"]] == [rank for rank, *_ in found["nobody"]] == [1, 2, 3]
    assert found["nobody"][0][1] == "bags"


def test_an_erased_customer_is_a_stranger(released: Warehouse, tmp_path: Path) -> None:
    before = exported(released, tmp_path, "customer_id\nC004\nnobody\n", limit=5)
    released.erase("C004")
    after = exported(released, tmp_path, "customer_id\nC004\nnobody\n", limit=5)
    assert before["C004"] != before["nobody"]
    assert after["C004"] == after["nobody"] == before["nobody"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(min_size=1).filter(lambda text: text.strip() and "\x00" not in text), min_size=1, unique=True))
def test_ids_are_written_as_they_are_read(released: Warehouse, tmp_path: Path, ids: list[str]) -> None:
    ids = [customer.encode("utf-8", "ignore").decode() for customer in ids]
    ids = [customer for customer in dict.fromkeys(ids) if customer.strip()] or ["=1+1"]
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["customer_id"], *([customer] for customer in ids)])
    export(released, tmp_path / "in.csv", tmp_path / "out.csv", limit=1)
    assert list(written(tmp_path / "out.csv")) == ids


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id,name\n1,2\n", r"has no column customer_id \(it has: id, name\)"),
        (b"", r"has no column customer_id \(it has: nothing\)"),
        (b"customer_id\n\xff\xfe\n", "not UTF-8"),
        (b'customer_id\n"' + b"x" * 200_000, "line 2"),
    ],
)
def test_files_that_cannot_be_read(released: Warehouse, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        export(released, tmp_path / "in.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_other_things_that_are_not_there(released: Warehouse, tmp_path: Path) -> None:
    customers = tmp_path / "in.csv"
    with pytest.raises(InputError, match="does not exist"):
        export(released, customers, tmp_path / "out.csv")
    with pytest.raises(InputError, match="cannot be read"):
        export(released, tmp_path, tmp_path / "out.csv")
    customers.write_text("customer_id\nC004\n", "utf-8")
    with pytest.raises(InputError, match="is not a folder"):
        export(released, customers, tmp_path / "nowhere" / "out.csv")
    with pytest.raises(InputError, match="cannot be written"):
        export(released, customers, tmp_path / "home")  # a folder
    with pytest.raises(InputError, match="limit 0"):
        export(released, customers, tmp_path / "out.csv", limit=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "in.csv"]


def test_nothing_released(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("customer_id\nC004\n", "utf-8")
    with pytest.raises(NotFound):
        export(warehouse, tmp_path / "in.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()

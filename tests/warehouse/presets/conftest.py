"""A shop, and files as its platform writes them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file
from warehouse.stores import open_store

Rows = list[dict[str, object]]


@pytest.fixture
def shop(warehouse: Warehouse) -> Warehouse:
    """A warehouse with the store `main` in Berlin, which sells in EUR with tax in its prices."""
    open_store(warehouse, "main", currency="EUR", timezone="Europe/Berlin", prices_include_tax=True)
    return warehouse


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows, the columns of all of them as header, as a CSV file in an encoding and with a separator."""

    def write(
        rows: Sequence[Mapping[str, object]], name: str = "export.csv", *, encoding: str = "utf-8", separator: str = ","
    ) -> Path:
        columns = list(dict.fromkeys(column for row in rows for column in row))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / name
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return write


@pytest.fixture
def json_lines(tmp_path: Path) -> Callable[..., Path]:
    """Writes objects one a line."""

    def write(objects: Sequence[object], name: str = "nodes.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects), encoding="utf-8")
        return path

    return write


@pytest.fixture
def take(shop: Warehouse) -> Callable[..., ImportResult]:
    """Imports a file by a preset."""

    def run(kind: str, path: Path, preset: str, **options: object) -> ImportResult:
        return import_file(shop, kind, path, preset=preset, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def ask(shop: Warehouse) -> Callable[[str], Rows]:
    """Rows of a query."""

    def run(sql: str) -> Rows:
        with shop.session() as session:
            answer: Rows = session.query(sql).to_pylist()
        return answer

    return run

"""What a person sees who gives the command something wrong: one line with the place and the remedy, and no trace."""

from __future__ import annotations

import gzip
import socket
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Purveyor

HEADER = "order_id,ordered_at,sku,quantity,amount,currency\n"
GOOD = "1,2026-05-01T10:00:00Z,kettle,1,19.90,EUR\n"
STORE = ("--timezone", "UTC", "--currency", "EUR")
CROISSANTS = "2,2026-05-01T10:00:00Z,croissant,2,3.80,EUR\n"


def complaint(finished: subprocess.CompletedProcess[str]) -> str:
    """The one line of complaint; progress lines before it are allowed, a traceback is not."""
    assert finished.returncode != 0
    assert "Traceback" not in finished.stderr, finished.stderr
    lines = [line for line in finished.stderr.splitlines() if not line.endswith(" …")]
    assert len(lines) == 1, finished.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("order_id,ordered_at,quantity,amount\n1,2026-05-01,1,5\n", (), ["orders.csv", "sku", "--map"]),
        (HEADER + GOOD + CROISSANTS.replace("2026-05-01", "2026-13-01"), (), ["line 3", "ordered_at", "2026-13-01"]),
        (HEADER + GOOD + CROISSANTS.replace("3.80", "three"), (), ["line 3", "amount", "three"]),
        (HEADER + CROISSANTS.replace("EUR", "EURO"), (), ["line 2", "currency", "EURO"]),
        (HEADER + GOOD, ("--preset", "nonsense"), ["nonsense", "online-retail"]),
        (HEADER + GOOD, ("--currency", "XXQ"), ["XXQ", "ISO 4217"]),
        (HEADER + GOOD, ("--timezone", "Mars/Olympus"), ["Mars/Olympus"]),
        (HEADER + GOOD, ("--map", "oder_id=order_id"), ["oder_id", "order_id"]),
        ("", (), ["orders.csv"]),
    ],
)
def test_a_file_that_cannot_be_taken(
    purveyor: Purveyor,
    tmp_path: Path,
    content: str,
    options: tuple[str, ...],
    said: list[str],
) -> None:
    (tmp_path / "orders.csv").write_text(content)
    place_and_remedy = complaint(purveyor("import", "orders", "orders.csv", *STORE, *options))
    for words in said:
        assert words in place_and_remedy, place_and_remedy
    counted = purveyor("query", "select count(*) as n from orders", "--format", "csv")
    assert counted.stdout == "n\n0\n", "something was written"


def test_files_that_are_broken(purveyor: Purveyor, tmp_path: Path) -> None:
    (tmp_path / "orders.parquet").write_bytes(b"PAR1 and then nothing of the kind PAR1")
    assert "orders.parquet" in complaint(purveyor("import", "orders", "orders.parquet"))
    whole = gzip.compress((HEADER + GOOD * 5000).encode())
    (tmp_path / "orders.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert "orders.csv.gz" in complaint(purveyor("import", "orders", "orders.csv.gz", *STORE))
    assert "missing.csv" in complaint(purveyor("import", "orders", "missing.csv"))


def test_a_lake_of_a_newer_version(purveyor: Purveyor, tmp_path: Path) -> None:
    assert purveyor("init", "--currency", "EUR").returncode == 0
    (tmp_path / "home" / "lake" / "purveyor-lake.json").write_text('{"format": 2}')
    assert "upgrade Purveyor" in complaint(purveyor("query", "select 1"))


def test_a_port_in_use(purveyor: Purveyor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = complaint(purveyor("serve", "--port", str(port)))
    assert str(port) in said
    assert "--port" in said


def test_a_home_that_is_no_folder(purveyor: Purveyor, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    assert "PURVEYOR_HOME" in complaint(purveyor("query", "select 1"))


def test_a_demo_leaves_other_homes_alone(purveyor: Purveyor, tmp_path: Path) -> None:
    assert purveyor("init", "--currency", "EUR").returncode == 0
    assert "another folder" in complaint(purveyor("demo", "--once"))
    assert (tmp_path / "home" / "records.db").exists()

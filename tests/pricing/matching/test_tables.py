"""Tables of listings and pairs from files: what is taken from them, and what is said of what cannot be."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import purveyor.match
from pricing.matching.listing import Listing
from pricing.matching.tables import read_pairs, read_price, read_tables
from warehouse.errors import InputError

OURS = 'id,name,manufacturer,price,modelno\n007,Coffee Press,Kopperby,"$1,299.00",CP-6\n12, Whisk ,,n/a,\n'
THEIRS = "SKU;Product Name;EAN;Category\n0;Presse à café;4006381333931;Küche\n1;Fouet;;\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


Write = Callable[..., Path]


def test_columns_are_found_by_their_names(write: Write) -> None:
    ours, theirs = read_tables(write("a.csv", OURS), write("b.csv", THEIRS))
    assert ours == [
        Listing("007", "Coffee Press", brand="Kopperby", price=1299.0, mpn="CP-6"),
        Listing("12", "Whisk"),
    ]
    assert theirs[0] == Listing("0", "Presse à café", gtin="4006381333931", category="Küche")
    assert theirs[1] == Listing("1", "Fouet")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_and_packed_files(write: Write, encoding: str) -> None:
    packed = write("b.csv.gz", gzip.compress(THEIRS.encode(encoding)))
    _, theirs = read_tables(write("a.csv", OURS), packed)
    assert [x.title for x in theirs] == ["Presse à café", "Fouet"]
    assert theirs[0].category == "Küche"


def test_a_map_names_columns_of_either_table(write: Write) -> None:
    left, right = write("a.csv", "key,what\n1,Press\n"), write("b.csv", "key,title,code\n2,Whisk,X-1\n")
    ours, theirs = read_tables(left, right, columns={"id": "key", "title": "what", "mpn": "code"})
    assert (ours, theirs) == ([Listing("1", "Press")], [Listing("2", "Whisk", mpn="X-1")])


def test_long_descriptions_with_line_ends_and_quotes(write: Write, tmp_path: Path) -> None:
    long = 'He said "so"\n' * 5000
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "title", "description"], ["1", "a", long], ["2", "b", "plain"]])
    ours, _ = read_tables(path, write("b.csv", THEIRS))
    assert [x.description for x in ours] == [long.strip(), "plain"]


@pytest.mark.parametrize(
    ("left", "columns", "said"),
    [
        ("id,price\n1,2\n", {}, ["a.csv has no column for title", "id, price", "--map title=COLUMN"]),
        ("name\nPress\n", {}, ["a.csv has no column for id", "--map id=COLUMN"]),
        ("id,title\n1,a\n,b\n", {}, ["a.csv line 3: id is empty"]),
        ("id,title\n1,a\n2,b\n1,c\n", {}, ["a.csv line 4: id '1'", "a.csv line 2"]),
        ("id,title\n1,a,x\n2,b\n", {}, ["a.csv line 2 has 3 fields where the header has 2"]),
        ("id,title\n1,a\n", {"titel": "title"}, ["--map", "'titel'", "did you mean 'title'"]),
        ("id,title\n1,a\n", {"brand": "marke"}, ["--map brand=marke", "a.csv", "b.csv", "'marke'"]),
        ("", {}, ["a.csv is empty"]),
        ("id,title\n1,\0\n", {}, ["a.csv line 2", "NUL"]),
        ('id,title\n1,"a\n', {}, ["a.csv", "quotes"]),
    ],
)
def test_a_table_that_cannot_be_taken(write: Write, left: str, columns: dict[str, str], said: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        read_tables(write("a.csv", left), write("b.csv", THEIRS), columns=columns)
    for words in said:
        assert words in str(raised.value)


def test_pairs_by_id_with_and_without_labels(write: Write) -> None:
    ours, theirs = read_tables(write("a.csv", OURS), write("b.csv", THEIRS))
    labelled = read_pairs(write("p.csv", "ltable_id,rtable_id,label\n12,0,1\n007,1,0\n"), ours, theirs)
    assert (labelled.pairs.left.tolist(), labelled.pairs.right.tolist()) == ([1, 0], [0, 1])
    assert labelled.labels is not None and labelled.labels.tolist() == [True, False]
    assert labelled.left_out is None
    bare = read_pairs(write("q.csv", "ltable_id,rtable_id\n12,1\n"), ours, theirs)
    assert bare.labels is None and len(bare.pairs) == 1


def test_a_file_that_breaks_off_loses_its_last_row_and_says_so(write: Write) -> None:
    ours, theirs = read_tables(write("a.csv", OURS), write("b.csv", THEIRS))
    cut = read_pairs(write("p.csv", "ltable_id,rtable_id,label\n12,0,1\n007,1"), ours, theirs)
    assert len(cut.pairs) == 1
    assert cut.left_out is not None and "p.csv line 3 has 2 fields" in cut.left_out


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ("ltable_id,label\n12,1\n", ["p.csv has no column rtable_id", "ltable_id, label"]),
        ("ltable_id,rtable_id\n12,0\n7,0\n", ["p.csv line 3: ltable_id '7' is not in the left table"]),
        ("ltable_id,rtable_id\n12,9\n", ["p.csv line 2: rtable_id '9' is not in the right table"]),
        ("ltable_id,rtable_id\n12,\n", ["p.csv line 2: rtable_id '' is not in the right table"]),
        ("ltable_id,rtable_id,label\n12,0,2\n", ["p.csv line 2: label '2'", "1 (match) nor 0"]),
        ("ltable_id,rtable_id,label\n12,0\n12,1,1\n", ["p.csv line 2 has 2 fields"]),
        ("ltable_id,rtable_id,label\n12,0,1,1\n", ["p.csv line 2 has 4 fields"]),
    ],
)
def test_pairs_that_cannot_be_taken(write: Write, pairs: str, said: list[str]) -> None:
    ours, theirs = read_tables(write("a.csv", OURS), write("b.csv", THEIRS))
    with pytest.raises(InputError) as raised:
        read_pairs(write("p.csv", pairs), ours, theirs)
    for words in said:
        assert words in str(raised.value)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("$1,299.00", 1299.0), ("399.0", 399.0), ("2.82E3", 2820.0), ("18,54", 18.54), ("1,134.99 Lei;", 1134.99),
        ("1.234,56 €", 1234.56), ("1.299 €", 1299.0), ("1,299", 1299.0), ("0,999", 0.999), ("1 299,00", 1299.0),
        ("CHF 1'299.–", 1299.0), ("1,234,567", 1234567.0), ("", None), (None, None), ("n/a", None), ("0", None),
        ("-5", None), ("9" * 80, None),
    ],
)  # fmt: skip
def test_prices(text: str | None, price: float | None) -> None:
    assert read_price(text) == price


@given(st.text(max_size=200))
def test_any_text_is_a_price_or_none(text: str) -> None:
    price = read_price(text)
    assert price is None or 0 < price < 1e12


@given(st.integers(1, 10**7), st.sampled_from(["{:,.2f}", "${:,.2f}", "{:.2f}", "{:,.2f} EUR"]))
def test_a_price_is_read_as_it_was_written(cents: int, form: str) -> None:
    written = form.format(cents / 100)
    assert read_price(written) == pytest.approx(cents / 100)
    german = written.translate(str.maketrans(",.", ".,"))
    assert read_price(german) == pytest.approx(cents / 100)


def test_the_command_writes_the_candidates(write: Write, tmp_path: Path) -> None:
    left = write("a.csv", "id,title\n=1,Coffee Press\n2,Whisk\n")
    right = write("b.csv", "id,title\nx,Press for coffee\ny,Steel whisk\nz,Coffee press\n")
    output = tmp_path / "out.csv"
    options = ["--left", left, "--right", right, "--output", output, "--top", 1]
    result = CliRunner().invoke(purveyor.match.app, ["candidates", *map(str, options)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "2 products against 3 offers: 2 pairs" in result.stdout
    with output.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["ltable_id", "rtable_id", "similarity", "rank"], ["'=1", "z", "1.000000", "1"], ["2", "y", rows[2][2], "1"],
    ]  # fmt: skip
    assert 0 < float(rows[2][2]) < 1

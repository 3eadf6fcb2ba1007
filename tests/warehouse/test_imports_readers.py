"""Files as streams of text: places, shapes and damage."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.errors import InputError
from warehouse.imports.readers import Source, open_source


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


Write = Callable[[str, bytes], Path]


def rows(source: Source) -> list[tuple[object, ...]]:
    """(place, fault, *cells) of every row."""
    return [tuple(row.values()) for batch in source.batches for row in batch.to_pylist()]


def test_a_row_stands_where_its_first_line_does(write: Write) -> None:
    content = b'sku,title\nA,"one\ntwo\r\nthree"\n\nB,"x"\n'
    source = open_source(write("p.csv", content))
    assert source.columns == ("sku", "title")
    assert source.unit == "line"
    assert rows(source) == [(2, None, "A", "one\ntwo\r\nthree"), (6, None, "B", "x")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_byte_order_mark_and_delimiters(write: Write, delimiter: str) -> None:
    content = f"\ufeffsku{delimiter} title \r\nA{delimiter}größer\r\n".encode()
    source = open_source(write("p.csv", content))
    assert source.columns == ("sku", "title")
    assert rows(source) == [(2, None, "A", "größer")]


def test_a_compressed_file_reads_like_the_plain_one(write: Write) -> None:
    content = b"sku,title\nA,x\nB,y\n"
    assert rows(open_source(write("p.csv.gz", gzip.compress(content)))) == rows(open_source(write("p.csv", content)))


def test_rows_of_another_shape_are_faults_of_their_own(write: Write) -> None:
    source = open_source(write("p.csv", b"a,b\n1\n1,2,3\n4,5\n"))
    assert rows(source) == [
        (2, "has 1 field where the header has 2", "1", None),
        (3, "has 3 fields where the header has 2", "1", "2,3"),
        (4, None, "4", "5"),
    ]


def test_a_header_alone_has_no_rows(write: Write) -> None:
    assert rows(open_source(write("p.csv", b"a,b\n"))) == []


LONG = b"a,b\n" + b"1,2\n" * 60_000
"""More rows than one batch."""


def test_batches_go_on_with_the_lines(write: Write) -> None:
    assert [row[0] for row in rows(open_source(write("p.csv", LONG)))] == list(range(2, 60_002))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty.csv is empty"),
        ("nul.csv", b"a,b\n1,2\n3,\0\n", "nul.csv line 3 holds a NUL byte"),
        ("nul16.csv", "a,b\n".encode("utf-16-le"), "nul16.csv line 1 holds a NUL byte"),
        ("open.csv", b'a,b\n1,"2\n3,4\n', "open.csv line 2 is not valid CSV"),
        ("quote.csv", b'a,b\n1,2\n1,"2"3\n', "quote.csv line 3 is not valid CSV"),
        ("cut.csv.gz", gzip.compress(LONG)[:-20], "cut.csv.gz is cut off or damaged near line"),
        ("not.csv.gz", b"a,b\n1,2\n", "not.csv.gz is cut off or damaged"),
        ("twice.csv", b"a,b,a\n", "twice.csv has two columns called 'a'"),
        ("long.csv", b"a,b\n" + b"x" * 1_100_000 + b"\n", "long.csv line 2 has over 1000000 characters"),
        ("no.parquet", b"PAR1 and nothing else", "no.parquet is not a whole Parquet file"),
        ("text.parquet", b"a,b\n1,2\n", "text.parquet is not a whole Parquet file"),
    ],
)
def test_damage_is_named_with_its_place(write: Write, name: str, content: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        rows(open_source(write(name, content)))
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_line_that_is_not_of_the_named_encoding(write: Write) -> None:
    path = write("latin.csv", b"a,b\n" + b"1,2\n" * 9000 + "1,\u00a3\n".encode("latin-1"))
    with pytest.raises(
        InputError, match=r"latin\.csv line 9002 is not utf-8; name the file's encoding with --encoding"
    ):
        rows(open_source(path, encoding="utf8"))
    assert rows(open_source(path))[-1] == (9002, None, "1", "\u00a3")
    with pytest.raises(InputError, match=r"--encoding: 'utf-9' is no encoding; write one such as utf-8"):
        open_source(path, encoding="utf-9")
    with pytest.raises(InputError, match=r"--encoding: 'base64' is no encoding"):
        open_source(path, encoding="base64")


TEXTS = {
    "cp1251": "Кроссовки мужские чёрные;Москва",
    "cp1252": "größer;Élodie;Noël;5,00 €",
    "cp1250": "Żółta łódź;Łukasz;Gdańsk",
    "iso8859-2": "Příliš žluťoučký kůň;šaty",
    "iso8859-15": "Preis: 5,00 €;x",
    "cp1253": "Αθήνα;παπούτσια",
    "cp1254": "İstanbul;ayakkabı;şapka",
    "cp1255": "נעליים;תל אביב;שלום",
    "cp1256": "حذاء رياضي;القاهرة",
    "cp1257": "Rīga;kurpes;ģimene",
    "koi8-u": "Футболка Белая;Шапка",
    "cp866": "Футболка Белая;Шапка",
    "mac-roman": "Straße;Müller",
    "gb18030": "产品名称;红色的鞋子;运动鞋",
    "cp932": "商品名;赤い靴;カタカナ",
    "euc_kr": "상품명;빨간 신발",
    "utf-8": "größer 👟;Кроссовки",
    "utf-8-sig": "größer 👟;Кроссовки",
    "utf-16": "größer 👟;Кроссовки",
    "utf-32": "größer 👟;Кроссовки",
}
"""What shops write, in the encodings they do it in."""


@pytest.mark.parametrize(("encoding", "text"), TEXTS.items())
def test_the_encoding_is_detected(write: Write, encoding: str, text: str) -> None:
    cells = text.split(";")
    content = f"sku;{';'.join(f'n{place}' for place in range(len(cells)))}\r\nA;{text}\r\n".encode(encoding)
    source = open_source(write("p.csv", content))
    assert rows(source) == [(2, None, "A", *cells)]
    assert source.read_as == {"format": "CSV", "encoding": encoding.removesuffix("-sig"), "separator": ";"}
    told = open_source(write("q.csv.gz", gzip.compress(content)), encoding=encoding)
    assert rows(told) == [(2, None, "A", *cells)]


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        ("a;b\n1,5;2,5\n3,5;4\n", ";"),
        ("price, EUR;name\n1,5;x\n", ";"),
        ('"a";"b"\n"x, y";"z"\n', ";"),
        ('a,b\n"x;y;z",1\n"p;q;r",2\n', ","),
        ("a\tb, c\td\n1\t2,5\t3\n", "\t"),
        ("a|b\nx,y|z\n", "|"),
        ("name\nx, y\nz\n", ","),
        ("a,b\n1\n1,2,3\n4,5\n", ","),
        ('a;b\n1;"one\ntwo; three"\n' + '2;"x, y"\n' * 300, ";"),
    ],
)
def test_the_separator_is_detected(write: Write, content: str, separator: str) -> None:
    assert open_source(write("p.csv", content.encode())).read_as["separator"] == separator


@pytest.mark.parametrize("end", ["8,\r\n9\n10,z", '8,"x\ny"\n', "8,z\n", '8,"x\n', '8,"x"y\n'])
def test_lines_with_and_without_quotes_read_alike(write: Write, end: str) -> None:
    """Blocks of every sort: plain, with quotes here and there, with a row across two of them, of other shapes."""
    plain = "".join(f"{n},größer {n:080}\n" for n in range(30_000))
    some = "".join(f'{n},"zwei\nZeilen, {n}"\n' if n % 50 == 0 else f"{n},x{n:0100}\n" for n in range(30_000))
    broken = '7,"' + "two\nlines " * 12_000 + '"\n'
    text = "a,b\r\n" + plain + some + broken * 3 + plain + plain + '1,"x ""y"""\n\n' + some + "1\n" + plain + end
    assert len(text) > 15_000_000
    expected: list[tuple[object, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    next(reader)
    line = reader.line_num + 1
    wrong = None
    try:
        for row in reader:
            if row:
                fault = None if len(row) == 2 else "has 1 field where the header has 2"
                expected.append((line, fault, *row, *[None] * (2 - len(row))))
            line = reader.line_num + 1
    except csv.Error:
        wrong = f"p.csv line {line} is not valid CSV"
    path = write("p.csv", text.encode())
    if wrong is None:
        assert sorted(rows(open_source(path)), key=lambda row: int(str(row[0]))) == expected
    else:
        with pytest.raises(InputError, match=wrong):
            rows(open_source(path))


def test_a_parquet_file_damaged_in_its_middle(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"a": [str(n) for n in range(60_000)]}), path, row_group_size=20_000)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"p\.parquet is not a whole Parquet file.*fetch it again"):
        rows(open_source(path))


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        open_source(tmp_path / name)


def test_parquet_values_as_text(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    moment = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)
    columns = {
        "whole": pa.array([17850.0, float("nan")]),
        "large": pa.array([31198570044.0, -0.0]),
        "double": pa.array([0.1, 1e-5]),
        "single": pa.array([0.1, 2.5], pa.float32()),
        "decimal": pa.array([Decimal("12.50"), None]),
        "count": pa.array([5, None]),
        "flag": pa.array([True, False]),
        "day": pa.array([date(2026, 3, 1), None]),
        "naive": pa.array([moment.replace(tzinfo=None), None], pa.timestamp("ns")),
        "zoned": pa.array([moment, None], pa.timestamp("us", "Asia/Tokyo")),
        "coded": pa.array(["x", "y"]).dictionary_encode(),
        "list": pa.array([[1], [2]]),
    }
    pq.write_table(pa.table(columns), path)
    source = open_source(path)
    assert source.unreadable == {"list": "list<element: int64>"}
    assert (source.unit, source.rows) == ("row", 2)
    expected = (
        (1, None, "17850", "31198570044", "0.1", "0.1", "12.50", "5", "true", "2026-03-01"),
        ("2026-03-01 12:30:15.123456", "2026-03-01 21:30:15.123456+0900", "x"),
    )
    first, second = rows(source)
    assert first == expected[0] + expected[1]
    assert second == (2, None, None, "0", "0.00001", "2.5", None, None, "false", None, None, None, "y")

"""Workbooks, JSON and XML feeds as rows of text: what becomes of each value, and what is said of damage."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from warehouse.errors import InputError
from warehouse.imports.readers import Source, open_source


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


Write = Callable[[str, str | bytes], Path]


def rows(source: Source) -> list[tuple[object, ...]]:
    """(place, fault, *cells) of every row."""
    return [tuple(row.values()) for batch in source.batches for row in batch.to_pylist()]


def records(source: Source) -> list[dict[str, object]]:
    """The cells of every row by column, without those that are empty; no row has a fault."""
    found = []
    for _, fault, *cells in rows(source):
        assert fault is None
        found.append({name: cell for name, cell in zip(source.columns, cells, strict=True) if cell is not None})
    return found


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(InputError) as caught:
        rows(open_source(path, **options))
    said = str(caught.value)
    assert said.startswith(path.name)
    assert "\n" not in said
    return said


# Workbooks


def workbook(*table: list[object], title: str = "Orders") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in table:
        sheet.append(row)
    book.create_sheet("Notes").append(["only a note"])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_s_values_as_text(write: Write) -> None:
    header = ["id", " when ", "day", "amount", "flag", "name", "empty"]
    first = ["A", datetime.fromisoformat("2026-01-05T10:30"), date(2026, 1, 5), 1.1, True, "größer 👟\nzwei", None]
    second = [4006381333931, datetime.fromisoformat("2026-01-05"), None, 1e-7, False, "1.234", None]
    source = open_source(write("o.xlsx", workbook(header, first, [], second, [17850.0, None, None, 123456.789])))
    assert source.columns == ("id", "when", "day", "amount", "flag", "name", "empty")
    assert (source.unit, source.read_as) == ("row", {"format": "XLSX", "sheet": "Orders"})
    assert rows(source) == [
        (2, None, "A", "2026-01-05 10:30:00", "2026-01-05 00:00:00", "1.1", "true", "größer 👟\nzwei", None),
        (4, None, "4006381333931", "2026-01-05 00:00:00", None, "0.0000001", "false", "1.234", None),
        (5, None, "17850", None, None, "123456.789", None, None, None),
    ]
    assert (source.typed, source.doubtful) == ({3}, {5})


def test_a_sheet_by_name(write: Write) -> None:
    path = write("o.xlsx", workbook(["id"], [1]))
    assert open_source(path, sheet="Notes").columns == ("only a note",)
    assert refusal(path, sheet="Note") == "o.xlsx has no sheet 'Note'; its sheets are 'Orders', 'Notes'"


def test_a_hidden_first_sheet_is_passed_over(write: Write) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.sheet_state = "hidden"
    book.create_sheet("Seen").append(["id"])
    content = BytesIO()
    book.save(content)
    assert open_source(write("o.xlsx", content.getvalue())).read_as["sheet"] == "Seen"


def test_rows_of_a_workbook_that_do_not_fit(write: Write) -> None:
    content = workbook(["a", "b"], [1, 2, 3], [None, None], ["#N/A", 1], [None, "x"])
    assert [(place, fault) for place, fault, *_ in rows(open_source(write("o.xlsx", content)))] == [
        (2, "has 3 cells where the header has 2"),
        (4, "holds the error #N/A; mend its formula"),
        (5, None),
    ]


def formula(result: str) -> bytes:
    """A workbook with a formula in B2, as a spreadsheet program would save it."""
    before = BytesIO(workbook(["a", "b"], [1, "=A2*2"]))
    after = BytesIO()
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert b"<v />" in text or b"<v></v>" in text
                text = text.replace(b"<v />", result.encode()).replace(b"<v></v>", result.encode())
            new.writestr(part, text)
    return after.getvalue()


def test_a_formula_is_the_result_it_was_saved_with(write: Write) -> None:
    assert rows(open_source(write("o.xlsx", formula("<v>2.5</v>")))) == [(2, None, "1", "2.5")]
    for nothing in ("", "<v/>", "<v></v>"):
        said = refusal(write("o.xlsx", formula(nothing)))
        assert said.startswith("o.xlsx: cell B2 holds a formula without its result; open the file in a spreadsheet")


def bomb() -> bytes:
    content = BytesIO(workbook(["a"], [1]))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/x.xml", "w") as file:
        for _ in range(400):
            file.write(bytes(1 << 20))
    return content.getvalue()


def with_document_type() -> bytes:
    content = BytesIO(workbook(["a"], [1]))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/more.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return content.getvalue()


def archive() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("orders.csv", "a,b\n1,2\n")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.xlsx", workbook(), "empty.xlsx: sheet 'Orders' is empty; it needs a header row"),
        ("gap.xlsx", workbook(["a", None, "c"]), "gap.xlsx: column 2 of sheet 'Orders' has no name in the header"),
        ("twice.xlsx", workbook(["a", "b", "a"]), "twice.xlsx has two columns called 'a'"),
        ("bomb.xlsx", bomb(), "bomb.xlsx unpacks to more than is read of a workbook; save the sheet as CSV"),
        ("dtd.xlsx", with_document_type(), "dtd.xlsx declares a document type"),
        ("cut.xlsx", workbook(["a"], [1])[:-300], "cut.xlsx is not a whole XLSX workbook"),
        ("text.xlsx", b"a,b\n1,2\n", "text.xlsx is not a whole XLSX workbook"),
        ("orders.zip", archive(), "orders.zip is a ZIP archive and no workbook; unpack it first"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "old.xls is an old (.xls) or locked workbook; save it as .xlsx"),
    ],
)
def test_what_is_no_workbook(write: Write, name: str, content: bytes, said: str) -> None:
    assert refusal(write(name, content)).startswith(said)


# JSON


def test_json_lines(write: Write) -> None:
    content = (
        '\n{"id": 7, "name": "größer 👟\\nzwei", "price": 1.10, "big": 12345678901234567890.123456789}\n'
        '{"id": "1.234", "ok": true, "no": false, "none": null, "late": [1, {"x": 1.50}], "sub": {"a": "b"}}\n'
    )
    for name, packed in (("o.jsonl", content), ("o.ndjson.gz", gzip.compress(content.encode()))):
        source = open_source(write(name, packed))
        assert source.columns == ("id", "name", "price", "big", "ok", "no", "none", "late", "sub")
        assert rows(source) == [
            (2, None, "7", "größer 👟\nzwei", "1.10", "12345678901234567890.123456789", *[None] * 5),
            (3, None, "1.234", None, None, None, "true", "false", None, '[1, {"x": 1.50}]', '{"a": "b"}'),
        ]
        assert (source.typed, source.doubtful, source.rows) == ({2, 3}, {0}, 2)
        assert source.read_as == {"format": "JSON", "encoding": "utf-8"}


def test_a_key_of_the_last_row_is_a_column(write: Write) -> None:
    lines = '{"a": 1}\n' * 120_000 + '{"b": 2}\n'
    source = open_source(write("o.jsonl", lines))
    assert source.columns == ("a", "b")
    assert rows(source)[-1] == (120_001, None, None, "2")


def test_lines_that_are_no_objects_are_faults_of_their_own(write: Write) -> None:
    content = (
        '{"a": 1}\n{"a": \n[1]\n{"a": 1} {"a": 2}\n{"a": 1, "a": 2}\n{"a": NaN}\n{"a": "\\ud83d"}\n' + "[" * 99_999
    )
    found = rows(open_source(write("o.jsonl", content)))
    assert [(place, fault) for place, fault, *_ in found] == [
        (1, None),
        (2, "is not valid JSON (Expecting value)"),
        (3, "is not one JSON object"),
        (4, "is not one JSON object"),
        (5, "has the key 'a' twice"),
        (6, "is not valid JSON (NaN is no JSON)"),
        (7, "holds half of a character (a lone surrogate)"),
        (8, "is not valid JSON (it is nested too deep)"),
    ]
    assert found[1][2] == '{"a":'


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False).map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.text(max_size=5), _values, max_size=5), min_size=1, max_size=8), st.booleans())
def test_an_array_reads_like_lines(write: Write, objects: list[dict[str, object]], indented: bool) -> None:
    lines = "\n".join(json.dumps(each, ensure_ascii=indented) for each in objects)
    array = json.dumps(objects, indent=2 if indented else None, ensure_ascii=not indented)
    if not any(objects):
        assert "holds no JSON objects" in refusal(write("a.json", array))
        return
    first, second = open_source(write("l.jsonl", lines)), open_source(write("a.json", array))
    assert first.columns == second.columns == tuple(dict.fromkeys(key for each in objects for key in each))
    for source in (first, second):
        for row, each in zip(rows(source), objects, strict=True):
            cells = dict(zip(source.columns, row[2:], strict=True))
            for key, value in each.items():
                cell = cells[key]
                if isinstance(value, str) or value is None:
                    assert cell == value
                else:
                    assert json.loads(str(cell)) == value


def test_an_array_longer_than_what_is_read_at_a_time(write: Write) -> None:
    objects = [{"id": n, "text": "x" * (n % 7) * 40_000} for n in range(60)]
    found = rows(open_source(write("a.json", json.dumps(objects, indent=1))))
    assert [(row[0], row[2], len(str(row[3] or ""))) for row in found] == [
        (2 + 4 * n, str(n), (n % 7) * 40_000) for n in range(60)
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"a": 1}, {"a": ]', "a.json line 1 is not valid JSON: Expecting value; have the file mended"),
        ('[{"a": 1},\n{"a": 2}', "a.json line 2 is not valid JSON: a comma or the array's end is missing here"),
        ('[{"a": 1}\n{"a": 2}]', "a.json line 2 is not valid JSON: a comma or the array's end is missing here"),
        ("[{}, 1]", "a.json line 1 is not valid JSON: an object is missing here"),
        ('[{"a": 1}]\n\n x', "a.json line 3 is not valid JSON: something stands after the array"),
        ("[]", "a.json holds no JSON objects"),
        ("", "a.json holds no JSON objects"),
        ('[{"a": ' + "[" * 100_000, "a.json line 1 is not valid JSON: it is nested too deep"),
        ('[{"a": "' + "x" * 17_000_000, "a.json line 1 is not valid JSON: this object has over 16000000 characters"),
        ("\n".join(f'{{"k{n}": 1}}' for n in range(2001)), "a.json line 2001: over 2000 different keys"),
        ('{"a": "é"}\n'.encode("utf-16-le"), "a.json holds no JSON objects"),
    ],
    ids=range(11),
)
def test_an_array_that_is_none(write: Write, content: str | bytes, said: str) -> None:
    assert refusal(write("a.json", content)).startswith(said)


# XML feeds

RSS = """\
<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item>
  <g:id>A</g:id><title>ignored</title><g:title> größer &amp; 👟
zwei </g:title><link>https://shop.example/a</link>
  <g:price>1.234,50 EUR</g:price><g:additional_image_link>https://i/1</g:additional_image_link>
  <g:additional_image_link>https://i/2</g:additional_image_link><description>one <b>two</b></description>
  <g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping>
</item>
<item><g:id>B</g:id><title><![CDATA[<Heart>]]></title><g:gtin/>
  <g:shipping><g:country>DE</g:country></g:shipping><g:shipping><g:country>AT</g:country></g:shipping></item>
</channel></rss>
"""


def test_a_google_merchant_feed_as_rss(write: Write) -> None:
    source = open_source(write("feed.xml", RSS))
    assert [row[0] for row in rows(open_source(write("feed.xml", RSS)))] == [3, 10]
    assert source.rows == 2
    assert records(source) == [
        {
            "id": "A",
            "title": "größer & 👟\nzwei",
            "link": "https://shop.example/a",
            "price": "1.234,50 EUR",
            "additional_image_link": "https://i/1\nhttps://i/2",
            "description": "one two",
            "shipping": '{"country": "DE", "price": "4.90 EUR"}',
        },
        {"id": "B", "title": "<Heart>", "shipping": '[{"country": "DE"}, {"country": "AT"}]'},
    ]


def test_a_google_merchant_feed_as_atom(write: Write) -> None:
    content = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>'
        '<entry><g:id>A</g:id><link href="https://shop.example/a" rel="alternate"/><g:price>5 USD</g:price></entry>'
        "</feed>"
    )
    assert records(open_source(write("feed.xml.gz", gzip.compress(content.encode())))) == [
        {"id": "A", "link@href": "https://shop.example/a", "link@rel": "alternate", "price": "5 USD"}
    ]


YML = """\
<?xml version="1.0" encoding="windows-1251"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-11-22 10:00"><shop><name>Лавка</name>
<categories><category id="1">Обувь</category><category id="2" parentId="1">Кеды</category></categories>
<offers>
<offer id="7" available="true" group_id="70"><name>Чёрные кеды</name><price>1999.90</price><currencyId>RUR</currencyId>
<categoryId>2</categoryId><picture>https://i/1</picture><picture>https://i/2</picture>
<param name="Размер" unit="EU">40</param><param name="Цвет">чёрный</param><param name="Цвет">белый</param></offer>
<offer id="8" type="vendor.model"><model>X</model><categoryId>9</categoryId></offer>
</offers></shop></yml_catalog>
"""


def test_a_yml_feed_in_windows_1251(write: Write) -> None:
    source = open_source(write("shop.yml", YML.encode("cp1251")))
    assert source.read_as == {"format": "XML", "encoding": "windows-1251"}
    first, second = records(source)
    assert json.loads(str(first.pop("param"))) == {"Размер": "40 EU", "Цвет": ["чёрный", "белый"]}
    assert first == {
        "@id": "7",
        "@available": "true",
        "@group_id": "70",
        "name": "Чёрные кеды",
        "price": "1999.90",
        "currencyId": "RUR",
        "categoryId": "2",
        "category_path": "Обувь > Кеды",
        "picture": "https://i/1\nhttps://i/2",
    }
    assert second == {"@id": "8", "@type": "vendor.model", "model": "X", "categoryId": "9"}


def yml(inner: str, head: str = "") -> str:
    return f"{head}<yml_catalog><shop>{inner}</shop></yml_catalog>"


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (yml("<offer id='1'><name>&b;</name></offer>", LAUGHS), "f.xml line 1 declares the entity 'a'"),
        (
            yml("<offer><name>&x;</name></offer>", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
            "f.xml line 1 declares the entity 'x'",
        ),
        (
            yml("\n<offer><name>a&nbsp;b</name></offer>", '<!DOCTYPE a SYSTEM "shops.dtd">'),
            "f.xml line 2 uses the entity 'nbsp', which XML does not know",
        ),
        (yml("\n<offer><name>a & b</name></offer>"), "f.xml line 2 is not well-formed XML (not well-formed"),
        (yml("<offer>") + "\n", "f.xml line 1 is not well-formed XML (mismatched tag)"),
        ("<yml_catalog>\n<offer id='1'/>", "f.xml line 2 is not well-formed XML (no element found)"),
        ("", "f.xml line 1 is not well-formed XML (no element found)"),
        ("<html><body/></html>", "f.xml holds no item, entry, offer element; it is no product feed"),
        (yml("<offer>" + "<a>" * 50), "f.xml line 1 is nested over 40 deep"),
        (yml("\n<offer><name>" + "x" * 1_100_000), "f.xml line 2 begins a record of over 1000000 characters"),
        (yml("<offer a='" + "x" * 18_000_000), "f.xml line 1 holds markup that does not end"),
        (
            yml("<offer id='1'/>\n<categories><category id='1'>A</category></categories>"),
            "f.xml line 2 names a category after the first record",
        ),
        ('<?xml version="1.0" encoding="gb18030"?><rss/>', "f.xml is in an encoding that XML is not read in"),
        ('<?xml version="1.0" encoding="nonsense"?><rss/>', "f.xml"),
    ],
    ids=range(14),
)
def test_a_feed_that_is_none(write: Write, content: str, said: str) -> None:
    assert refusal(write("f.xml", content)).startswith(said)


def test_a_circle_of_categories_ends(write: Write) -> None:
    circle = (
        "<categories><category id='1' parentId='2'>A</category><category id='2' parentId='1'>B</category></categories>"
    )
    (record,) = records(open_source(write("f.xml", yml(circle + "<offer><categoryId>1</categoryId></offer>"))))
    assert record["category_path"]

"""Order files into the warehouse: what is taken, what is refused, and what is said of it."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file, parse_map
from warehouse.records.stores import list_stores
from warehouse.stores import open_store

GOOD = """\
order_id,ordered_at,sku,quantity,amount,customer_id
1,2026-01-05 10:00:00,A,1,10.50,c1
1,2026-01-05 10:00:00,A,1,10.50,c1
2,2026-05-05T10:00:00+01:00,B,-2,-3.1,
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return write


Write = Callable[..., Path]


def rows(warehouse: Warehouse, sql: str) -> list[dict[str, object]]:
    with warehouse.session() as session:
        answer: list[dict[str, object]] = session.query(sql).to_pylist()
    return answer


def take(warehouse: Warehouse, path: Path, **options: object) -> ImportResult:
    """Import orders into a store in Berlin that sells in EUR."""
    given = {"currency": "EUR", "timezone": "Europe/Berlin", **options}
    return import_file(warehouse, "orders", path, **given)  # type: ignore[arg-type]


def refusal(warehouse: Warehouse, path: Path, **options: object) -> str:
    """What the import says, having made sure that it wrote nothing."""
    before = versions(warehouse)
    with pytest.raises(InputError) as caught:
        take(warehouse, path, **options)
    assert versions(warehouse) == before
    assert list(warehouse.settings.scratch.glob("import-*")) == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


def versions(warehouse: Warehouse) -> dict[str, int]:
    with warehouse.session() as session:
        return session.versions


def test_a_file_is_written_whole_and_once(warehouse: Warehouse, write: Write) -> None:
    path = write(GOOD)
    first = ImportResult(
        read=3,
        written=3,
        duplicates=0,
        returns=1,
        without_customer=1,
        rejected=0,
        rejects_file=None,
        ignored_columns=(),
        read_as={"format": "CSV", "encoding": "utf-8", "separator": ",", "decimal": "."},
    )
    assert take(warehouse, path) == first
    assert rows(
        warehouse,
        "select order_id, ordered_at, store_id, customer_id, sku, line_kind, quantity, amount, "
        "unit_price, currency from orders order by order_id, line_id",
    ) == [
        *[
            {
                "order_id": "1",
                "ordered_at": datetime(2026, 1, 5, 9, tzinfo=UTC),
                "store_id": "main",
                "customer_id": "c1",
                "sku": "A",
                "line_kind": "product",
                "quantity": 1.0,
                "amount": Decimal("10.5000"),
                "unit_price": None,
                "currency": "EUR",
            }
        ]
        * 2,
        {
            "order_id": "2",
            "ordered_at": datetime(2026, 5, 5, 9, tzinfo=UTC),
            "store_id": "main",
            "customer_id": None,
            "sku": "B",
            "line_kind": "product",
            "quantity": -2.0,
            "amount": Decimal("-3.1000"),
            "unit_price": None,
            "currency": "EUR",
        },
    ]
    before = versions(warehouse)
    again = take(warehouse, path)
    assert (again.written, again.duplicates, again.read) == (0, 3, 3)
    assert versions(warehouse) == before
    assert list(warehouse.settings.scratch.glob("import-*")) == []


def test_what_a_later_export_adds_to_a_line_makes_it_no_new_sale(warehouse: Warehouse, write: Write) -> None:
    take(warehouse, write(GOOD))
    lines = GOOD.splitlines()
    more = "\n".join([lines[0] + ",coupon,channel", *(line + ",SUMMER,web" for line in lines[1:])]) + "\n"
    path = write(more)
    told = take(warehouse, path)
    assert (told.read, told.written, told.duplicates) == (3, 3, 0)
    assert rows(
        warehouse, "select coupon, channel, count(*) as lines, sum(quantity) as units from orders group by all"
    ) == [{"coupon": "SUMMER", "channel": "web", "lines": 3, "units": 0.0}]
    assert take(warehouse, path).written == 0
    # An export that lacks the columns takes nothing away.
    assert take(warehouse, write(GOOD)).written == 0


def test_a_line_that_says_something_else_replaces_the_stored_one(warehouse: Warehouse, write: Write) -> None:
    header = "order_id,line_id,ordered_at,sku,quantity,amount\n"
    line = "1,{},2026-01-05T10:00:00Z,A,1,{}\n"
    take(warehouse, write(header + line.format(1, 10) + line.format(2, 20)))
    told = take(warehouse, write(header + line.format(1, 10) + line.format(2, 25) + line.format(3, 30)))
    assert (told.read, told.written, told.duplicates) == (3, 2, 1)
    assert rows(warehouse, "select line_id, amount from orders order by 1") == [
        {"line_id": str(n), "amount": Decimal(amount)} for n, amount in ((1, 10), (2, 25), (3, 30))
    ]


def test_the_same_numbers_of_another_store_are_other_orders(warehouse: Warehouse, write: Write) -> None:
    content = "order_id,line_id,ordered_at,sku,quantity,amount\n1,1,2026-01-05T10:00:00Z,A,1,{}\n"
    take(warehouse, write(content.format(10)), store="one")
    assert take(warehouse, write(content.format(99)), store="two").written == 1
    assert rows(warehouse, "select store_id, amount from orders order by 1") == [
        {"store_id": "one", "amount": Decimal(10)},
        {"store_id": "two", "amount": Decimal(99)},
    ]


def test_lines_in_another_order_are_no_news(warehouse: Warehouse, write: Write) -> None:
    """Two sales that differ only in what no id is made from, such as the customer, must not swap their ids."""
    header = "order_id,ordered_at,sku,quantity,amount,customer_id\n"
    line = "1,2026-01-05T10:00:00Z,A,1,10,{}\n"
    take(warehouse, write(header + line.format("c1") + line.format("") + line.format("c2")))
    told = take(warehouse, write(header + line.format("c2") + line.format("c1") + line.format("")))
    assert (told.read, told.written, told.duplicates) == (3, 0, 3)


def test_orders_that_are_yet_to_come(warehouse: Warehouse, write: Write) -> None:
    """The warehouse's clock stands at noon of 1 June 2026; a day of grace is for clocks that go wrong."""
    content = "order_id,ordered_at,sku,quantity,amount\n1,{},A,1,1\n"
    said = refusal(warehouse, write(content.format("2026-06-02T12:00:01Z")))
    assert "orders.csv line 2: ordered_at is yet to come; correct the time" in said
    assert take(warehouse, write(content.format("2026-06-02T12:00:00Z"))).written == 1


def test_columns_that_were_not_taken_are_named(warehouse: Warehouse, write: Write) -> None:
    path = write("order_id,ordered_at,sku,quantity,amount,cupon,Note\n1,2026-01-05,A,1,1,X,y\n")
    assert take(warehouse, path).ignored_columns == ("cupon", "Note")
    chosen = parse_map("order_id=order_id,ordered_at=ordered_at,sku=sku,quantity=quantity,amount=amount")
    assert take(warehouse, path, mapping=chosen).ignored_columns == ()


def test_lines_with_numbers_of_their_own(warehouse: Warehouse, write: Write) -> None:
    header = "order_id,line_id,ordered_at,sku,quantity,amount\n"
    line = "1,{},2026-01-05T10:00:00Z,A,1,10.50\n"
    assert take(warehouse, write(header + line.format(1) + line.format(2) + line.format(1))).written == 2
    conflict = header + line.format(3) + line.format(3).replace("10.50", "11")
    said = refusal(warehouse, write(conflict))
    assert "orders.csv line 3: the same store_id, order_id, line_id stands in line 2 with other values" in said


def test_without_a_map_only_columns_of_known_names_are_taken(warehouse: Warehouse, write: Write) -> None:
    mapped = write("No,When,Art,Qty,Sum,customer_id\n7,2026-01-05,A,1,2,c1\n")
    take(warehouse, mapped, mapping=parse_map("order_id=No,ordered_at=When,sku=Art,quantity=Qty,amount=Sum"))
    assert rows(warehouse, "select order_id, sku, customer_id from orders") == [
        {"order_id": "7", "sku": "A", "customer_id": None}
    ]


def test_a_field_may_be_mapped_to_a_column_of_any_name(warehouse: Warehouse, write: Write) -> None:
    path = write('"a, b",ORDER_ID,order_id,"q""t",=,_line\nX,1,2,3,4,2026-01-05\n')
    mapping = parse_map('"sku=a, b",order_id=ORDER_ID,"quantity=q""t",amount==,ordered_at=_line')
    take(warehouse, path, mapping=mapping)
    assert rows(warehouse, "select order_id, sku, quantity, amount from orders") == [
        {"order_id": "1", "sku": "X", "quantity": 3.0, "amount": Decimal("4.0000")}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order_id", "--map: 'order_id' is not of the form field=column"),
        ("order_id=", "is not of the form field=column"),
        ("", "is not of the form"),
        ("sku=a,sku=b", "--map gives sku twice"),
    ],
)
def test_a_map_that_is_none(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_map(text or ",")


BAD = """\
order_id,ordered_at,sku,quantity,amount
1,2026-01-05,A,1,10
2,2011-13-45,A,1,10
3,2026-01-05,"B
=x",one,"1,234,50"
4,2026-01-05,B,1
5,2026-01-05,B,1,1.23456
,2026-01-05,B,1,1
6,2026-01-05,B,1,9
"""


def test_one_bad_row_and_nothing_is_written(warehouse: Warehouse, write: Write) -> None:
    said = refusal(warehouse, write(BAD))
    assert said.startswith("orders.csv line 3: ordered_at '2011-13-45' is not a date and time; write it like")
    assert "; 5 rows rejected, listed in " in said
    assert said.endswith("mend them, or import the rest with --skip-rejected")
    with warehouse.records.reading() as records:
        assert list_stores(records) == []


def test_bad_rows_are_kept_with_place_reason_and_cells(warehouse: Warehouse, write: Write) -> None:
    result = take(warehouse, write(BAD), skip_rejected=True)
    assert (result.read, result.written, result.duplicates, result.rejected) == (7, 2, 0, 5)
    assert result.rejects_file is not None
    assert result.rejects_file.parent == warehouse.settings.home / "rejects"
    assert stat.S_IMODE(result.rejects_file.stat().st_mode) == 0o600
    with result.rejects_file.open(newline="") as file:
        header, *listed = csv.reader(file)
    assert header == ["line", "reason", "order_id", "ordered_at", "sku", "quantity", "amount"]
    number = "is not a number; write digits with a point, such as 1234.50, and nothing else"
    assert [(line, reason) for line, reason, *_ in listed] == [
        (
            "3",
            "ordered_at '2011-13-45' is not a date and time; write it like 2026-11-30 14:05:00 or 2026-11-30T14:05:00Z",
        ),
        ("4", f"quantity 'one' {number}; amount '1,234,50' {number}"),
        ("6", "has 4 fields where the header has 5"),
        ("7", "amount '1.23456' has more than four decimals; round it"),
        ("8", "order_id is empty"),
    ]
    assert listed[1][2:] == ["3", "2026-01-05", "B\n=x", "one", "1,234,50"]


def test_cells_of_rejected_rows_are_no_formulas(warehouse: Warehouse, write: Write) -> None:
    content = "order_id,ordered_at,sku,quantity,amount\n=1+1,never,@x,-5,-1.50\n"
    result = take(warehouse, write(content), skip_rejected=True)
    assert result.rejects_file is not None
    with result.rejects_file.open(newline="") as file:
        assert list(csv.reader(file))[1][2:] == ["'=1+1", "never", "'@x", "-5", "-1.50"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("amount=12,5,0", "amount '12,5,0' is not a number"),
        ("amount=5 kg", "amount '5 kg' is not a number"),
        ("quantity=5 EUR", "quantity '5 EUR' is not a number"),
        ("amount=1,234", "amount '1,234' may be one number with a decimal point, another with a decimal comma; say"),
        ("amount=1_000", "amount '1_000' is not a number"),
        ("amount=nan", "amount 'nan' is not a number"),
        ("amount=1e400", "amount '1e400' is not a number"),
        ("amount=100000000000000", "amount '100000000000000' is too large"),
        ("amount=", "amount is empty"),
        ("quantity=inf", "quantity 'inf' is not a number"),
        ("quantity=0x10", "quantity '0x10' is not a number"),
        ("currency=EURO", "currency 'EURO' is no currency in use"),
        ("currency=XXX", "currency 'XXX' is no currency in use"),
        ("line_kind=gift", "line_kind 'gift' is none of product, shipping, fee"),
        ("ordered_at=01.02.26", "ordered_at '01.02.26' is not a date and time"),
        ("ordered_at=1/2/2026", "ordered_at '1/2/2026' may be one day with the day first, another with the month"),
        ("ordered_at=0026-01-05", "ordered_at '0026-01-05' is not a date and time"),
        ("ordered_at=2026-02-30 10:00", "ordered_at '2026-02-30 10:00' is not a date and time"),
        ("ordered_at=now", "ordered_at 'now' is not a date and time"),
    ],
)
def test_a_cell_that_cannot_be_taken(warehouse: Warehouse, write: Write, cell: str, said: str) -> None:
    good = {
        "order_id": "1",
        "ordered_at": "2026-01-05",
        "sku": "A",
        "quantity": "1",
        "amount": "1",
        "currency": "EUR",
        "line_kind": "product",
    }
    name, _, value = cell.partition("=")
    line = ",".join(f'"{v}"' for v in (good | {name: value}).values())
    assert f"orders.csv line 2: {said}" in refusal(warehouse, write(f"{','.join(good)}\n{line}\n"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"currency": "EURO"}, "--currency: 'EURO' is no currency in use"),
        ({"timezone": "Berlin"}, "--timezone: 'Berlin' is no time zone"),
        ({"timezone": "localtime"}, "--timezone: 'localtime' is no time zone"),
        ({"preset": "offline-retail"}, "there is no preset 'offline-retail'; presets for orders: "),
        ({"preset": "online-retail"}, "has no column 'InvoiceNo' for order_id"),
        ({"mapping": {"oder_id": "order_id"}}, "orders have no field 'oder_id' (did you mean 'order_id'?)"),
        ({"mapping": {"order_id": "orderid"}}, "no column 'orderid' for order_id (did you mean 'order_id'?)"),
        ({"mapping": {"order_id": "order_id"}}, "no column for ordered_at, sku, quantity, amount; its columns are"),
        ({"currency": None}, "store 'main' is new; say --currency (such as EUR), or make it with purveyor init"),
        ({"timezone": None}, "store 'main' is new; say --timezone (such as Europe/Berlin)"),
    ],
)
def test_options_that_cannot_be(warehouse: Warehouse, write: Write, options: dict[str, object], said: str) -> None:
    assert said in refusal(warehouse, write(GOOD), **options)


def test_a_missing_column_is_named_with_the_ones_there_are(warehouse: Warehouse, write: Write) -> None:
    said = refusal(warehouse, write("Order ID,SKU,Quantity\n1,A,1\n"))
    assert said == (
        "orders.csv has no column for order_id, ordered_at, sku, quantity, amount; its columns are Order ID, SKU, "
        "Quantity; name every field to take with --map order_id=Order ID,ordered_at=COLUMN,sku=SKU,quantity=Quantity,"
        "amount=COLUMN"
    )


def test_unknown_kinds_and_presets_of_another_kind(warehouse: Warehouse, write: Write) -> None:
    with pytest.raises(InputError, match="'sales' cannot be imported; import one of orders, products"):
        import_file(warehouse, "sales", write(GOOD))
    with pytest.raises(InputError, match="preset online-retail reads orders, not products"):
        import_file(warehouse, "products", write(GOOD), preset="online-retail")


def test_a_known_store_lends_its_currency_and_clock(warehouse: Warehouse, write: Write) -> None:
    open_store(warehouse, "ny", currency="USD", timezone="America/New_York")
    content = "order_id,ordered_at,sku,quantity,amount\n1,2026-01-05 10:00,A,1,1\n"
    import_file(warehouse, "orders", write(content), store="ny")
    assert rows(warehouse, "select store_id, currency, ordered_at from orders") == [
        {"store_id": "ny", "currency": "USD", "ordered_at": datetime(2026, 1, 5, 15, tzinfo=UTC)}
    ]


def test_rows_of_several_stores(warehouse: Warehouse, write: Write) -> None:
    open_store(warehouse, "ny", currency="USD", timezone="America/New_York")
    open_store(warehouse, "de", currency="EUR", timezone="Europe/Berlin")
    content = (
        "order_id,ordered_at,sku,quantity,amount,store_id,currency\n"
        "1,2026-01-05 10:00,A,1,1,ny,\n2,2026-01-05 10:00,A,1,1,de,\n3,2026-01-05 10:00,A,1,1,,usd\n"
    )
    import_file(warehouse, "orders", write(content), store="de")
    answer = rows(warehouse, "select order_id, store_id, currency, hour(ordered_at) as h from orders order by 1")
    assert [tuple(row.values()) for row in answer] == [
        ("1", "ny", "USD", 15),
        ("2", "de", "EUR", 9),
        ("3", "de", "USD", 9),
    ]
    assert "store 'fr' is new" in refusal(
        warehouse, write(content.replace(",ny,", ",fr,")), currency=None, timezone=None
    )


def test_a_new_store_is_opened_in_records_and_lake(warehouse: Warehouse, write: Write) -> None:
    take(warehouse, write(GOOD), store="shop")
    (store,) = rows(warehouse, "select store_id, currency, timezone from stores")
    assert store == {"store_id": "shop", "currency": "EUR", "timezone": "Europe/Berlin"}
    with warehouse.records.reading() as records:
        assert [s.store_id for s in list_stores(records)] == ["shop"]


def test_ids_of_parquet_files_are_plain_digits(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    table = pa.table(
        {
            "order_id": pa.array([31198570044, 7]),
            "customer_id": pa.array([900.0, None], pa.float64()),
            "sku": ["A", "B"],
            "ordered_at": pa.array([0, 10**9], pa.timestamp("ns")),
            "quantity": [0, 1],
            "amount": [1.1 + 2.2, 1.776e-15],
        }
    )
    pq.write_table(table, path)
    assert take(warehouse, path).written == 2
    assert rows(warehouse, "select order_id, customer_id, quantity, amount from orders order by sku") == [
        {"order_id": "31198570044", "customer_id": "900", "quantity": 0.0, "amount": Decimal("3.3000")},
        {"order_id": "7", "customer_id": None, "quantity": 1.0, "amount": Decimal("0.0000")},
    ]


def test_columns_that_hold_no_plain_values(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table({"order_id": [["a"]]}), path)
    said = refusal(warehouse, path, mapping={"order_id": "order_id"})
    assert said == "orders.parquet: column 'order_id' holds list<element: string>, not plain values; flatten it"


def test_a_nul_in_a_parquet_text(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    table = pa.Table.from_pylist(
        [{"order_id": "1", "ordered_at": "2026-01-05", "sku": "A\0B", "quantity": 1, "amount": 1}]
    )
    pq.write_table(table, path)
    assert "orders.parquet row 1: sku 'A B' holds a NUL character" in refusal(warehouse, path)


RETAIL = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536366,85123A,white heart,1,6/21/2011 8:26,2.555,,France
536366,POST,POSTAGE,1,2010-12-01 08:26:00,18,,France
C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527,United Kingdom
C536379,m,Manual,-1,2010-12-01 09:41:00,1.5,14527,United Kingdom
536370,22139,,56,2010-12-01 11:52:00,0,,United Kingdom
A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom
536544,gift_0001_20,Gift Voucher,1,2010-12-01 11:52:00,17.02,,United Kingdom
536545,22140,damaged,-3,2010-12-01 11:52:00,0,,United Kingdom
"""


def test_the_online_retail_preset(warehouse: Warehouse, write: Write) -> None:
    result = import_file(warehouse, "orders", write(RETAIL), preset="online-retail")
    assert (result.written, result.returns, result.without_customer) == (10, 3, 6)
    answer = rows(
        warehouse,
        "select order_id, sku, line_kind, amount, unit_price, currency, status, customer_id from orders "
        "order by order_id, sku, amount",
    )
    assert [tuple(row.values()) for row in answer] == [
        ("536365", "85123A", "product", Decimal("15.3000"), Decimal("2.5500"), "GBP", None, "17850"),
        ("536365", "85123A", "product", Decimal("15.3000"), Decimal("2.5500"), "GBP", None, "17850"),
        ("536366", "85123A", "product", Decimal("2.5550"), Decimal("2.5550"), "GBP", None, None),
        ("536366", "POST", "shipping", Decimal("18.0000"), Decimal("18.0000"), "GBP", None, None),
        ("536370", "22139", "product", Decimal("0.0000"), Decimal("0.0000"), "GBP", None, None),
        ("536544", "gift_0001_20", "product", Decimal("17.0200"), Decimal("17.0200"), "GBP", None, None),
        ("536545", "22140", "product", Decimal("0.0000"), Decimal("0.0000"), "GBP", None, None),
        ("A563186", "B", "fee", Decimal("-11062.0600"), Decimal("-11062.0600"), "GBP", None, None),
        ("C536379", "D", "fee", Decimal("-27.5000"), Decimal("27.5000"), "GBP", "cancelled", "14527"),
        ("C536379", "m", "fee", Decimal("-1.5000"), Decimal("1.5000"), "GBP", "cancelled", "14527"),
    ]
    # Half past eight in a London summer.
    assert rows(warehouse, "select ordered_at from orders where amount = 2.5550") == [
        {"ordered_at": datetime(2011, 6, 21, 7, 26, tzinfo=UTC)}
    ]
    assert rows(warehouse, "select sku, title from products order by sku") == [
        {"sku": "85123A", "title": "WHITE HEART"},
        {"sku": "gift_0001_20", "title": "Gift Voucher"},
    ]
    assert rows(warehouse, "select country, currency, timezone from stores") == [
        {"country": "GB", "currency": "GBP", "timezone": "Europe/London"}
    ]


def test_titles_of_an_orders_file_leave_known_products_alone(warehouse: Warehouse, write: Write) -> None:
    import_file(warehouse, "products", write("sku,title,brand\n85123A,Heart,Acme\n", "products.csv"))
    import_file(warehouse, "orders", write(RETAIL), preset="online-retail")
    assert rows(warehouse, "select title, brand from products where sku = '85123A'") == [
        {"title": "Heart", "brand": "Acme"}
    ]


def test_a_derived_amount_that_cannot_be_told(warehouse: Warehouse, write: Write) -> None:
    content = RETAIL.replace("6,2010-12-01 08:26:00,2.55", "6,2010-12-01 08:26:00,", 1)
    assert "orders.csv line 2: amount cannot be told" in refusal(
        warehouse, write(content), preset="online-retail", currency=None, timezone=None
    )


def test_rows_that_name_no_store_belong_to_the_only_one_whatever_its_id(warehouse: Warehouse, write: Write) -> None:
    open_store(warehouse, "web", currency="EUR", timezone="Europe/Berlin")
    assert take(warehouse, write(GOOD), currency=None, timezone=None).written == 3
    assert rows(warehouse, "select distinct store_id, currency from orders") == [{"store_id": "web", "currency": "EUR"}]

    open_store(warehouse, "outlet", currency="EUR", timezone="Europe/Berlin")
    told = refusal(warehouse, write(GOOD), currency=None, timezone=None)
    assert "store 'main' is new" in told
    assert "the stores there are: outlet, web (--store)" in told

"""The other kinds of file: products with prices, customers, consents, events, offers and the small tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file
from warehouse.imports.defaults import checks
from warehouse.offer_ids import canonical_url, offer_id
from warehouse.records.consents import customers_with_consent
from warehouse.stores import open_store


@pytest.fixture
def take(warehouse: Warehouse, tmp_path: Path) -> Callable[..., ImportResult]:
    """Imports a CSV text of a kind; the main store sells in EUR and stands in Berlin."""
    open_store(warehouse, "main", currency="EUR", timezone="Europe/Berlin")

    def take(kind: str, content: str, **options: Any) -> ImportResult:
        path = tmp_path / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        return import_file(warehouse, kind, path, **options)

    return take


Take = Callable[..., ImportResult]


def rows(warehouse: Warehouse, sql: str) -> list[tuple[object, ...]]:
    with warehouse.session() as session:
        return [tuple(row.values()) for row in session.query(sql).to_pylist()]


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    assert result.read == result.written + result.duplicates + result.rejected
    return result.read, result.written, result.duplicates, result.rejected


PRICES = "select sku, valid_from, price, cost, stock, currency from product_history order by sku, valid_from"


def test_a_price_change_becomes_a_row_of_history(warehouse: Warehouse, take: Take, clock: Any) -> None:
    first = clock()
    assert counts(take("products", "sku,title,price,cost\nA,Apple,1.50,1\nB,Bread,2,\nC,Cake,,\n")) == (3, 3, 0, 0)
    clock.forward(days=1)
    assert counts(take("products", "sku,title,price,cost\nA,Apple,1.50,1\nB,Bread,2,\nC,Cake,,\n")) == (3, 0, 3, 0)
    second = clock()
    # One new price, one new title, nothing new.
    assert counts(take("products", "sku,title,price\nA,Apple,1.60\nB,Brown bread,2\nC,Cake,\n")) == (3, 2, 1, 0)
    assert rows(warehouse, PRICES) == [
        ("A", first, Decimal("1.5000"), Decimal("1.0000"), None, "EUR"),
        ("A", second, Decimal("1.6000"), Decimal("1.0000"), None, "EUR"),
        ("B", first, Decimal("2.0000"), None, None, "EUR"),
    ]
    assert rows(warehouse, "select title from products order by sku") == [("Apple",), ("Brown bread",), ("Cake",)]


def test_prices_may_be_dated(warehouse: Warehouse, take: Take) -> None:
    june, july = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    take("products", "sku,price\nA,2\n", observed_at=july)
    take("products", "sku,price\nA,1\n", observed_at=june)
    assert counts(take("products", "sku,price\nA,2\n", observed_at=july)) == (1, 0, 1, 0)
    assert [row[1:3] for row in rows(warehouse, PRICES)] == [(june, Decimal("1.0000")), (july, Decimal("2.0000"))]
    assert counts(take("products", "sku,price\nA,3\n", observed_at=july)) == (1, 1, 0, 0)
    assert [row[2] for row in rows(warehouse, PRICES)] == [Decimal("1.0000"), Decimal("3.0000")]
    with pytest.raises(InputError, match="has no time zone"):
        take("products", "sku,price\nA,3\n", observed_at=datetime(2026, 7, 1))  # noqa: DTZ001


def test_amounts_are_not_carried_over_into_another_currency(warehouse: Warehouse, take: Take, clock: Any) -> None:
    take("products", "sku,price,cost,stock\nA,2,1,7\n")
    clock.forward(days=1)
    take("products", "sku,price,currency\nA,2,USD\n")
    clock.forward(days=1)
    take("products", "sku,stock\nA,6\n")
    assert [row[2:] for row in rows(warehouse, PRICES)] == [
        (Decimal("2.0000"), Decimal("1.0000"), 7.0, "EUR"),
        (Decimal("2.0000"), None, 7.0, "USD"),
        (Decimal("2.0000"), None, 6.0, "USD"),
    ]


def test_columns_a_products_file_lacks_keep_what_they_hold(warehouse: Warehouse, take: Take) -> None:
    take("products", "sku,title,brand,gtin\nA,Apple,Acme,4006381333931\nB,Bread,Acme,\n")
    assert counts(take("products", "sku,title\nA,Green apple\nB,Bread\n")) == (2, 1, 1, 0)
    assert rows(warehouse, "select title, brand, gtin from products order by sku") == [
        ("Green apple", "Acme", "04006381333931"),
        ("Bread", "Acme", None),
    ]
    # A column that is there and empty is another matter.
    take("products", "sku,brand\nA,\n")
    assert rows(warehouse, "select brand from products order by sku") == [(None,), ("Acme",)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("A,Apple,4006381333932,,", "gtin '4006381333932' is not a GTIN, EAN or UPC"),
        ("A,Apple,4.00638E+12,,", "gtin '4.00638E+12' is not a GTIN"),
        ("A,Apple,,sold,", "status 'sold' is none of active, inactive, discontinued"),
        ("A,Apple,,,[1]", "attributes '[1]' is not a JSON object"),
        ("A,Apple,,,{colour", "attributes '{colour' is not a JSON object"),
        (",Apple,,,", "sku is empty"),
    ],
)
def test_product_rows_that_cannot_be_taken(take: Take, line: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        take("products", f"sku,title,gtin,status,attributes\n{line}\n")
    assert f"products.csv line 2: {said}" in str(caught.value)


def test_a_product_listed_twice(warehouse: Warehouse, take: Take) -> None:
    assert counts(take("products", "sku,title\nA,Apple\nA,Apple\n")) == (2, 1, 1, 0)
    result = take("products", "sku,title\nB,Bread\nB,Brown bread\n", skip_rejected=True)
    assert counts(result) == (2, 1, 0, 1)
    assert result.rejects_file is not None
    assert "the same sku stands in line 2 with other values; keep one" in result.rejects_file.read_text()
    assert rows(warehouse, "select title from products where sku = 'B'") == [("Bread",)]


def test_products_without_prices_need_no_store(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("sku,title\nA,Apple\n")
    assert import_file(warehouse, "products", path).written == 1
    path.write_text("sku,price\nA,1\n")
    with pytest.raises(InputError, match="store 'main' is new"):
        import_file(warehouse, "products", path)


def test_customers_are_merged(warehouse: Warehouse, take: Take) -> None:
    header = "customer_id,email,birth_date,registered_at\n"
    assert counts(take("customers", header + "1,a@example.com,1980-02-29,2026-01-01 00:30\n2,,,\n")) == (2, 2, 0, 0)
    assert counts(take("customers", header + "1,b@example.com,1980-02-29,2026-01-01 00:30\n2,,,\n")) == (2, 1, 1, 0)
    assert rows(warehouse, "select customer_id, email, birth_date, registered_at from customers order by 1") == [
        ("1", "b@example.com", date(1980, 2, 29), datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
        ("2", None, None, None),
    ]
    # An earlier state may come back: no file is taken for one seen before.
    assert counts(take("customers", header + "1,a@example.com,1980-02-29,2026-01-01 00:30\n2,,,\n")) == (2, 1, 1, 0)


def test_consents_are_history_and_current_state(warehouse: Warehouse, take: Take) -> None:
    header = "customer_id,channel,at,granted,source\n"
    take("consents", header + "1,Email,2026-01-02,yes,checkout\n2,email,2026-01-02,true,\n")
    late = header + "1,email,2026-01-03,no,page\n2,email,2026-01-01,no,page\n"
    assert counts(take("consents", late)) == (2, 2, 0, 0)
    assert counts(take("consents", late)) == (2, 0, 2, 0)
    with warehouse.records.reading() as records:
        assert customers_with_consent(records, "email") == ["2"]
    assert rows(warehouse, "select count(*) from consents") == [(4,)]
    with pytest.raises(InputError, match="line 2: granted 'maybe' is neither true nor false"):
        take("consents", header + "1,email,2026-01-02,maybe,\n")
    with pytest.raises(InputError, match="line 2: channel 'fax' is none of email, sms, push, ads"):
        take("consents", header + "1,fax,2026-01-02,yes,\n")


def test_a_consent_from_the_future_cannot_silence_a_withdrawal(warehouse: Warehouse, take: Take) -> None:
    header = "customer_id,channel,at,granted\n"
    good = "1,ads,2026-01-02T09:00:00Z,yes\n"
    with pytest.raises(InputError, match="line 3: at is yet to come; correct the time"):
        take("consents", f"{header}{good}1,ads,2062-01-02T09:00:00Z,yes\n")
    told = take("consents", f"{header}{good}1,ads,2062-01-02T09:00:00Z,yes\n", skip_rejected=True)
    assert counts(told) == (2, 1, 0, 1)
    take("consents", f"{header}1,ads,2026-05-20T09:00:00Z,no\n")
    with warehouse.records.reading() as records:
        assert customers_with_consent(records, "ads") == []
    assert rows(warehouse, "select count(*) from consents") == [(2,)]


def test_what_is_the_future_depends_on_the_clock() -> None:
    import duckdb

    ((condition, _),) = checks("consents", {"at"}, datetime(2026, 6, 1, 12, tzinfo=UTC))
    for at, refused in (("2026-06-02T12:00:00Z", False), ("2026-06-02T14:00:01+02:00", True)):
        with duckdb.connect() as connection:
            found = connection.execute(f"select {condition} from (select timestamptz '{at}' as at)").fetchall()
        assert found == [(refused,)]


def test_events_without_ids(warehouse: Warehouse, take: Take, clock: Any) -> None:
    content = (
        "event_type,occurred_at,customer_id,sku,price,properties\n"
        'view,2026-01-05T10:00:00Z,c1,A,,"{""page"": 1}"\n'
        "view,2026-01-05T10:00:00Z,c1,A,,\nview,2026-01-05T10:00:00Z,c1,A,,\nadd_to_cart,2026-01-05T10:01:00Z,,A,9.90,\n"
    )
    result = take("events", content)
    assert counts(result) == (4, 4, 0, 0)
    assert (result.returns, result.without_customer) == (None, 1)
    received = clock()
    clock.forward(hours=1)
    assert counts(take("events", content)) == (4, 0, 4, 0)
    answer = rows(warehouse, "select event_type, store_id, price, currency, received_at from events order by 1, 2, 3")
    assert answer == [
        ("add_to_cart", "main", Decimal("9.9000"), "EUR", received),
        *[("view", "main", None, None, received)] * 3,
    ]


def test_naive_times_need_a_time_zone(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("event_type,occurred_at\nview,2026-01-05T10:00:00Z\nview,2026-01-05 10:00\n")
    with pytest.raises(InputError, match=r"line 3: occurred_at '2026-01-05 10:00' has no time zone; add --timezone"):
        import_file(warehouse, "events", path)
    assert import_file(warehouse, "events", path, timezone="Asia/Tokyo").written == 2
    assert rows(warehouse, "select store_id, hour(occurred_at) from events order by 2") == [(None, 1), (None, 10)]


OFFERS = """\
site,url,observed_at,price,currency,seller,gtin,condition
shop,HTTPS://Shop.example:443/p?utm_source=x&b=2&a=1#top,2026-01-05T10:00:00Z,9.99,EUR,,4006381333931,New
shop,https://shop.example/p?a=1&b=2,2026-01-05T10:00:00Z,8.99,EUR,Acme,,
"""


def test_offers_get_the_ids_that_a_crawl_would_give_them(warehouse: Warehouse, take: Take) -> None:
    assert counts(take("offers", OFFERS)) == (2, 2, 0, 0)
    assert counts(take("offers", OFFERS)) == (2, 0, 2, 0)
    url = canonical_url("https://shop.example/p?a=1&b=2")
    assert rows(warehouse, "select offer_id, url, price, gtin, condition, source from offers order by price desc") == [
        (offer_id("shop", url, None, None, "new"), url, Decimal("9.9900"), "04006381333931", "new", "import"),
        (offer_id("shop", url, "Acme", None, None), url, Decimal("8.9900"), None, None, "import"),
    ]
    (crawl,) = rows(warehouse, "select distinct crawl_id from offers")
    assert str(crawl[0]).startswith("import-")
    # The same pages seen again are another observation.
    assert counts(take("offers", OFFERS.replace("2026-01-05", "2026-01-06"))) == (2, 2, 0, 0)


def test_a_corrected_offers_file_replaces_the_rows(warehouse: Warehouse, take: Take) -> None:
    take("offers", OFFERS)
    assert counts(take("offers", OFFERS.replace("9.99", "7.77"))) == (2, 1, 1, 0)
    # Written on another clock it is the same moment, and so the same observation.
    elsewhere = OFFERS.replace("2026-01-05T10:00:00Z", "2026-01-05T19:00:00+09:00")
    assert counts(take("offers", elsewhere.replace("9.99", "6.66"))) == (2, 1, 1, 0)
    observations = "select offer_id, observed_at, count(*) from offers group by all"
    assert [row[-1] for row in rows(warehouse, observations)] == [1, 1]
    assert rows(warehouse, "select price from offers order by 1") == [(Decimal("6.6600"),), (Decimal("8.9900"),)]
    # A history in one file: each moment is an observation of its own.
    later = "".join(line.replace("2026-01-05", "2026-01-06") for line in OFFERS.splitlines(keepends=True)[1:])
    assert counts(take("offers", OFFERS + later)) == (4, 3, 1, 0)
    assert [row[-1] for row in rows(warehouse, observations)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("kind", "header", "line", "field"),
    [
        ("products", "sku,price,cost", "{sku},{value},1", "price"),
        ("products", "sku,price,cost", "{sku},1,{value}", "cost"),
        ("product_history", "sku,valid_from,list_price", "{sku},2026-01-01,{value}", "list_price"),
        (
            "offers",
            "site,url,observed_at,price,currency,shipping",
            "shop,https://shop.example/{sku},2026-01-05T10:00:00Z,1,EUR,{value}",
            "shipping",
        ),
    ],
)
def test_amounts_that_cannot_be_negative(
    warehouse: Warehouse, take: Take, kind: str, header: str, line: str, field: str
) -> None:
    good, bad = line.format(sku="A", value="0"), line.format(sku="B", value="-0.01")
    with pytest.raises(InputError, match=f"{kind}.csv line 3: {field} is negative; correct it; 1 row rejected"):
        take(kind, f"{header}\n{good}\n{bad}\n")
    assert rows(warehouse, f"select count(*) from {kind}") == [(0,)]
    assert counts(take(kind, f"{header}\n{good}\n{bad}\n", skip_rejected=True)) == (2, 1, 0, 1)


@pytest.mark.parametrize(
    ("found", "put", "said"),
    [
        ("9.99,EUR", "-9.99,EUR", "price is negative; correct it"),
        ("2026-01-05", "2062-01-05", "observed_at is yet to come; correct the time"),
        ("HTTPS://", "ftp://", "url 'ftp://Shop.example:443/p?utm_source=x&b=2&a=1#top' is not an http(s) address"),
        ("9.99,EUR", "9.99,", "price has no currency; add --currency"),
        ("3931", "3932", "gtin '4006381333932' is not a GTIN"),
    ],
)
def test_offers_that_cannot_be_taken(take: Take, found: str, put: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        take("offers", OFFERS.replace(found, put))
    assert f"offers.csv line 2: {said}" in str(caught.value)


def test_history_spend_and_rates_may_be_corrected(warehouse: Warehouse, take: Take) -> None:
    history = "sku,valid_from,price\nA,2026-01-01,1\nA,2026-02-01,{}\n"
    assert counts(take("product_history", history.format(2))) == (2, 2, 0, 0)
    assert counts(take("product_history", history.format(3))) == (2, 1, 1, 0)
    assert [row[2] for row in rows(warehouse, PRICES)] == [Decimal("1.0000"), Decimal("3.0000")]
    assert counts(take("spend", "day,channel,campaign,amount\n2026-01-01,search,brand,100.5\n")) == (1, 1, 0, 0)
    assert rows(warehouse, "select amount, currency from spend") == [(Decimal("100.5000"), "EUR")]
    assert counts(take("fx_rates", "day,currency,eur\n2026-01-01,USD,0.91234567\n")) == (1, 1, 0, 0)
    assert rows(warehouse, "select eur from fx_rates") == [(Decimal("0.91234567"),)]
    with pytest.raises(InputError, match=r"line 2: day '1\.1\.26' is not a date; write it like 2026-11-30"):
        take("fx_rates", "day,currency,eur\n1.1.26,USD,0.9\n")

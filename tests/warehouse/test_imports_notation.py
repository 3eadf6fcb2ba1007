"""Numbers, days and times as files write them: what was meant is what is read, or the row or the file is refused."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file, parse_map

_stores = count()
few = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))

Row = dict[str, str]


def take(
    warehouse: Warehouse,
    path: Path,
    table: Sequence[Row],
    *,
    decimal: str | None = None,
    dates: str | None = None,
    skip_rejected: bool = False,
) -> tuple[ImportResult, dict[int, dict[str, object]]]:
    """Import order lines (amount, and whatever else differs) into a store of their own; the result, and what was
    written by row."""
    whole = [
        {"order_id": str(n), "ordered_at": "2026-01-05", "sku": "A", "quantity": "1"} | r for n, r in enumerate(table)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, whole[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(whole)
    store = f"store {next(_stores)}"
    result = import_file(
        warehouse,
        "orders",
        path,
        currency="EUR",
        timezone="UTC",
        store=store,
        decimal=decimal,
        dates=dates,
        skip_rejected=skip_rejected,
    )
    with warehouse.session() as session:
        rows = session.query(f"select * from orders where store_id = '{store}'").to_pylist()
    return result, {int(str(row["order_id"])): row for row in rows}


def amounts(rows: dict[int, dict[str, object]]) -> dict[int, object]:
    return {n: row["amount"] for n, row in rows.items()}


# Numbers

_numbers = st.decimals(-99_999_999, 99_999_999, places=4).flatmap(
    lambda number: st.integers(0, 4).map(lambda places: round(number, places))
)
_styles = st.tuples(
    st.sampled_from([(".", ""), (".", ","), (".", " "), (".", "'"), (",", ""), (",", "."), (",", " "), (",", "\u00a0")])
    | st.sampled_from([(",", "\u202f"), (".", "’")]),
    st.sampled_from(["{}", "{} €", "€{}", "EUR {}", "{} EUR", "{}\u00a0€"]),
    st.sampled_from(["-{}", "\u2212{}", "{}-", "({})"]),
)
Style = tuple[tuple[str, str], str, str]


def written(number: Decimal, style: Style) -> str:
    """A number as people write it."""
    (mark, group), currency, minus = style
    text = f"{abs(number):,}".replace(",", "\0").replace(".", mark).replace("\0", group)
    text = currency.format(text)
    return minus.format(text) if number < 0 else text


@few
@given(numbers=st.lists(_numbers, min_size=1, max_size=60), style=_styles)
def test_numbers_in_any_notation_are_read_to_the_last_digit(
    warehouse: Warehouse, tmp_path: Path, numbers: list[Decimal], style: Style
) -> None:
    every = [*numbers, Decimal("-1234567.5")]  # the last can be read in one way only
    result, rows = take(warehouse, tmp_path / "o.csv", [{"amount": written(number, style)} for number in every])
    assert amounts(rows) == dict(enumerate(every))
    assert result.read_as["decimal"] == style[0][0]


@few
@given(numbers=st.lists(_numbers, min_size=1, max_size=3), style=_styles)
def test_a_column_that_does_not_say_how_it_is_written_is_refused_or_read_right(
    warehouse: Warehouse, tmp_path: Path, numbers: list[Decimal], style: Style
) -> None:
    table = [{"amount": written(number, style)} for number in numbers]
    try:
        _, rows = take(warehouse, tmp_path / "o.csv", table)
    except InputError as error:
        assert "--decimal" in str(error)
    else:
        assert amounts(rows) == dict(enumerate(numbers))
    _, rows = take(warehouse, tmp_path / "o.csv", table, decimal=style[0][0])
    assert amounts(rows) == dict(enumerate(numbers))


@few
@given(numbers=st.lists(st.tuples(_numbers, st.booleans()), max_size=40), styles=st.tuples(_styles, _styles))
def test_no_number_of_a_column_that_contradicts_itself_changes(
    warehouse: Warehouse, tmp_path: Path, numbers: list[tuple[Decimal, bool]], styles: tuple[Style, Style]
) -> None:
    one = ((".", styles[0][0][1].replace(".", ",")), *styles[0][1:])
    other = ((",", styles[1][0][1].replace(",", ".")), *styles[1][1:])
    sure = [(Decimal("0.25"), True), (Decimal("0.75"), False), (Decimal("1.5"), True)]
    every = [*numbers, *sure]
    table = [{"amount": written(number, one if first else other)} for number, first in every]
    try:
        result, rows = take(warehouse, tmp_path / "o.csv", table, skip_rejected=True)
    except InputError as error:
        assert "as often in the one as the other" in str(error)
        return
    assert result.rejected == len(every) - len(rows) >= 1
    for n, amount in amounts(rows).items():
        assert amount == every[n][0]


@pytest.mark.parametrize(
    ("texts", "decimal", "values"),
    [
        (["1.234", "5,5"], ",", ["1234", "5.5"]),
        (["1,234", "5.5"], ".", ["1234", "5.5"]),
        (["1.234.567"], ",", ["1234567"]),
        (["0.123"], ".", ["0.123"]),
        (["1234.567"], ".", ["1234.567"]),
        (["1'234.50", "-1 234,50-"], None, []),
        (["12", "1 234"], None, ["12", "1234"]),
        (["CHF 1’234.50"], None, []),
        (["1e3", "1,5E1"], ",", ["1000", "15"]),
    ],
)
def test_what_a_column_s_values_decide(
    warehouse: Warehouse, tmp_path: Path, texts: list[str], decimal: str | None, values: list[str]
) -> None:
    table = [{"amount": text} for text in texts]
    if not values:
        with pytest.raises(InputError, match=r"names another currency|is not a number"):
            take(warehouse, tmp_path / "o.csv", table)
        return
    result, rows = take(warehouse, tmp_path / "o.csv", table)
    assert result.read_as.get("decimal") == decimal
    assert amounts(rows) == dict(enumerate(map(Decimal, values)))


def test_the_file_s_other_columns_decide_for_one_that_cannot(warehouse: Warehouse, tmp_path: Path) -> None:
    table = [{"amount": "1.234", "unit_price": "0,5"}, {"amount": "2.000", "unit_price": "1,25"}]
    result, rows = take(warehouse, tmp_path / "o.csv", table)
    assert amounts(rows) == {0: Decimal(1234), 1: Decimal(2000)}
    assert result.read_as["decimal"] == ","
    table = [{"amount": "1.234", "unit_price": "0,5", "discount": "0.5"}]
    with pytest.raises(InputError, match=r"o\.csv line 2: amount '1\.234' may be one number with a decimal point"):
        take(warehouse, tmp_path / "o.csv", table)
    result, rows = take(warehouse, tmp_path / "o.csv", [{"amount": "1,5", "unit_price": "1.5"}])
    assert (amounts(rows), result.read_as["decimal"]) == ({0: Decimal("1.5")}, "amount: , unit_price: .")


def test_what_is_said_of_rows_in_a_column_that_contradicts_itself(warehouse: Warehouse, tmp_path: Path) -> None:
    table = [{"amount": text} for text in ("1,5", "2,5", "3.5", "1.234", "7", "x")]
    result, rows = take(warehouse, tmp_path / "o.csv", table, skip_rejected=True)
    assert amounts(rows) == {0: Decimal("1.5"), 1: Decimal("2.5"), 4: Decimal(7)}
    assert result.rejects_file is not None
    with result.rejects_file.open(newline="") as file:
        reasons = {row["line"]: row["reason"] for row in csv.DictReader(file)}
    assert reasons == {
        "4": "amount '3.5' is not a number with a decimal comma, as its column has them; write it like 1234,50",
        "5": "amount '1.234' is one number with a decimal point and another with a decimal comma, and its column holds "
        "both; write it like 1234.50",
        "7": "amount 'x' is not a number with a decimal comma, as its column has them; write it like 1234,50",
    }


def test_an_amount_in_another_currency_than_its_row(warehouse: Warehouse, tmp_path: Path) -> None:
    table = [{"amount": "$5.50", "currency": "USD"}, {"amount": "5.50 zł", "currency": "PLN"}]
    _, rows = take(warehouse, tmp_path / "o.csv", table)
    assert [(row["amount"], row["currency"]) for row in rows.values()] == [
        (Decimal("5.5"), "USD"),
        (Decimal("5.5"), "PLN"),
    ]
    for text in ("$5.50", "5.50 USD", "5.50 PCS"):
        with pytest.raises(
            InputError, match="line 2: amount names another currency than the row has; map the currency"
        ):
            take(warehouse, tmp_path / "o.csv", [{"amount": text}])


def test_numbers_of_a_workbook_need_no_deciding(warehouse: Warehouse, tmp_path: Path) -> None:
    def book(*cells: object) -> Path:
        workbook = Workbook()
        assert workbook.active is not None
        workbook.active.append(["order_id", "ordered_at", "sku", "quantity", "amount"])
        for n, cell in enumerate(cells):
            workbook.active.append([n, datetime.fromisoformat("2026-01-05T10:00"), "A", 1, cell])
        workbook.save(tmp_path / "o.xlsx")
        return tmp_path / "o.xlsx"

    def found(store: str) -> dict[int, object]:
        with warehouse.session() as session:
            rows = session.query(f"select order_id, amount from orders where store_id = '{store}'").to_pylist()
        return {int(row["order_id"]): row["amount"] for row in rows}

    options = {"currency": "EUR", "timezone": "UTC"}
    import_file(warehouse, "orders", book(1.234, 2.5), store="one", **options)  # type: ignore[arg-type]
    assert found("one") == {0: Decimal("1.234"), 1: Decimal("2.5")}
    # The text "1.234" among numbers may be a thousand.
    with pytest.raises(InputError, match=r"row 3: amount '1\.234' is one number with a decimal point and another"):
        import_file(warehouse, "orders", book(2.5, "1.234"), store="two", **options)  # type: ignore[arg-type]
    (tmp_path / "o.jsonl").write_text(
        '{"order_id": 0, "ordered_at": "2026-01-05", "sku": "A", "quantity": 1, "amount": 1.234}\n'
    )
    import_file(warehouse, "orders", tmp_path / "o.jsonl", store="three", **options)  # type: ignore[arg-type]
    assert found("three") == {0: Decimal("1.234")}


# Days and times

_moments = st.datetimes(datetime.fromisoformat("2001-01-01"), datetime.fromisoformat("2026-05-01")).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
_clocks = st.sampled_from(["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S\u202f%p", "%H:%M UTC", "%H:%M:%S +0000"])
_orders = st.sampled_from([("dmy", "/"), ("mdy", "/"), ("dmy", "."), ("dmy", "-"), ("mdy", "-"), ("ymd", "/")])


def day(moment: datetime, order: str, mark: str, padded: bool) -> str:
    parts = {"d": f"{moment.day:02}", "m": f"{moment.month:02}", "y": f"{moment.year}"}
    return mark.join(parts[part] if padded else parts[part].lstrip("0") for part in order)


@few
@given(
    moments=st.lists(_moments, min_size=1, max_size=60), clock=_clocks, order=_orders, padded=st.booleans(),
    sure=st.booleans(),
)  # fmt: skip
def test_times_in_any_notation_are_read_to_the_minute(
    warehouse: Warehouse,
    tmp_path: Path,
    moments: list[datetime],
    clock: str,
    order: tuple[str, str],
    padded: bool,
    sure: bool,
) -> None:
    every = [*moments, *([datetime.fromisoformat("2020-12-31T12:05")] if sure else [])]
    joined = ", " if "%p" in clock else " "
    table = [{"ordered_at": f"{day(m, *order, padded)}{joined}{m.strftime(clock)}", "amount": "1"} for m in every]
    meant = {n: moment.replace(tzinfo=UTC) for n, moment in enumerate(every)}
    try:
        _, rows = take(warehouse, tmp_path / "o.csv", table)
    except InputError as error:
        assert not sure
        assert "--dates" in str(error)
        _, rows = take(warehouse, tmp_path / "o.csv", table, dates=order[0])
    assert {n: row["ordered_at"] for n, row in rows.items()} == meant


def test_what_is_said_of_days_that_cannot_be_told(warehouse: Warehouse, tmp_path: Path) -> None:
    def table(*texts: str) -> list[Row]:
        return [{"ordered_at": text, "amount": "1"} for text in texts]

    path = tmp_path / "o.csv"
    with pytest.raises(InputError, match=r"o\.csv line 2: ordered_at '3/4/2026' may be one day with the day first"):
        take(warehouse, path, table("3/4/2026", "5/5/2026"))
    with pytest.raises(InputError, match="ordered_at is written in two ways, as often in the one as the other"):
        take(warehouse, path, table("31/1/2026", "1/31/2026"))
    result, rows = take(
        warehouse, path, table("31/1/2026", "30/1/2026", "1/31/2026", "3/4/2026", "2026-02-03"), skip_rejected=True
    )
    assert sorted(rows) == [0, 1, 4]
    assert result.read_as["dates"] == "dmy"
    assert result.rejects_file is not None
    assert "one day with the day first and another with the month first" in result.rejects_file.read_text()
    for text in ("31.02.2026", "13:00 PM", "3/4/26", "31/1/2026 13:05 PM", "2026-13-01"):
        with pytest.raises(InputError, match=r"line 3: ordered_at .* is not a date"):
            take(warehouse, path, table("30/1/2026", text))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"decimal": ";"}, "--decimal: ';' is no decimal mark; write . or ,"),
        ({"dates": "ymd"}, "--dates: 'ymd' is no order; write dmy (31/12/2026) or mdy (12/31/2026)"),
    ],
)
def test_options_that_cannot_be(warehouse: Warehouse, tmp_path: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        import_file(warehouse, "orders", tmp_path / "o.csv", **options)  # type: ignore[arg-type]
    assert str(caught.value) == said


def test_a_german_export_in_windows_1251_s_neighbour(warehouse: Warehouse, tmp_path: Path) -> None:
    """Everything at once: legacy encoding, semicolons, decimal commas, days first, names of several lines."""
    path = tmp_path / "bestellungen.csv"
    path.write_bytes(
        (
            "Nr;Datum;Artikel;Name;Menge;Betrag;Kunde\r\n"
            '1;31.01.2026 09:05;A1;"Größe\r\n""L""";1,5;"1.234,50 €";Müller\r\n'
            "2;01.02.2026;A2;Stühle;-1;-12;\r\n"
        ).encode("cp1252")
    )
    mapping = parse_map("order_id=Nr,ordered_at=Datum,sku=Artikel,title=Name,quantity=Menge,amount=Betrag")
    result = import_file(warehouse, "orders", path, mapping=mapping, currency="EUR", timezone="Europe/Berlin")
    assert result.read_as == {
        "format": "CSV", "encoding": "cp1252", "separator": ";", "decimal": ",", "dates": "dmy",
    }  # fmt: skip
    with warehouse.session() as session:
        rows = session.query("select ordered_at, quantity, amount from orders order by order_id").to_pylist()
        titles = session.query("select title from products").to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (datetime(2026, 1, 31, 8, 5, tzinfo=UTC), 1.5, Decimal("1234.5")),
        (datetime(2026, 1, 31, 23, tzinfo=UTC), -1.0, Decimal(-12)),
    ]
    assert titles == [{"title": 'Größe\r\n"L"'}]

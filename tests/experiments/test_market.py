"""The simulated market keeps the laws it states, tested against its own truth and by independent reckoning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.market import Market, MarketSize, generate
from experiments.market.columns import lake_schema, money
from tests.experiments.conftest import BERLIN, END, START
from tests.experiments.frames import frame
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.tables import TABLES


@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), st.booleans()), min_size=1, max_size=20))
def test_money_is_exact_to_the_cent(entries: list[tuple[int, bool]]) -> None:
    cents, known = np.array([c for c, _ in entries]), np.array([k for _, k in entries])
    assert money(cents, known).to_pylist() == [Decimal(c).scaleb(-2) if k else None for c, k in entries]


def test_tables_have_the_schemas_of_the_lake_and_unique_keys(market: Market) -> None:
    for name, table in market.tables.items():
        assert table.schema.equals(lake_schema(name)), name
        keys = frame(table)[list(TABLES[name].key)]
        assert len(table) > 0 and not keys.duplicated().any() and not keys.isna().any().any(), name
        required = [f.name for f in table.schema if not f.nullable]
        assert all(table[column].null_count == 0 for column in required), name
        for column in TABLES[name].columns:
            if column.values:
                assert set(table[column.name].to_pylist()) - {None} <= set(column.values)


def test_the_lake_takes_every_table(market: Market, warehouse: Warehouse) -> None:
    for name, table in market.tables.items():
        assert warehouse.lake.append(TABLES[name], table) == table.num_rows
    with warehouse.session() as session:
        revenue = session.query("select sum(amount) as revenue from orders")["revenue"][0].as_py()
    assert revenue == sum(market.tables["orders"]["amount"].to_pylist())


def test_same_seed_same_files_other_seed_other_market(tmp_path: Path) -> None:
    def files(seed: int, folder: Path) -> dict[str, bytes]:
        made = generate(MarketSize(60, 200), seed=seed, start=date(2025, 1, 1), end=date(2025, 3, 31))
        made.write(folder / "shop", folder / "truth")
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.*"))}

    first, again, other = (files(seed, tmp_path / name) for seed, name in ((1, "a"), (1, "b"), (2, "c")))
    assert first == again
    parquet = ("orders", "events", "product_history", "promotions", "exposures", "sent_messages")
    names = {f"shop/{name}.csv" for name in ("stores", "products", "customers", "consents")}
    names |= {f"shop/{name}.parquet" for name in parquet}
    assert names == {name for name in first if name.startswith("shop/")}
    by_seed = names - {"shop/stores.csv"}
    assert all(first[name] != other[name] for name in by_seed)


def test_truth_is_kept_out_of_the_merchants_folder(tmp_path: Path) -> None:
    made = generate(MarketSize(60, 50), seed=1, start=date(2025, 1, 1), end=date(2025, 1, 31))
    with pytest.raises(InputError, match="truth"):
        made.write(tmp_path, tmp_path / "truth")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "size",
    [
        (1, 10),
        (100_001, 10),
        (100, 0),
        (100, 1_000_001),
        (100, 10, 0.0),
        (100, 10, 6.0, 4),
        (100, 10, 6.0, 1, 2),
        (100, 10, 6.0, 1, 12),
        (100, 10, 6.0, 1, 3, -1),
    ],
)
def test_sizes_out_of_range_are_refused(size: tuple[Any, ...]) -> None:
    with pytest.raises(InputError, match="market: "):
        MarketSize(*size)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InputError, match="period"):
        generate(seed=1, start=END, end=START)


def test_a_single_day_and_a_single_customer_make_a_market() -> None:
    made = generate(MarketSize(48, 1), seed=5, start=START, end=START)
    assert made.tables["customers"].num_rows == 1
    assert made.tables["product_history"].num_rows >= 40


def test_amount_is_price_times_quantity_to_the_cent(market: Market) -> None:
    orders = market.tables["orders"].to_pandas()
    assert (orders.amount == orders.unit_price * orders.quantity.astype(int).map(Decimal)).all()
    assert (orders.amount.map(lambda amount: amount % Decimal("0.01")) == 0).all()
    product = orders[(orders.line_kind == "product") & (orders.quantity > 0)]
    assert (product.discount.dropna() > 0).all() and product.discount.notna().mean() > 0.05


def test_orders_show_the_price_and_cost_of_history(market: Market, sold: pd.DataFrame) -> None:
    history = frame(market.tables["product_history"]).sort_values("valid_from", kind="stable")
    lines = sold.sort_values("ordered_at", kind="stable")
    both = pd.merge_asof(lines, history, left_on="ordered_at", right_on="valid_from", by="sku")
    assert (both.unit_price == both.price).all()
    assert ((both.unit_cost == both.cost) | (both.unit_cost.isna() & both.cost.isna())).all()


def test_returns_come_after_what_they_return_and_not_exceed_it(market: Market) -> None:
    orders = frame(market.tables["orders"])
    back = orders[orders.quantity < 0]
    assert 0.02 < len(back) / (orders.line_kind == "product").sum() < 0.08
    both = back.merge(orders, left_on=["returns_order_id", "line_id"], right_on=["order_id", "line_id"])
    assert len(both) == len(back)
    assert (both.sku_x == both.sku_y).all() and (both.ordered_at_x > both.ordered_at_y).all()
    assert (-both.quantity_x <= both.quantity_y).all() and (both.unit_price_x == both.unit_price_y).all()
    same = both.customer_id_x == both.customer_id_y
    assert (same | (both.customer_id_x.isna() & both.customer_id_y.isna())).all()


def test_small_orders_pay_shipping_and_some_buyers_are_guests(market: Market, sold: pd.DataFrame) -> None:
    orders = frame(market.tables["orders"])
    shipping = orders[orders.line_kind == "shipping"]
    baskets = sold.groupby("order_id").amount.sum()
    assert set(shipping.order_id) == set(baskets[baskets < 48.995].index)
    assert shipping.sku.isna().all()
    assert 0.03 < sold.groupby("order_id").customer_id.first().isna().mean() < 0.07


def test_products_carry_valid_numbers_distinct_titles_and_mostly_known_costs(market: Market) -> None:
    products = frame(market.tables["products"])
    numbers: Iterable[str] = products.gtin.dropna()
    for number in numbers:  # GS1: weighted by 3 and 1 from the right, the sum with the check digit divides by ten
        weights = [1 if i % 2 == 0 else 3 for i in range(len(number))]
        assert sum(w * int(d) for w, d in zip(weights, reversed(number), strict=True)) % 10 == 0
    assert set(products.gtin.dropna().str.len()) == {13, 14}
    assert 0.85 < products.gtin.notna().mean() < 1
    assert products.title.is_unique and products.gtin.dropna().is_unique
    known = frame(market.tables["product_history"]).groupby("sku").cost.agg(lambda cost: cost.notna().mean())
    assert set(known) == {0.0, 1.0} and 0.7 < known.mean() < 0.97
    truth = frame(market.truth.products).set_index("sku")
    assert truth.cost.notna().all() and (truth.cost_known == (known == 1)).all()


def test_events_are_of_the_last_weeks_and_lead_to_orders(market: Market, sold: pd.DataFrame) -> None:
    events = frame(market.tables["events"])
    events = events[events.sku.notna()]  # the others answer mail
    assert (events.occurred_at >= pd.Timestamp("2025-12-04", tz=BERLIN)).all()
    assert (events.occurred_at < events.received_at).all()
    views, carts = ((events.event_type == kind).sum() for kind in ("view", "add_to_cart"))
    recent = sold[sold.day >= "2025-12-04"]
    assert views > 2 * carts > len(recent)
    known = events[(events.event_type == "add_to_cart") & events.customer_id.notna()]
    pairs = set(zip(known.customer_id, known.sku, strict=True))
    bought = recent[recent.customer_id.notna()]
    assert np.mean([pair in pairs for pair in zip(bought.customer_id, bought.sku, strict=True)]) > 0.5

"""The simulated market keeps the laws it states, tested against its own truth and by independent reckoning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.market import Market, MarketSize, Trial, generate
from experiments.market.columns import lake_schema, money
from experiments.market.economy import EXTRA_UNITS
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.tables import TABLES

BERLIN = "Europe/Berlin"
START, END = date(2024, 11, 1), date(2025, 12, 31)


@pytest.fixture(scope="module")
def market() -> Market:
    return generate(MarketSize(300, 3000, 14.0), seed=11, start=START, end=END)


def frame(table: pa.Table) -> pd.DataFrame:
    """A table with money as floats, exact enough here since all of it is whole cents."""
    decimals = {f.name: table[f.name].cast(pa.float64()) for f in table.schema if pa.types.is_decimal(f.type)}
    result: pd.DataFrame = table.drop_columns(list(decimals)).to_pandas().assign(**decimals)
    return result


@pytest.fixture(scope="module")
def sold(market: Market) -> pd.DataFrame:
    """Product lines that are no returns, with the local day."""
    lines = frame(market.tables["orders"])
    lines = lines[(lines.line_kind == "product") & (lines.quantity > 0)].copy()
    lines["day"] = lines.ordered_at.dt.tz_convert(BERLIN).dt.tz_localize(None).dt.normalize()
    return lines


@pytest.fixture(scope="module")
def shop_days(market: Market, sold: pd.DataFrame) -> pd.DataFrame:
    """By day and sku: what history says held that day, what was sold, and the truth."""
    daily = frame(market.truth.daily)[["day", "sku", "purchases_at_reference"]]
    daily["day"] = pd.to_datetime(daily.day)
    history = frame(market.tables["product_history"])
    history["day"] = history.valid_from.dt.tz_convert(BERLIN).dt.tz_localize(None)
    by_time = [t.astype({"day": "datetime64[us]"}).sort_values("day", kind="stable") for t in (daily, history)]
    days = pd.merge_asof(by_time[0], by_time[1].drop(columns="valid_from"), on="day", by="sku")
    units = sold.groupby(["day", "sku"], as_index=False).agg({"quantity": "sum"}).astype({"day": "datetime64[us]"})
    days = days.merge(units, on=["day", "sku"], how="left").fillna({"quantity": 0.0})
    days = days.merge(frame(market.truth.products)[["sku", "reference_price", "elasticity", "base"]], on="sku")
    products = frame(market.tables["products"])[["sku", "category"]]
    seasons = frame(market.truth.seasons).astype({"day": "datetime64[us]"})
    days = days.merge(products, on="sku").merge(seasons, on=["day", "category"])
    days["log_price"] = np.log(days.price / days.reference_price)
    days["expected"] = (1 + EXTRA_UNITS) * days.purchases_at_reference * np.exp(days.elasticity * days.log_price)
    return days.dropna(subset="price")


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
    names = {f"shop/{name}.csv" for name in ("stores", "products", "customers", "consents")}
    names |= {f"shop/{name}.parquet" for name in ("orders", "events", "product_history", "exposures")}
    assert names == {name for name in first if name.startswith("shop/")}
    by_seed = names - {"shop/stores.csv"}
    assert all(first[name] != other[name] for name in by_seed)


def test_truth_is_kept_out_of_the_merchants_folder(tmp_path: Path) -> None:
    made = generate(MarketSize(60, 50), seed=1, start=date(2025, 1, 1), end=date(2025, 1, 31))
    with pytest.raises(InputError, match="truth"):
        made.write(tmp_path, tmp_path / "truth")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [(1, 10, 6.0), (5001, 10, 6.0), (100, 0, 6.0), (100, 50_001, 6.0), (100, 10, 0.0)])
def test_sizes_out_of_range_are_refused(size: tuple[int, int, float]) -> None:
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


def test_nothing_is_sold_while_sold_out(shop_days: pd.DataFrame) -> None:
    out = shop_days[shop_days.stock == 0]
    assert 0.002 < len(out) / len(shop_days) < 0.1
    assert out.quantity.sum() == 0


def test_units_follow_the_stated_demand_at_every_price(shop_days: pd.DataFrame) -> None:
    """At prices well under, near and over the reference, sales are what the true elasticity says."""
    for _, part in shop_days.groupby(pd.qcut(shop_days.log_price, 6, labels=False)):
        # Purchases are Poisson; units and the rare cut by stock widen it a little.
        spread = 1.6 / np.sqrt(part.expected.sum())
        assert part.quantity.sum() / part.expected.sum() == pytest.approx(1, abs=max(0.02, 4 * spread))


def test_naive_elasticities_are_biased_towards_zero(shop_days: pd.DataFrame) -> None:
    """A regression within products, without the demand that nobody observes, finds demand too inelastic."""
    groups = shop_days.groupby("sku")
    price = shop_days.log_price - groups.log_price.transform("mean")
    sales = shop_days.quantity / groups.quantity.transform("mean").clip(lower=1e-9)
    naive = float((price * sales).sum() / (price**2).sum())
    truth = float(np.average(shop_days.elasticity, weights=shop_days.base))
    assert truth + 0.4 < naive < 0


def test_substitutes_gain_from_each_others_price_and_stock_outs(market: Market, shop_days: pd.DataFrame) -> None:
    """Sales beside what own price and season explain are higher while the substitute is dear or sold out."""
    days = shop_days[shop_days.stock > 0].copy()
    days["own"] = days.base * days.season * days.weekday * np.exp(days.elasticity * days.log_price)
    other = shop_days[["day", "sku", "log_price", "stock"]].rename(columns={"sku": "other_sku"})
    pairs = days.merge(frame(market.truth.substitutes), on="sku").merge(other, on=["day", "other_sku"])

    def level(part: pd.DataFrame) -> float:
        assert part.quantity.sum() > 400
        return float(part.quantity.sum() / part.own.sum())

    there = pairs[pairs.stock_y > 0]
    dear, cheap = (there.log_price_y > 0.1), (there.log_price_y < -0.2)
    assert level(there[dear]) > 1.05 * level(there[cheap])
    assert level(pairs[pairs.stock_y == 0]) > 1.1 * level(there)


def test_complements_are_bought_together_as_often_as_stated(market: Market, sold: pd.DataFrame) -> None:
    lines = sold[["order_id", "sku"]].drop_duplicates()
    together = lines.merge(lines, on="order_id").value_counts(["sku_x", "sku_y"])
    orders_of, orders = lines.sku.value_counts(), lines.order_id.nunique()
    pairs = frame(market.truth.complements)
    seen = np.array([together.get((a, b), 0) for a, b in zip(pairs.sku, pairs.other_sku, strict=True)])
    first, second = (orders_of.reindex(pairs[c]).fillna(0).to_numpy() for c in ("sku", "other_sku"))
    assert seen.sum() > 8 * (first * second / orders).sum()
    # The stated mean is for reference prices; what holds on average over prices lies near it.
    assert seen.sum() / (first * pairs.join_rate).sum() == pytest.approx(1, abs=0.35)


def test_the_season_shows_in_sales(shop_days: pd.DataFrame) -> None:
    year = shop_days[shop_days.day.dt.year == 2025]
    grills = year[year.category == "Garden > Grills"].groupby(year.day.dt.month).quantity.sum()
    assert grills.loc[[5, 6, 7]].sum() > 1.8 * grills.loc[[1, 11, 12]].sum()
    by_weekday = shop_days.groupby(shop_days.day.dt.day_of_week).quantity.sum()
    assert by_weekday.idxmax() == 6 and by_weekday.idxmin() in (2, 3, 4)


def test_customers_buy_what_they_like_while_they_are_customers(market: Market, sold: pd.DataFrame) -> None:
    truth, accounts = frame(market.truth.customers), frame(market.tables["customers"])
    lines = sold.merge(truth, on="customer_id").merge(accounts[["customer_id", "registered_at"]], on="customer_id")
    assert (lines.ordered_at > lines.registered_at).all()
    assert (lines.day < pd.to_datetime(lines.left_on)).all()
    category = frame(market.tables["products"]).set_index("sku").category
    favourite = lines.tastes.map(lambda tastes: market.truth.categories[int(np.argmax(tastes))])
    assert (lines.sku.map(category) == favourite).mean() > 5 / len(market.truth.categories)
    assert 0.3 < (pd.to_datetime(truth.left_on) <= pd.Timestamp(END)).mean() < 0.8


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


def test_consent_is_a_history_that_starts_at_registration(market: Market) -> None:
    consents = frame(market.tables["consents"]).merge(frame(market.tables["customers"]), on="customer_id")
    assert (consents["at"] >= consents.registered_at).all()
    assert set(consents.channel) == {"email", "ads"}
    turns = consents.groupby(["customer_id", "channel"]).granted
    assert (turns.nunique() == 2).any()  # somebody withdrew
    assert turns.apply(lambda granted: not (granted.shift() == granted).any()).all()  # each row changes the state


def test_events_are_of_the_last_weeks_and_lead_to_orders(market: Market, sold: pd.DataFrame) -> None:
    events = frame(market.tables["events"])
    assert (events.occurred_at >= pd.Timestamp("2025-12-04", tz=BERLIN)).all()
    assert (events.occurred_at < events.received_at).all()
    views, carts = ((events.event_type == kind).sum() for kind in ("view", "add_to_cart"))
    recent = sold[sold.day >= "2025-12-04"]
    assert views > 2 * carts > len(recent)
    known = events[(events.event_type == "add_to_cart") & events.customer_id.notna()]
    pairs = set(zip(known.customer_id, known.sku, strict=True))
    bought = recent[recent.customer_id.notna()]
    assert np.mean([pair in pairs for pair in zip(bought.customer_id, bought.sku, strict=True)]) > 0.5


def orders_after_exposure(market: Market) -> pd.DataFrame:
    """By exposed customer: variant, the number of orders from the exposure on, and whether one within 28 days."""
    orders = frame(market.tables["orders"])
    orders = orders[(orders.quantity > 0) & (orders.line_kind == "product")]
    orders = orders.drop_duplicates("order_id")[["customer_id", "ordered_at"]]
    units = frame(market.tables["exposures"])
    later = units.merge(orders, left_on="unit_id", right_on="customer_id")
    later = later[later.ordered_at >= later.exposed_at]
    counts = later.unit_id.value_counts()
    soon = later[later.ordered_at < later.exposed_at + pd.Timedelta(days=28)].unit_id
    return units.assign(orders=units.unit_id.map(counts).fillna(0.0), converted=units.unit_id.isin(soon))


def ratio_and_interval(units: pd.DataFrame, z: float) -> tuple[float, float, float]:
    """The log of treatment's mean over control's with its interval, by the delta method."""
    groups = [units[units.variant == name].orders for name in ("treatment", "control")]
    ratio = float(np.log(groups[0].mean() / groups[1].mean()))
    error = float(np.sqrt(sum(g.var() / len(g) / g.mean() ** 2 for g in groups)))
    return ratio, ratio - z * error, ratio + z * error


@pytest.mark.parametrize("effect", [0.3, 0.0, -0.2])
def test_the_true_effect_lies_in_its_interval_in_a_large_sample(effect: float) -> None:
    size = MarketSize(96, 20_000, 20.0)
    trial = Trial(effect=effect, variants=(("control", 0.6), ("treatment", 0.4)))
    made = generate(size, seed=8, start=date(2025, 9, 1), end=date(2025, 10, 31), trial=trial)
    units = orders_after_exposure(made)
    _, low, high = ratio_and_interval(units, z=2.58)
    assert low < np.log1p(effect) < high and high - low < 0.16
    for name, share in made.truth.conversion(28).items():
        group = units[units.variant == name]
        assert abs(group.converted.mean() - share) < 3 * np.sqrt(share * (1 - share) / len(group))
    seen = units.variant.value_counts()
    shares = [len(units) * 0.6, len(units) * 0.4]
    assert stats.chisquare([seen["control"], seen["treatment"]], shares).pvalue > 0.001


def test_null_experiments_stay_null_and_before_exposure_variants_are_alike() -> None:
    """Over seeds the test statistic of a null experiment spreads like a standard normal one."""
    scores = []
    for seed in range(12):
        made = generate(
            MarketSize(48, 1500, 30.0),
            seed=seed,
            start=date(2025, 9, 1),
            end=date(2025, 9, 30),
            trial=Trial(effect=0.0),
        )
        ratio, low, _ = ratio_and_interval(orders_after_exposure(made), z=1.0)
        scores.append(ratio / (ratio - low))
    assert stats.chi2.sf(float(np.square(scores).sum()), len(scores)) > 0.001
    assert abs(np.mean(scores)) < 3.3 / np.sqrt(len(scores))

"""Demand keeps the law it states, and the biases it states are those that estimates have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from experiments.market import Market
from tests.experiments.conftest import BERLIN
from tests.experiments.frames import frame


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


def pooled(days: pd.DataFrame, y: str, z: str, within: list[str]) -> tuple[float, float]:
    """The slope of y on the log price with z as instrument (z the log price: least squares), means within groups taken
    out, and its standard error.
    """
    outcome, instrument, price = (days[c] - days.groupby(within)[c].transform("mean") for c in (y, z, "log_price"))
    slope = float((instrument * outcome).sum() / (instrument * price).sum())
    # Shocks last for weeks, so products are what is independent.
    moments = ((outcome - slope * price) * instrument).groupby(days.sku).sum()
    return slope, float(np.sqrt((moments**2).sum()) / abs((instrument * price).sum()))


def test_the_stated_bias_is_what_least_squares_adds_to_each_elasticity(market: Market, shop_days: pd.DataFrame) -> None:
    """On expected sales, without noise, the slope of log sales on log price is the elasticity plus the stated bias."""
    days = shop_days[shop_days.expected > 0].assign(log_sales=lambda d: np.log(d.expected))
    true = frame(market.truth.products).set_index("sku")
    for sku, part in list(days.groupby("sku"))[::7]:
        slope = sm.OLS(part.log_sales, sm.add_constant(part.log_price)).fit().params["log_price"]
        assert slope == pytest.approx(true.elasticity[sku] + true.naive_bias[sku], abs=1e-3)
    slope, _ = pooled(days, "log_sales", "log_price", ["sku"])
    weights = true.price_variation / true.price_variation.sum()
    assert slope == pytest.approx((weights * (true.elasticity + true.naive_bias)).sum(), abs=1e-3)
    assert (weights * true.naive_bias).sum() > 0.3  # prices follow demand: it looks less elastic than it is


def around_price_tests(market: Market, days: pd.DataFrame) -> pd.DataFrame:
    """Days of price tests as the books name them, with the week before and after; without other deals."""
    tests = frame(market.tables["promotions"]).query("name == 'Price test'").rename(columns={"promotion_id": "test"})
    tests["begins"] = tests.starts_at.dt.tz_convert(BERLIN).dt.tz_localize(None).astype(days.day.dtype)
    near = days.merge(tests[["sku", "begins", "test"]], on="sku")
    near = near[(near.day - near.begins).dt.days.between(-7, 13)]
    tested = near.promotion_id == near.test
    near["tested"] = np.where(tested, np.log(near.price / near.list_price), 0.0)
    return near[tested | near.promotion_id.isna()]


def test_price_tests_recover_the_elasticity_where_least_squares_does_not(
    brisk: Market, brisk_days: pd.DataFrame
) -> None:
    """On units really sold: least squares is off by the stated bias, the price tests in the books are not."""
    days = brisk_days[brisk_days.quantity > 0].assign(log_sales=lambda d: np.log(d.quantity))
    # Where days without a sale are rare, leaving them out of a regression of logs chooses nothing.
    days = days[days.groupby("sku").quantity.transform("mean") > 10]
    products = days.groupby("sku")[["elasticity", "naive_bias", "price_variation"]].first()
    true, bias = (np.average(products[c], weights=products.price_variation) for c in ("elasticity", "naive_bias"))
    naive, _ = pooled(days, "log_sales", "log_price", ["sku"])
    assert naive == pytest.approx(true + bias, abs=0.1)
    tested, error = pooled(around_price_tests(brisk, days), "log_sales", "tested", ["sku", "test"])
    assert tested - 1.96 * error < true < tested + 1.96 * error < naive


def test_costs_owe_nothing_to_demand(shop_days: pd.DataFrame) -> None:
    """Cost moves prices and, but for the price, not sales."""
    days = shop_days[(shop_days.purchases_at_reference > 0) & shop_days.cost.notna()].copy()
    days["log_cost"] = np.log(days.cost)
    days["log_sales"] = np.log(days.expected / days.season)
    slope, error = pooled(days, "log_sales", "log_cost", ["sku"])
    assert abs(slope - np.average(days.elasticity, weights=days.price_variation)) < 2.58 * error
    assert error < 0.6


def test_stock_outs_hide_demand_of_a_stated_size(shop_days: pd.DataFrame) -> None:
    out, there = shop_days[shop_days.stock == 0], shop_days[shop_days.stock > 0]
    assert (out.lost > 0).all() and (out.purchases_at_reference == 0).all() and (there.lost == 0).all()
    # What is lost on the first day without stock is about what was wanted on the day before.
    days = shop_days.sort_values(["sku", "day"])
    before = days.groupby("sku")[["stock", "purchases_at_reference"]].shift()
    begins = (days.stock == 0) & (before.stock > 0) & (before.purchases_at_reference > 0)
    assert begins.sum() > 100
    assert days.lost[begins].sum() / before.purchases_at_reference[begins].sum() == pytest.approx(1, abs=0.1)


def test_cross_elasticities_are_the_slopes_of_the_whole_demand(market: Market) -> None:
    """The stated matrix against a numerical derivative of the stated law, written down anew."""
    products = frame(market.truth.products).set_index("sku")
    places = {sku: i for i, sku in enumerate(products.index)}
    pairs = {name: frame(getattr(market.truth, name)) for name in ("substitutes", "complements", "cross_elasticities")}
    at = {name: (rows.sku.map(places), rows.other_sku.map(places)) for name, rows in pairs.items()}

    def demand(log_price: np.ndarray) -> np.ndarray:
        own = np.exp(products.elasticity.to_numpy() * log_price)
        lift = np.zeros(len(products))
        np.add.at(lift, at["substitutes"][0], pairs["substitutes"].cross_elasticity * log_price[at["substitutes"][1]])
        starts = products.base.to_numpy() * own * np.exp(lift)
        whole = starts.copy()
        first, second = at["complements"]
        np.add.at(whole, second, starts[first] * pairs["complements"].join_rate * own[second])
        return np.asarray(np.log(whole))

    stated = np.zeros((len(products), len(products)))
    stated[at["cross_elasticities"]] = pairs["cross_elasticities"].cross_elasticity
    np.fill_diagonal(stated, products.elasticity)
    step = 1e-5
    for j in range(0, len(products), 9):
        up, down = (demand(sign * step * (np.arange(len(products)) == j)) for sign in (1, -1))
        np.testing.assert_allclose((up - down) / (2 * step), stated[:, j], atol=1e-6)
    assert (stated < 0).sum() > 2 * len(products) - len(products) and (stated > 0).sum() > len(products)


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

"""One simulated market for all tests of its laws, and its books as frames."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from experiments.market import Market, MarketSize, Trial, generate
from experiments.market.baskets import EXTRA_UNITS
from tests.experiments.frames import frame

BERLIN = "Europe/Berlin"
TRUE = ["sku", "reference_price", "elasticity", "base", "naive_bias", "price_variation"]
START, END = date(2024, 11, 1), date(2025, 12, 31)


@pytest.fixture(scope="session")
def market() -> Market:
    return generate(MarketSize(300, 3000, 14.0), seed=11, start=START, end=END)


@pytest.fixture(scope="session")
def sold(market: Market) -> pd.DataFrame:
    """Product lines that are no returns, with the local day."""
    return product_lines(market)


@pytest.fixture(scope="session")
def shop_days(market: Market, sold: pd.DataFrame) -> pd.DataFrame:
    """By day and sku: what history says held that day, what was sold, and the truth."""
    return days_of(market, sold)


@pytest.fixture(scope="session")
def busy() -> Market:
    """Few products and many customers in two months, with an effective A/B test."""
    trial = Trial(effect=0.3, variants=(("control", 0.6), ("treatment", 0.4)))
    return generate(MarketSize(96, 20_000, 20.0), seed=8, start=date(2025, 9, 1), end=date(2025, 10, 31), trial=trial)


@pytest.fixture(scope="session")
def brisk() -> Market:
    """A market whose products sell every day."""
    return generate(MarketSize(96, 4000, 60.0), seed=4, start=date(2025, 1, 1), end=date(2025, 12, 31))


@pytest.fixture(scope="session")
def brisk_days(brisk: Market) -> pd.DataFrame:
    """Its `shop_days`."""
    return days_of(brisk, product_lines(brisk))


def product_lines(market: Market) -> pd.DataFrame:
    lines = frame(market.tables["orders"])
    lines = lines[(lines.line_kind == "product") & (lines.quantity > 0)].copy()
    lines["day"] = lines.ordered_at.dt.tz_convert(BERLIN).dt.tz_localize(None).dt.normalize()
    return lines


def days_of(market: Market, sold: pd.DataFrame) -> pd.DataFrame:
    daily = frame(market.truth.daily)[["day", "sku", "purchases_at_reference", "lost"]]
    daily["day"] = pd.to_datetime(daily.day)
    history = frame(market.tables["product_history"])
    history["day"] = history.valid_from.dt.tz_convert(BERLIN).dt.tz_localize(None)
    by_time = [t.astype({"day": "datetime64[us]"}).sort_values("day", kind="stable") for t in (daily, history)]
    days = pd.merge_asof(by_time[0], by_time[1].drop(columns="valid_from"), on="day", by="sku")
    units = sold.groupby(["day", "sku"], as_index=False).agg({"quantity": "sum"}).astype({"day": "datetime64[us]"})
    days = days.merge(units, on=["day", "sku"], how="left").fillna({"quantity": 0.0})
    days = days.merge(frame(market.truth.products)[TRUE], on="sku")
    products = frame(market.tables["products"])[["sku", "category"]]
    seasons = frame(market.truth.seasons).astype({"day": "datetime64[us]"})
    days = days.merge(products, on="sku").merge(seasons, on=["day", "category"])
    days["log_price"] = np.log(days.price / days.reference_price)
    days["expected"] = (1 + EXTRA_UNITS) * days.purchases_at_reference * np.exp(days.elasticity * days.log_price)
    return days.dropna(subset="price")

"""Several stores and the competitors of each: currencies, days, rules of pricing, and what crawls saw of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from experiments.market import Market, MarketSize, generate
from experiments.market.crawls import MISSED
from tests.experiments.frames import frame
from warehouse.offer_ids import offer_id

START, END = date(2025, 6, 1), date(2025, 12, 31)


@pytest.fixture(scope="module")
def market() -> Market:
    return generate(MarketSize(240, 600, 12.0, stores=3, competitors=10, crawls=12), seed=14, start=START, end=END)


@pytest.fixture(scope="module")
def history(market: Market) -> pd.DataFrame:
    return frame(market.tables["product_history"])


def test_each_store_sells_in_its_currency_by_its_own_days(market: Market, history: pd.DataFrame) -> None:
    stores = frame(market.tables["stores"]).set_index("store_id")
    assert dict(stores.currency) == {"main": "EUR", "uk": "GBP", "se": "SEK"}
    assert stores.prices_include_tax.all()
    for name in ("product_history", "orders", "promotions"):
        rows = frame(market.tables[name])
        assert (rows.currency == rows.store_id.map(stores.currency)).all() and set(rows.store_id) == set(stores.index)
    for store, rows in history.groupby("store_id"):
        local = rows.valid_from.dt.tz_convert(stores.timezone[store])
        assert (local == local.dt.normalize()).all()
    sold = frame(market.tables["orders"]).query("quantity > 0 and line_kind == 'product'")
    assert sold.groupby("store_id").sku.nunique().rank().to_dict() == {"main": 3.0, "uk": 2.0, "se": 1.0}
    known = sold.merge(frame(market.truth.customers), on="customer_id")
    assert (known.store_id_x == known.store_id_y).all() and known.customer_id.nunique() > 100


def test_a_product_costs_the_same_in_euros_everywhere(market: Market, history: pd.DataFrame) -> None:
    """At the rate of the month's first day, which the books use."""
    rates = frame(market.tables["fx_rates"].set_column(2, "eur", market.tables["fx_rates"]["eur"].cast("double")))
    assert rates.groupby("currency").eur.std().gt(0).all() and not rates.duplicated(["day", "currency"]).any()
    first = rates[pd.to_datetime(rates.day) == pd.Timestamp(START)].set_index("currency").eur
    opening = history.sort_values("valid_from").groupby(["store_id", "sku"]).first().reset_index()
    opening = opening[opening.valid_from < pd.Timestamp(START, tz="Europe/Berlin") + pd.Timedelta(days=1)]
    in_euros = opening.cost * opening.currency.map(first).fillna(1.0)
    both = opening.assign(euros=in_euros).merge(
        frame(market.truth.products).query("store_id == 'main'")[["sku", "cost"]], on="sku", suffixes=("", "_true")
    )
    both = both[both.cost.notna()]
    assert both.store_id.nunique() == 3
    # Each is rounded to the cent of its currency; a cost moves on three days of a year, the first among them.
    assert ((both.euros - both.cost_true).abs() <= 0.0065).mean() > 0.97


def test_changes_are_in_order_and_each_changes_something(history: pd.DataFrame) -> None:
    rows = history.sort_values(["store_id", "sku", "valid_from"])
    shown = rows[["price", "list_price", "cost"]].assign(out=rows.stock == 0, deal=rows.promotion_id.fillna("none"))
    again = rows.groupby(["store_id", "sku"]).cumcount() > 0
    unknown = rows.cost.isna()  # a change of a cost that the books do not know
    assert (shown.ne(shown.shift()).any(axis=1) | unknown)[again].all()
    assert not rows.duplicated(["store_id", "sku", "valid_from"]).any()


def test_the_calendar_holds_every_promotion_and_test_that_history_shows(market: Market, history: pd.DataFrame) -> None:
    calendar = frame(market.tables["promotions"])
    key = ["store_id", "promotion_id", "sku"]
    shown = history.dropna(subset="promotion_id").merge(calendar, on=key, how="left", suffixes=("", "_planned"))
    assert shown.starts_at.notna().all() and (shown.on_promotion == (shown.name == "Promotion")).all()
    assert ((shown.valid_from >= shown.starts_at) & (shown.valid_from < shown.ends_at)).all()
    begins = shown[shown.valid_from == shown.starts_at]
    assert (begins.price == begins.price_planned).all() and len(begins) == len(calendar)
    ratio = (
        (calendar.merge(begins[[*key, "list_price"]], on=key).assign(r=lambda d: d.price / d.list_price))
        .groupby("name")
        .r.agg(["min", "max", "mean"])
    )
    assert ratio.loc["Promotion", "max"] < 1 and ratio.loc["Price test", "mean"] == pytest.approx(1, abs=0.01)


def our_price(market: Market, history: pd.DataFrame, pages: pd.DataFrame, column: str) -> pd.Series:
    """Our price or cost on the day that the page's site follows."""
    zones = frame(market.tables["stores"]).set_index("store_id").timezone
    pages = pages.assign(page=np.arange(len(pages)))
    parts = []
    for (store, days), part in pages.groupby(["store_id", "days"]):
        moment = pd.Timestamp(END, tz=zones[store]) - pd.Timedelta(days=days)
        then = history[(history.store_id == store) & (history.valid_from <= moment)].sort_values("valid_from")
        parts.append(part.set_index("page").sku.map(then.groupby("sku")[column].last()))
    return pd.concat(parts).sort_index()


def test_competitors_price_by_their_rules(market: Market, history: pd.DataFrame) -> None:
    pages = frame(market.truth.offers).query("kind == 'ours'")
    pages = pages.merge(frame(market.truth.competitors), on="site").merge(
        frame(market.truth.positions), on=["site", "category"]
    )
    assert set(pages.rule) == {"follow", "undercut", "cost_plus", "high_low"}
    pages = pages.reset_index(drop=True)
    followed = our_price(market, history, pages.assign(days=pages.days.where(pages.rule != "cost_plus", 0)), "price")
    cost = our_price(market, history, pages.assign(days=0), "cost")
    reference = pages.merge(frame(market.truth.products), on=["store_id", "sku"], how="left").reference_price
    rule = pages.rule
    stated = pd.Series(np.nan, index=pages.index)
    stated[rule == "follow"] = followed * pages.position
    stated[rule == "undercut"] = np.maximum(followed * (1 - pages.by), 1.25 * cost)
    stated[rule == "cost_plus"] = cost * (1 + pages.by) * pages.position
    noise = np.log(pages.price / stated)[stated.notna()]
    assert len(noise) > 400 and noise.abs().max() < 0.1
    assert noise.std() == pytest.approx(0.02, rel=0.15)
    cycle = np.log(pages.price / (reference * pages.position))[(rule == "high_low") & reference.notna()]
    low = pages.by[cycle.index].rsub(1).pipe(np.log)
    is_low = (cycle - low).abs() < 0.09
    assert ((cycle.abs() < 0.09) | is_low).all() and 0.1 < is_low.mean() < 0.4


def test_crawls_saw_the_pages_as_they_were_with_gaps(market: Market) -> None:
    offers, crawls = frame(market.tables["offers"]), frame(market.tables["crawls"])
    assert len(crawls) == 10 * 12 and set(crawls.outcome) >= {"finished", "partial"}
    seen = offers.crawl_id.value_counts().reindex(crawls.crawl_id).fillna(0).to_numpy()
    assert (seen == crawls.offers).all() and (crawls.offers == crawls.fetched).all()
    whole = crawls[crawls.outcome == "finished"]
    assert 1 - (whole.fetched.sum() / whole.planned.sum()) == pytest.approx(MISSED, abs=0.005)
    assert (crawls[crawls.outcome == "partial"].eval("fetched / planned") < 0.95).all()
    for row in offers.iloc[:: len(offers) // 50].itertuples():
        assert row.offer_id == offer_id(str(row.site), str(row.url), None, None, None)
    # The last crawl of each site is of the last day, whose pages the truth lists.
    true = frame(market.truth.offers)
    true["url"] = "https://" + true.site + ".example" + true.path
    last = offers[offers.crawl_id.str.endswith(str(END))].merge(true, on=["site", "url"], suffixes=("", "_true"))
    assert len(last) > 1000 and set(last.kind) == {"ours", "near_miss", "other"}
    for column in ("price", "list_price", "availability", "currency", "title", "gtin"):
        there, true_there = last[column], last[f"{column}_true"]
        assert ((there == true_there) | (there.isna() & true_there.isna())).all(), column
    assert offers.groupby("offer_id").price.nunique().gt(1).mean() > 0.4
    assert 0.08 < (offers.availability == "out_of_stock").mean() < 0.16

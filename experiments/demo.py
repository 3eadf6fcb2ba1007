"""The demo's work: one pass of the loop over a simulated market, each result beside the truth where there is one."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from experiments.judge import TRUE_OFFERS, CrawlJudged, MatchesJudged, judge_crawl, judge_matches
from experiments.market import Market, MarketSize, Shop, Trial, generate, serve_shops
from warehouse.house import Warehouse
from warehouse.imports import import_file
from warehouse.progress import Progress
from warehouse.records.keys import SCOPES, create_key
from warehouse.settings import Settings
from warehouse.stores import open_store
from warehouse.tables import EXPOSURES

if TYPE_CHECKING:
    from campaigns.abtests import Readout
    from campaigns.audiences import Audience
    from experiments.training import TrainingResult
    from pricing.position import PricePosition
    from pricing.proposals import ProposalRun
    from scrapers.health import CrawlHealth

STORE = "main"
TAX_RATE_PERCENT = Decimal(19)
TRIAL = Trial(key="free-shipping-bar", salt="free-shipping-bar", effect=0.25)

SITE_FILE = """\
# A shop of the simulated market. It lies at this machine's own address, which a crawl must be allowed to visit.
site: {site}
start:
  sitemap: {base_url}/sitemap.xml
allow_private: true
politeness:
  delay: 0
  concurrency: 8
"""
SEGMENT_FILE = """\
segment: lapsed-regulars
description: Regulars who have not ordered for two months
where:
  orders: {at_least: 3}
  days_since_last_order: {more_than: 60}
"""
TEST_FILE = """\
experiment: free-shipping-bar
description: Does a bar that shows what is missing for free shipping make more customers order?
variants:
  control: 1
  treatment: 1
metric:
  kind: conversion
  within_days: 28
"""


@dataclass(frozen=True)
class DemoResult:
    """What came of each step; `true_conversion` is each variant's, which the A/B test estimates without knowing it."""

    products: int
    customers: int
    order_lines: int
    first_day: date
    last_day: date
    seed: int
    crawls: Mapping[str, CrawlHealth]
    shops: list[CrawlJudged]
    matches: MatchesJudged
    review: int
    position: PricePosition
    report: Path
    proposals: ProposalRun
    training: TrainingResult
    audience: Audience
    readout: Readout
    true_conversion: Mapping[str, float]
    customer: str
    api_key: str
    seconds: float


def run_demo(
    settings: Settings, progress: Progress, *, size: MarketSize | None = None, seed: int = 7, days: int = 365
) -> DemoResult:
    """Run the loop in the empty home of `settings`. The market ends yesterday, so that its prices are fresh."""
    from campaigns.abtests import read_definition, readout, start
    from campaigns.audiences import export_audience
    from campaigns.segments import compute, read_segment
    from experiments.training import train
    from pricing.matching.run import run_matching
    from pricing.position import price_position
    from pricing.proposals import propose
    from pricing.reports import render
    from pricing.rules import default_rule
    from scrapers.crawl import crawl
    from scrapers.sites import read_site

    began = time.monotonic()
    size = size or MarketSize(products=600, customers=6000)
    files = settings.home / "files"
    with Warehouse.open(settings) as warehouse:
        last_day = warehouse.clock().date() - timedelta(days=1)
        first_day = last_day - timedelta(days=days - 1)
        progress("simulating a market", 0, None)
        market = generate(size, seed=seed, start=first_day, end=last_day, trial=TRIAL)
        # The truth lies outside the home folder: nothing that reads the warehouse can come by it.
        market.write(files, settings.home.parent / f"{settings.home.name}-truth")
        _import(warehouse, market, files, progress)

        crawls = {}
        with serve_shops(market) as shops:
            for shop in shops:
                site = _file(files / f"{shop.site}.yaml", SITE_FILE.format(site=shop.site, base_url=shop.base_url))
                crawls[shop.site] = crawl(read_site(site), warehouse, progress=progress)
            true_offers = _true_offers(shops)
        progress("matching", 0, None)
        matched = run_matching(warehouse, progress=progress)
        with warehouse.session() as session:
            judged_shops = judge_crawl(session, true_offers)
            judged_matches = judge_matches(session, true_offers)
            position = price_position(session, STORE, warehouse.clock())
        report = settings.home / "price-report.html"
        report.write_text(render(position), encoding="utf-8")
        progress("proposing prices", 0, None)
        rule = default_rule().model_copy(update={"tax_rate_percent": TAX_RATE_PERCENT})
        proposals = propose(warehouse, STORE, rule)

        progress("training the recommender", 0, None)
        training = train(warehouse, progress=progress)

        progress("campaigns", 0, None)
        compute(warehouse, read_segment(_file(files / "lapsed-regulars.yaml", SEGMENT_FILE)))
        audience = export_audience(warehouse, "lapsed-regulars", output=settings.home / "audience.csv")
        exposures = pq.read_table(files / "exposures.parquet")
        of_trial = pa.compute.equal(exposures["experiment"], TRIAL.key)
        began_at = pa.compute.min(exposures.filter(of_trial)["exposed_at"]).as_py()
        with Warehouse.open(settings, clock=lambda: began_at) as then:
            start(then, read_definition(_file(files / "free-shipping-bar.yaml", TEST_FILE)))
        warehouse.lake.append_new(EXPOSURES, exposures)
        result = readout(warehouse, TRIAL.key)

        with warehouse.records.transaction() as records:
            _, secret = create_key(records, label="demo", scopes=SCOPES, at=warehouse.clock())
    return DemoResult(
        products=market.tables["products"].num_rows,
        customers=market.tables["customers"].num_rows,
        order_lines=market.tables["orders"].num_rows,
        first_day=first_day,
        last_day=last_day,
        seed=seed,
        crawls=crawls,
        shops=judged_shops,
        matches=judged_matches,
        review=matched.review,
        position=position,
        report=report,
        proposals=proposals,
        training=training,
        audience=audience,
        readout=result,
        true_conversion=market.truth.conversion(result.metric.within_days),
        customer=_a_regular(market),
        api_key=secret,
        seconds=time.monotonic() - began,
    )


def _import(warehouse: Warehouse, market: Market, files: Path, progress: Progress) -> None:
    """The market's files through the door that a merchant's files take."""
    (store,) = market.tables["stores"].to_pylist()
    open_store(warehouse, **store)
    names = ("products.csv", "product_history.parquet", "customers.csv", "consents.csv", "orders.parquet")
    for name in (*names, "events.parquet"):
        progress(f"importing {name}", 0, None)
        import_file(warehouse, name.partition(".")[0], files / name)


def _true_offers(shops: Sequence[Shop]) -> pa.Table:
    return pa.concat_tables(shop.sells.select(TRUE_OFFERS.names) for shop in shops)


def _a_regular(market: Market) -> str:
    """A customer with many orders, whose recommendations are worth a look."""
    counts = market.tables["orders"].filter(pa.compute.is_valid(market.tables["orders"]["customer_id"]))
    ranked = counts.group_by("customer_id").aggregate([("order_id", "count_distinct")])
    return str(ranked.sort_by([("order_id_count_distinct", "descending"), ("customer_id", "ascending")])[0][0])


def _file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path

"""The competitors' shops crawled: every product a polite crawler can find is read as it truly is, and none invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pytest

from experiments.demo import SITE_FILE
from experiments.judge import TRUE_OFFERS, CrawlJudged, judge_crawl
from experiments.market import MarketSize, generate, serve_shops
from scrapers.browser.chromium import find_chromium
from scrapers.crawl import CrawlHealth, crawl
from scrapers.sites import read_site
from warehouse.house import Warehouse
from warehouse.settings import Settings

Crawled = dict[str, tuple[CrawlHealth, CrawlJudged, int]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """By the shop's format: how its crawl went, what the judge says of it, and how many it has out of stock."""
    home = tmp_path_factory.mktemp("home")
    market = generate(MarketSize(150, 50), seed=21, start=date(2025, 12, 1), end=date(2025, 12, 31))
    with serve_shops(market) as shops, Warehouse.open(Settings(home=home)) as warehouse:
        healths = []
        for shop in shops:
            file = home / f"{shop.site}.yaml"
            file.write_text(SITE_FILE.format(site=shop.site, base_url=shop.base_url))
            healths.append(crawl(read_site(file), warehouse))
        truth = pa.concat_tables(shop.sells.select(TRUE_OFFERS.names) for shop in shops)
        with warehouse.session() as session:
            judged = {one.site: one for one in judge_crawl(session, truth)}
        out = [shop.sells["availability"].to_pylist().count("out_of_stock") for shop in shops]
        yield {
            shop.format: (health, judged[shop.site], unavailable)
            for shop, health, unavailable in zip(shops, healths, out, strict=True)
        }


@pytest.mark.parametrize("form", ["json-ld", "html", "script"])
def test_every_price_and_stock_state_is_right_and_nothing_is_invented(crawled: Crawled, form: str) -> None:
    if form == "script" and find_chromium() is None:
        pytest.skip("no Chromium on this machine")
    health, judged, unavailable = crawled[form]
    assert judged.sold >= 15 and unavailable > 0
    assert judged == CrawlJudged(judged.site, judged.sold, judged.sold, judged.sold, judged.sold, 0)
    assert health.rendered == (judged.sold if form == "script" else 0)
    # The shops' two broken pages, and the one that is listed against robots.txt.
    assert health.failures == {"http_404": 1, "http_500": 1, "robots_forbid": 1}

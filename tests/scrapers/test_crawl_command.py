"""`purveyor crawl` as a person runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from purveyor.crawl import app
from scrapers.registered import register
from scrapers.sites import Site
from scrapers.spiders.causes import _CAUSES
from scrapers.spiders.stops import GIVEN_UP
from scrapers.tally import ANSWERED, REFUSED
from warehouse.crawl_causes import in_words
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.settings import Settings

if TYPE_CHECKING:
    from tests.scrapers.conftest import Shop


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))


def site_file(folder: Path, name: str, sitemap: str) -> str:
    path = folder / f"{name}.yaml"
    path.write_text(f"site: {name}\nstart:\n  sitemap: {sitemap}\npoliteness: {{delay: 0, concurrency: 4}}\n")
    return str(path)


def test_a_summary_per_site_and_a_failure_s_exit(tmp_path: Path, shop: Shop, product_page: Callable[..., str]) -> None:
    sitemap = shop.sitemap(shop.page("/p/1", product_page("A", "1.00")), shop.url + "/p/2")
    good = site_file(tmp_path, "good", sitemap)
    bad = site_file(tmp_path, "bad", shop.url + "/nowhere.xml")
    result = CliRunner().invoke(app, [good, bad, "--allow-private"])
    assert "good: partial; 1 of 2 pages fetched, 1 offers, 1 with a price" in result.stdout
    assert "  page not found (http_404): 1" in result.stdout
    assert "bad: failed; 0 of 0 pages fetched" in result.stdout
    assert isinstance(result.exception, InputError)
    assert "no product page of bad could be fetched" in str(result.exception)


def test_json_for_machines(tmp_path: Path, shop: Shop, product_page: Callable[..., str]) -> None:
    pages = [shop.page(f"/p/{i}", product_page("A", "1.00")) for i in range(3)]
    path = site_file(tmp_path, "good", shop.sitemap(*pages))
    result = CliRunner().invoke(app, [path, "--allow-private", "--limit", "2", "--json"])
    assert result.exit_code == 0
    (health,) = json.loads(result.stdout)["crawls"]
    assert (health["site"], health["outcome"], health["planned"], health["priced"]) == ("good", "finished", 2, 2)


def test_private_addresses_need_leave(tmp_path: Path, shop: Shop) -> None:
    result = CliRunner().invoke(app, [site_file(tmp_path, "shop", shop.sitemap())])
    assert "  at a private address (private_address): 1" in result.stdout
    assert isinstance(result.exception, InputError)
    assert shop.asked == []


def test_options_may_come_before_the_sites_and_a_command_s_name_is_no_site() -> None:
    result = CliRunner().invoke(app, ["--limit", "2", "--json", "nosuch"])
    assert isinstance(result.exception, NotFound)
    assert "nosuch" in str(result.exception)
    result = CliRunner().invoke(app, ["status", "nosuch"])
    assert isinstance(result.exception, NotFound)
    assert "nosuch was never crawled" in str(result.exception)
    assert "no site is on record; add one with: purveyor sites add URL" in CliRunner().invoke(app, ["status"]).stdout


def test_status_names_a_site_that_was_never_crawled(settings: Settings) -> None:
    with Warehouse.open(settings) as warehouse:
        register(warehouse, Site("quiet", (), ("https://a.example/p/1",), ("a.example",)))
    assert CliRunner().invoke(app, ["status"]).stdout == "quiet: never crawled\n  -> purveyor crawl quiet\n"
    assert json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout) == {"sites": [], "never_crawled": ["quiet"]}


def test_every_cause_is_told_in_words() -> None:
    known = {code for _, code in _CAUSES} | REFUSED | ANSWERED | {GIVEN_UP, "outside_window", "http_404", "http_410"}
    assert {cause for cause in known if in_words(cause) == cause.replace("_", " ")} == set()
    assert (in_words("http_502"), in_words("http_418")) == ("server error 502", "answered with 418")
    assert in_words("new_cause") == "new cause"


def test_status_tells_what_broke_and_what_to_do(
    tmp_path: Path, shop: Shop, product_page: Callable[..., str], settings: Settings
) -> None:
    pages = [shop.page(f"/p/{i}", product_page(f"P{i}", "1.00")) for i in range(40)]
    path = site_file(tmp_path, "good", shop.sitemap(*pages))
    for _ in range(4):
        CliRunner().invoke(app, [path, "--allow-private"])
    result = CliRunner().invoke(app, ["status", "good"])
    assert result.stdout.startswith("good: well\n")
    assert "40 of 40 fetched (100.0%, usually 100.0%)" in result.stdout
    assert "0 new, 0 with another price, 0 gone, 0 stale" in result.stdout
    for i in range(25):
        shop.page(f"/p/{i}", product_page(f"P{i}", "2.00" if i < 5 else ""))
    shop.answer("/p/39", status=410)
    CliRunner().invoke(app, [path, "--allow-private"])
    text = CliRunner().invoke(app, ["status"]).stdout
    assert text.startswith("good: BROKEN\n  the crawl of good that ended ")
    assert "gave 19 prices, usually 40\n  -> open some of its pages" in text
    assert "0 new, 5 with another price, 1 gone, 0 stale" in text
    (site,) = json.loads(CliRunner().invoke(app, ["status", "good", "--json"]).stdout)["sites"]
    assert (site["verdict"], site["trouble"]["code"], site["fill"]) == ("broken", "coverage_dropped", 19 / 39)
    assert site["figures"]["failures"] == {"http_410": 1}
    with Warehouse.open(settings) as warehouse, warehouse.session() as session:
        (row,) = session.query("select gone, changed from crawls order by started_at desc limit 1").to_pylist()
    assert row == {"gone": 1, "changed": 5}


def test_replay_prints_what_it_changes(tmp_path: Path, shop: Shop) -> None:
    shop.page("/p/1", '<h1>Lamp</h1><input type="hidden" class="zz" value="19.50 EUR">')
    path = Path(site_file(tmp_path, "good", shop.sitemap(shop.url + "/p/1")))
    path.write_text(path.read_text() + "keep_pages: true\nrender: never\n")
    assert CliRunner().invoke(app, [str(path), "--allow-private"]).exit_code == 0
    path.write_text(path.read_text() + "selectors: {price: .zz}\ncurrency: EUR\n")
    result = CliRunner().invoke(app, ["replay", str(path), "--since", "2020-01-01"])
    assert result.exception is None
    text = result.stdout
    assert "1 pages read again, 1 of 1 offers priced; 1 newly read, 0 changed, 0 lost" in text
    assert f"newly read: no price -> 19.5 EUR  {shop.url}/p/1" in text

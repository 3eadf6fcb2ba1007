"""Sites on record: added, crawled by name and by job, never by two at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from purveyor.all_jobs import JOBS
from purveyor.main import app
from scrapers.adding.site_file import site_file
from scrapers.crawl import crawl
from scrapers.job import crawl_site, site_names
from scrapers.registered import register, registered
from scrapers.sites import read_site
from warehouse.errors import InputError, NotFound, PurveyorError
from warehouse.exclusive import exclusive
from warehouse.house import Warehouse
from warehouse.jobs.job import Run, find_job
from warehouse.jobs.schedule import Schedule
from warehouse.jobs.scheduler import schedules_of
from warehouse.progress import quiet
from warehouse.records.audit import list_entries
from warehouse.records.sites import get_site
from warehouse.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import FixedClock
    from tests.scrapers.conftest import Shop

Purveyor = Callable[..., str]


@pytest.fixture
def purveyor(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Purveyor:
    """Runs a command in the test's home and gives what it printed; its error is raised."""
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, PurveyorError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


def run_of(warehouse: Warehouse, site: str, name: str = "crawl-shop-1") -> Run:
    return Run(name, "crawl", site, warehouse.clock())


def test_add_show_list_remove(purveyor: Purveyor, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("site: example-shop\nstart:\n  sitemap: https://www.example.com/sitemap.xml\n")
    assert "no site is on record" in purveyor("sites", "list")
    assert "example-shop is on record; crawl it now" in purveyor("sites", "add", str(file))
    assert "already" in purveyor("sites", "add", str(file))
    file.unlink()
    assert purveyor("sites", "list") == ("example-shop: www.example.com; sitemap https://www.example.com/sitemap.xml\n")
    shown = json.loads(purveyor("sites", "show", "example-shop", "--json"))
    assert (shown["hosts"], shown["allow_private"], shown["delay"]) == (["www.example.com"], False, 1.0)
    file.write_text(purveyor("sites", "show", "example-shop"))
    assert "already, just so" in purveyor("sites", "add", str(file))  # it is shown as its file would say it
    with pytest.raises(NotFound, match="no site 'other' on record; known sites: example-shop"):
        purveyor("sites", "show", "other")
    purveyor("sites", "remove", "example-shop")
    with pytest.raises(NotFound, match="known sites: none yet"):
        purveyor("sites", "remove", "example-shop")


def test_a_site_is_crawled_by_name(
    purveyor: Purveyor, tmp_path: Path, shop: Shop, product_page: Callable[..., str]
) -> None:
    sitemap = shop.sitemap(shop.page("/p/1", product_page("A", "1.00")))
    file = tmp_path / "shop.yaml"
    file.write_text(f"site: near\nstart:\n  sitemap: {sitemap}\npoliteness: {{delay: 0}}\n")
    purveyor("sites", "add", str(file), "--allow-private")
    assert "near: finished; 1 of 1 pages fetched" in purveyor("crawl", "near")
    with pytest.raises(NotFound, match="no site 'far' on record; known sites: near"):
        purveyor("crawl", "near", "far")
    with pytest.raises(InputError, match=r"far\.yaml: cannot be read"):
        purveyor("crawl", str(tmp_path / "far.yaml"))
    assert len([path for path in shop.paths if path == "/p/1"]) == 1


def test_the_job_crawls_once_whatever_happened_after_it(
    warehouse: Warehouse, clock: FixedClock, shop: Shop, product_page: Callable[..., str]
) -> None:
    site = shop.site(sitemap=shop.sitemap(shop.page("/p/1", product_page("A", "1.00"))))
    assert register(warehouse, site)
    assert not register(warehouse, site)
    assert site_names(warehouse) == ["shop"]
    assert registered(warehouse, "shop") == site
    first = crawl_site(warehouse, run_of(warehouse, "shop"), quiet)
    assert (first["crawl_id"], first["outcome"], first["priced"]) == ("crawl-shop-1", "finished", 1)
    asked = len(shop.asked)
    clock.forward(hours=1)
    assert (
        crawl_site(warehouse, run_of(warehouse, "shop"), quiet) == first
    )  # the worker had died before it could say so
    assert len(shop.asked) == asked
    assert crawl_site(warehouse, run_of(warehouse, "shop", "crawl-shop-2"), quiet)["crawl_id"] == "crawl-shop-2"
    assert len(shop.asked) > asked
    with warehouse.records.reading() as tx:
        assert get_site(tx, "shop").updated_at == clock.now - timedelta(hours=1)
        assert [entry.action for entry in list_entries(tx, subject="site shop")] == ["site saved"]


def test_a_site_s_own_schedule_is_that_of_its_crawls(warehouse: Warehouse, tmp_path: Path) -> None:
    for name, line in (("nightly", ""), ("weekly", "schedule: 0 4 * * 1"), ("asked", "schedule: off")):
        file = tmp_path / f"{name}.yaml"
        file.write_text(f"site: {name}\nstart:\n  sitemap: https://www.example.com/sitemap.xml\n{line}\n")
        site = read_site(file)
        file.write_text(site_file(site))
        assert read_site(file) == site
        register(warehouse, site)
    crawls = find_job(JOBS, "crawl")
    found = schedules_of(warehouse, Schedule(crawls, "0 3 * * *", "UTC"))
    assert {name: one.cron for name, one in found.items()} == {"nightly": "0 3 * * *", "weekly": "0 4 * * 1"}


def test_a_site_of_few_hours_is_crawled_in_them(warehouse: Warehouse, tmp_path: Path) -> None:
    hours = {"by-day": "09:30-17:00 Europe/Berlin", "by-night": "22:00-06:00 Europe/Berlin", "any": None}
    for name, window in hours.items():
        file = tmp_path / f"{name}.yaml"
        start = f"site: {name}\nstart: {{watch: ['https://{name}.example/p/1']}}\n"
        file.write_text(start + (f"politeness: {{window: '{window}'}}\n" if window else ""))
        register(warehouse, read_site(file))
    crawls = find_job(JOBS, "crawl")
    found = schedules_of(warehouse, Schedule(crawls, "0 3 * * *", "America/New_York"))  # nine in the morning in Berlin
    assert {name: one.cron for name, one in found.items()} == {
        "any": "0 3 * * *",
        "by-day": "30 3 * * *",
        "by-night": "0 16 * * *",
    }
    assert schedules_of(warehouse, Schedule(crawls, None, "UTC")) == {}  # crawled only when asked: so are these


def test_a_failed_crawl_is_a_failed_run_with_its_causes(warehouse: Warehouse, shop: Shop) -> None:
    register(warehouse, shop.site(sitemap=shop.url + "/nowhere.xml"))
    with pytest.raises(InputError, match=r"no product page of shop could be fetched \(page not found: 1\); look"):
        crawl_site(warehouse, run_of(warehouse, "shop"), quiet)
    with pytest.raises(NotFound, match="no site 'gone'"):
        crawl_site(warehouse, run_of(warehouse, "gone"), quiet)


def test_a_failed_or_interrupted_crawl_is_done_again_when_its_run_is(
    warehouse: Warehouse, shop: Shop, product_page: Callable[..., str]
) -> None:
    # Slow enough that not all is seen already when it is interrupted at the first page.
    site = shop.site(sitemap=shop.url + "/later.xml", delay=0.7, concurrency=1)
    register(warehouse, site)
    with pytest.raises(InputError, match="no product page of shop could be fetched"):
        crawl_site(warehouse, run_of(warehouse, "shop"), quiet)
    pages = [shop.page(f"/p/{number}", product_page(str(number), "1.00")) for number in range(3)]
    shop.sitemap(*pages, path="/later.xml")

    def stop(stage: str, done: int, total: int | None) -> None:
        if done:
            raise KeyboardInterrupt  # as a worker that is told to stop ends its runs

    with pytest.raises(KeyboardInterrupt):
        crawl_site(warehouse, run_of(warehouse, "shop"), stop)
    whole = crawl_site(warehouse, run_of(warehouse, "shop"), quiet)
    assert (whole["crawl_id"], whole["outcome"], whole["offers"]) == ("crawl-shop-1.3", "finished", 3)
    asked = len(shop.asked)
    assert crawl_site(warehouse, run_of(warehouse, "shop"), quiet) == whole
    assert len(shop.asked) == asked


def test_a_site_is_not_crawled_by_two_at_once(
    warehouse: Warehouse, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapers.crawl._WAIT_SECONDS", 0.1)
    site = shop.site(sitemap=shop.sitemap())
    with exclusive(warehouse.settings, "crawl shop") as held:
        assert held
        with pytest.raises(InputError, match="shop is being crawled by another process"):
            crawl(site, warehouse)
    assert shop.asked == []

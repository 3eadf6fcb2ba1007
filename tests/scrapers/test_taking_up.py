"""Crawls that are killed: taken up where they were, nothing lost and nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from scrapers.crawl import crawl
from scrapers.job import crawl_site
from scrapers.messages import Begun, Closed, Failed, Fetched, Message, Planned, encode
from scrapers.registered import register
from scrapers.spool import Spool
from scrapers.tally import Tally
from warehouse.errors import LakeError
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.lake import Lake
from warehouse.progress import quiet
from warehouse.settings import Settings
from warehouse.tables import CRAWLS, Table

if TYPE_CHECKING:
    from tests.conftest import FixedClock
    from tests.scrapers.conftest import Shop

Page = Callable[..., str]

PARENT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from scrapers.crawl import crawl
from scrapers.sites import Site
from warehouse.house import Warehouse
from warehouse.settings import Settings
now = datetime(2026, 6, 1, 12, tzinfo=UTC)
warehouse = Warehouse.open(Settings(home=Path(sys.argv[1])), clock=lambda: now)
crawl(Site.from_json(sys.argv[2]), warehouse, crawl_id=sys.argv[3] or None)
"""


@pytest.fixture
def start(settings: Settings) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts crawls in processes of their own, at noon on 1 June 2026."""
    started: list[subprocess.Popen[bytes]] = []

    def one(site: Any, crawl_id: str = "") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", PARENT, str(settings.home), site.to_json(), crawl_id]
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        return started[-1]

    yield one
    for process in started:
        process.kill()
        process.wait()


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    assert true()


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(entry.name))
    return found


def offers(warehouse: Warehouse) -> list[tuple[str, Decimal]]:
    with warehouse.session() as session:
        rows = session.query("select title, price from offers").to_pylist()
    return sorted((row["title"], row["price"]) for row in rows)


def crawls(warehouse: Warehouse) -> list[dict[str, Any]]:
    with warehouse.session() as session:
        found: list[dict[str, Any]] = session.query("select * from crawls order by started_at, crawl_id").to_pylist()
    return found


def watched(shop: Shop, product_page: Page, count: int) -> tuple[str, ...]:
    return tuple(shop.page(f"/p/{i}", product_page(f"P{i}", f"{i + 1}.00")) for i in range(count))


def truth(count: int) -> list[tuple[str, Decimal]]:
    return sorted((f"P{i}", Decimal(i + 1)) for i in range(count))


def spools(settings: Settings) -> list[Path]:
    return list((settings.crawls / "shop" / "unfinished").glob("*"))


def test_killed_at_any_moment_it_goes_on_where_it_was(
    shop: Shop,
    product_page: Page,
    settings: Settings,
    warehouse: Warehouse,
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    count = 150
    site = shop.site(watch=watched(shop, product_page, count), delay=0.004, concurrency=4, render="never")
    rng = random.Random(7)
    for victims in ("parent", "child", "both"):
        process, before = start(site), len(shop.asked)
        wait_for(lambda reached=before + rng.randrange(8, 40): len(shop.asked) >= reached)
        doomed = children(process.pid) if victims != "parent" else []
        doomed += [process.pid] if victims != "child" else []
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if victims == "child":  # its parent starts another
            reached = len(shop.asked) + 10
            wait_for(lambda reached=reached: len(shop.asked) >= reached)
            process.kill()
        process.wait()
    health = crawl(site, warehouse)
    assert (health.outcome, health.planned, health.offers, health.failures) == ("finished", count, count, {})
    assert offers(warehouse) == truth(count)
    assert [row["crawl_id"] for row in crawls(warehouse)] == [health.crawl_id]
    asked = [path for path in shop.paths if path != "/robots.txt"]
    assert set(asked) == {f"/p/{i}" for i in range(count)}
    assert len(asked) <= count + 4 * 4  # what was under way at a kill is asked for again, and nothing else
    assert spools(settings) == []


def test_a_crawl_that_could_not_be_written_whole_is_written_by_the_next(
    shop: Shop, product_page: Page, settings: Settings, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if killed between the offers and the row of the crawl."""
    register(warehouse, shop.site(watch=watched(shop, product_page, 5), render="never"))
    append = Lake.append

    def broken(lake: Lake, table: Table, *args: Any, **kwargs: Any) -> int:
        if table is CRAWLS:
            raise LakeError("the disk is full")
        return append(lake, table, *args, **kwargs)

    run = Run("crawl-shop-1", "crawl", "shop", warehouse.clock())
    with monkeypatch.context() as patched, pytest.raises(LakeError):
        patched.setattr(Lake, "append", broken)
        crawl_site(warehouse, run, quiet)
    assert offers(warehouse) == truth(5)
    assert crawls(warehouse) == []
    asked = len(shop.asked)
    found = crawl_site(warehouse, run, quiet)
    assert (found["crawl_id"], found["offers"], found["outcome"]) == ("crawl-shop-1", 5, "finished")
    assert len(shop.asked) == asked  # nothing is fetched again
    assert offers(warehouse) == truth(5)
    assert len(crawls(warehouse)) == 1
    assert spools(settings) == []


@pytest.fixture
def killed(
    shop: Shop, product_page: Page, settings: Settings, start: Callable[..., subprocess.Popen[bytes]]
) -> Callable[..., Any]:
    """A crawl of 40 pages of the shop, killed after some; gives its site."""

    def kill(crawl_id: str = "", **changes: Any) -> Any:
        pages = watched(shop, product_page, 40)
        site = shop.site(watch=pages, delay=0.05, concurrency=1, render="never", **changes)
        process = start(site, crawl_id)
        wait_for(lambda: len(shop.asked) >= 8)
        process.kill()
        process.wait()
        (spool,) = spools(settings)
        wait_for(lambda: not children_crawling(spool))
        return shop.site(watch=pages, delay=0.0, render="never", **changes)

    return kill


def children_crawling(spool: Path) -> bool:
    from filelock import FileLock, Timeout

    try:
        with FileLock(spool / "writer.lock", timeout=0):
            return False
    except Timeout:
        return True


def test_a_line_torn_off_costs_its_page_only(
    shop: Shop, warehouse: Warehouse, settings: Settings, killed: Callable[..., Any]
) -> None:
    site = killed()
    (spool,) = spools(settings)
    written = (spool / "messages.jsonl").read_bytes()
    (spool / "messages.jsonl").write_bytes(written[:-20])
    health = crawl(site, warehouse)
    assert (health.outcome, health.offers, health.failures) == ("finished", 40, {})
    assert offers(warehouse) == truth(40)


def test_another_run_finishes_the_crawl_of_a_dead_one_under_its_id(
    warehouse: Warehouse, killed: Callable[..., Any]
) -> None:
    register(warehouse, killed("crawl-shop-1"))
    found = crawl_site(warehouse, Run("crawl-shop-2", "crawl", "shop", warehouse.clock()), quiet)
    assert (found["crawl_id"], found["offers"]) == ("crawl-shop-1", 40)
    again = crawl_site(warehouse, Run("crawl-shop-1", "crawl", "shop", warehouse.clock()), quiet)
    assert again == found
    assert [row["crawl_id"] for row in crawls(warehouse)] == ["crawl-shop-1"]


def test_what_an_old_crawl_saw_is_written_before_a_new_one(
    warehouse: Warehouse, clock: FixedClock, killed: Callable[..., Any]
) -> None:
    site = killed()
    clock.forward(hours=25)
    health = crawl(site, warehouse)
    old, new = crawls(warehouse)
    assert (old["outcome"], old["planned"]) == ("partial", 40)
    assert 0 < old["offers"] < 40
    assert '"interrupted": 1' in old["failures"]
    assert old["finished_at"].hour == 12  # when it saw its last page
    assert (new["crawl_id"], new["offers"], new["outcome"]) == (health.crawl_id, 40, "finished")
    assert len(offers(warehouse)) == old["offers"] + 40


def test_what_failed_for_now_before_the_kill_is_asked_for_again(
    shop: Shop, product_page: Page, settings: Settings, warehouse: Warehouse
) -> None:
    """And what failed for good is not; nor does a start point that answers now leave a trace of when it did not."""
    pages = watched(shop, product_page, 5)
    site = shop.site(sitemap=shop.sitemap(*pages), render="never")
    spool = Spool.new(
        settings.crawls / "shop" / "unfinished", "killed", "shop", warehouse.clock(), limit=None, tiered=False
    )
    seen: list[Message] = [Begun(), *map(Planned, pages[:4]), Failed(site.sitemaps[0] + "2", "http_503", planned=False)]
    for url, cause in zip(pages, ("timeout", "given_up", "http_404"), strict=False):
        seen.append(Failed(url, cause, planned=True))
    spool.messages_path.write_bytes(b"".join(encode(message) + b"\n" for message in seen))
    health = crawl(site, warehouse)
    assert (health.crawl_id, health.planned, health.offers, health.failures) == ("killed", 5, 4, {"http_404": 1})
    assert [title for title, _ in offers(warehouse)] == ["P0", "P1", "P3", "P4"]
    assert "/p/2" not in shop.paths


def test_a_trial_does_not_pass_for_the_crawl_it_cut_in_on(warehouse: Warehouse, killed: Callable[..., Any]) -> None:
    site = killed()
    trial = crawl(site, warehouse, limit=3)
    assert (trial.planned, trial.scope) == (3, "limited")
    by_scope = {row["scope"]: row["outcome"] for row in crawls(warehouse)}
    assert by_scope == {"all": "partial", "limited": "finished"}


PAGES = st.sampled_from(["a", "b", "c"])
OFFERS = st.lists(
    st.fixed_dictionaries(
        {
            "offer_id": st.sampled_from(["00", "01", "02"]),
            "price": st.sampled_from([None, "1"]),
            "observed_at": st.just("2026-06-01T12:00:00+00:00"),
        }
    ),
    max_size=2,
).map(tuple)
MESSAGES: st.SearchStrategy[list[Message]] = st.lists(
    st.one_of(
        PAGES.map(Planned),
        st.builds(Fetched, PAGES, OFFERS, st.none()),
        st.builds(Failed, PAGES, st.just("timeout"), st.booleans()),
    )
)


@hypothesis_settings(deadline=None)
@given(MESSAGES, st.data())
def test_messages_heard_twice_count_once(messages: list[Message], data: st.DataObject) -> None:
    """A crawl taken up may say again what was said: a prefix, or single messages, in any place after their first."""
    again = [message for message in messages if data.draw(st.booleans())]
    once, twice = Tally(), Tally()
    first = [offer for message in messages for offer in once.take(message)]
    second = [offer for message in [*messages, *again, Closed("finished")] for offer in twice.take(message)]
    once.take(Closed("finished"))
    assert first == second
    for figure in ("planned", "settled", "fetched", "offers", "priced", "failures", "outcome"):
        assert getattr(once, figure) == getattr(twice, figure), figure
    assert once.planned == once.settled + once.failures.get("unanswered", 0)
    assert once.offers == len({offer["offer_id"] for offer in first}) == len(first)

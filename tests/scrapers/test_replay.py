"""Pages kept by a crawl, and read again later by better readers."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import kept_pages
from scrapers.crawl import crawl
from scrapers.kept_pages import KeptPage, PageFile, forget_old, kept_crawls, read_pages
from scrapers.replay import replay
from warehouse.errors import NotFound
from warehouse.house import Warehouse

if TYPE_CHECKING:
    from tests.conftest import FixedClock
    from tests.scrapers.conftest import Shop

Page = Callable[..., str]
NOW = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)


def offers(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    with warehouse.session() as session:
        rows = session.query("select * from offers").to_pylist()
    assert len({(row["crawl_id"], row["offer_id"]) for row in rows}) == len(rows)
    return {f"{row['crawl_id']} {row['url'].rpartition('/')[2]}": row for row in rows}


def test_a_better_reader_s_reading_takes_the_old_one_s_place(
    shop: Shop, product_page: Page, warehouse: Warehouse, clock: FixedClock
) -> None:
    odd = '<h1>Lamp</h1><input type="hidden" class="zz" value="19.50 EUR">'
    shop.page("/p/kettle", product_page("Kettle", "39.90"))
    shop.page("/p/lamp", odd)
    shop.page("/p/unmarked", product_page("Mug", "5.00"))
    shop.answer("/p/gone", status=404)
    watch = tuple(f"{shop.url}/p/{name}" for name in ("kettle", "lamp", "unmarked", "gone"))
    site = shop.site(watch=watch, keep_pages=True, render="never")
    crawl(site, warehouse, crawl_id="one")
    clock.forward(days=1)
    shop.page("/p/kettle", product_page("Kettle", "41.00"))
    crawl(site, warehouse, crawl_id="two")
    before, asked = offers(warehouse), len(shop.asked)
    assert before["one kettle"]["price"] == Decimal("39.9") and "one lamp" not in before

    clock.forward(days=1)
    better = shop.site(watch=watch, render="never", currency="EUR", selectors={"price": ".zz, #price"})
    first, _ = replay(better, warehouse)
    assert len(shop.asked) == asked
    assert (first.crawl_id, first.pages, first.unreadable, first.counts) == ("one", 3, 0, {"newly read": 1})
    assert (first.changes[0]["title"], first.changes[0]["was"], first.changes[0]["price"]) == (
        "Lamp", None, Decimal("19.5"),
    )  # fmt: skip
    after = offers(warehouse)
    assert set(after) == {*before, "one lamp", "two lamp"}
    # The observation is as old as it was, so no report takes it for a fresh one.
    assert after["one lamp"]["observed_at"].date() == NOW.date()
    assert after["one lamp"]["read_at"] == clock.now
    assert after["one kettle"] == {**before["one kettle"], "read_at": clock.now}
    with warehouse.session() as session:
        counts = session.query("select crawl_id, offers, priced from crawls order by crawl_id").to_pylist()
    assert counts == [{"crawl_id": name, "offers": 3, "priced": 3} for name in ("one", "two")]
    # Once more changes nothing.
    assert [crawl.changes for crawl in replay(better, warehouse, crawl_id="two")] == [[]]
    assert {key: row["price"] for key, row in offers(warehouse).items()} == {k: r["price"] for k, r in after.items()}


def test_a_crawl_is_chosen_by_its_id_or_day_and_a_lost_price_is_told(
    shop: Shop, product_page: Page, warehouse: Warehouse, clock: FixedClock
) -> None:
    site = shop.site(watch=(shop.page("/p/1", product_page("A", "1.00")),), keep_pages=True, render="never")
    with pytest.raises(NotFound, match="keep_pages: true"):
        replay(site, warehouse)
    crawl(site, warehouse, crawl_id="one")
    clock.forward(days=1)
    crawl(site, warehouse, crawl_id="two")
    assert [crawl.crawl_id for crawl in replay(site, warehouse, since=clock.now - timedelta(hours=1))] == ["two"]
    with pytest.raises(NotFound, match="crawl three of shop"):
        replay(site, warehouse, crawl_id="three")
    (path,) = kept_crawls(warehouse.settings.crawls / "shop" / "pages")["one"]
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b'"1.00"', b'"????"')))
    (read,) = replay(site, warehouse, crawl_id="one")
    assert read.counts == {"lost": 1}
    assert {key: row["price"] for key, row in offers(warehouse).items()} == {"one 1": None, "two 1": Decimal(1)}


PAGES = st.lists(
    st.builds(
        KeptPage,
        st.integers(0, 9).map(lambda n: f"https://shop.example/{n}"),
        st.just(NOW),
        st.dictionaries(st.sampled_from(["content-type", "x-note"]), st.text(st.characters(codec="ascii"), max_size=9)),
        st.binary(max_size=2000),
    ),
    max_size=5,
)


@settings(deadline=None)
@given(PAGES, st.floats(0, 1))
def test_a_torn_file_gives_all_pages_before_the_tear(
    tmp_path_factory: pytest.TempPathFactory, pages: list[KeptPage], share: float
) -> None:
    folder = tmp_path_factory.mktemp("pages")
    file = PageFile(folder, "a/b-1")
    ends = [0]
    (path,) = kept_crawls(folder)["a/b-1"]
    for page in pages:
        file.keep(page.url, page.headers.items(), page.body, page.fetched_at)
        ends.append(path.stat().st_size)
    file.close()
    cut = int(share * ends[-1])
    os.truncate(path, cut)
    whole = pages[: sum(end <= cut for end in ends) - 1]
    found = list(read_pages(path))
    assert [(page.url, page.fetched_at, page.body) for page in found] == [
        (page.url, page.fetched_at, page.body) for page in whole
    ]


def test_secrets_of_a_visit_are_not_kept_and_other_tools_can_read_the_file(tmp_path: Path) -> None:
    file = PageFile(tmp_path, "one")
    headers = [
        ("Content-Type", "text/html"),
        ("Set-Cookie", "session=1"),
        ("Content-Encoding", "gzip"),
        ("X-A", "1\r\nX-B: 2"),
    ]
    file.keep("https://shop.example/p", headers, b"<p>", NOW)
    file.close()
    (path,) = kept_crawls(tmp_path)["one"]
    (page,) = read_pages(path)
    assert page.headers == {"content-type": "text/html", "x-a": "1 X-B: 2", "content-length": "3"}
    text = gzip.decompress(path.read_bytes()).decode()
    head, _, rest = text.partition("\r\n\r\n")
    assert head.startswith("WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:")
    assert "WARC-Date: 2026-06-01T12:00:00.123456Z" in head
    assert f"Content-Length: {len(rest) - 4}" in head and rest.endswith("\r\n\r\n<p>\r\n\r\n")


def test_a_bomb_is_no_page_of_ours(tmp_path: Path) -> None:
    (tmp_path / "one-1.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n" + b"\0" * 40_000_000))
    assert list(read_pages(tmp_path / "one-1.warc.gz")) == []


def test_what_is_old_or_too_much_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pages, "MOST_BYTES", 250)
    for n in range(5):
        path = tmp_path / f"crawl{n}-1.warc.gz"
        path.write_bytes(b"x" * 100)
        at = (NOW - timedelta(days=n * 10)).timestamp()
        os.utime(path, (at, at))
    forget_old(tmp_path, NOW - timedelta(days=15))
    assert list(kept_crawls(tmp_path)) == ["crawl0", "crawl1"]
    monkeypatch.setattr(kept_pages, "MOST_BYTES", 150)
    forget_old(tmp_path, NOW - timedelta(days=15))
    assert list(kept_crawls(tmp_path)) == ["crawl0"]

"""What is remembered of pages for conditional requests, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scrapers import validators
from scrapers.sites import Site
from scrapers.validators import BELIEVED, Validators

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
URL = "https://shop.example/p/1"
SITE = Site(name="shop", sitemaps=(), watch=(URL,), hosts=("shop.example",))
OFFERS = [{"offer_id": "a", "price": "1.50", "observed_at": NOW.isoformat()}]


def test_what_was_read_last_is_seen_again(tmp_path: Path) -> None:
    store = Validators(tmp_path / "shop" / "validators.db", SITE)
    store.put(URL, '"v1"', "Mon, 01 Jun 2026 11:00:00 GMT", OFFERS, NOW)
    store.close()
    store = Validators(tmp_path / "shop" / "validators.db", SITE)
    known = store.get(URL, NOW + timedelta(days=1))
    assert known is not None
    assert known.headers == {"If-None-Match": '"v1"', "If-Modified-Since": "Mon, 01 Jun 2026 11:00:00 GMT"}
    (offer,) = known.seen_again(NOW + timedelta(days=1))
    assert offer == {**OFFERS[0], "observed_at": "2026-06-02T12:00:00+00:00"}
    assert store.get(URL + "0", NOW) is None
    assert store.get(URL, NOW + BELIEVED) is None  # now and then a page is read in full, whatever the shop says
    store.close()


def test_a_page_without_price_or_name_for_its_state_is_read_in_full(tmp_path: Path) -> None:
    store = Validators(tmp_path / "validators.db", SITE)
    for etag, offers in (('"v1"', []), ('"v1"', [{**OFFERS[0], "price": None}]), (None, OFFERS), ("\r\nX: y", OFFERS)):
        store.put(URL, '"v0"', None, OFFERS, NOW)
        assert store.get(URL, NOW) is not None
        store.put(URL, etag, None, offers, NOW)
        assert store.get(URL, NOW) is None
    store.close()


def test_another_way_of_reading_forgets_what_was_read(tmp_path: Path) -> None:
    for site in (SITE, replace(SITE, currency="EUR"), replace(SITE, selectors={"price": ".now"})):
        store = Validators(tmp_path / "validators.db", site)
        assert store.get(URL, NOW) is None
        store.put(URL, '"v1"', None, OFFERS, NOW)
        store.close()
    again = Validators(tmp_path / "validators.db", replace(SITE, selectors={"price": ".now"}, delay=9.0))
    assert again.get(URL, NOW) is not None
    again.close()


def test_the_store_is_bounded_and_a_damaged_one_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validators, "MOST", 3)
    path = tmp_path / "validators.db"
    store = Validators(path, SITE)
    for n in range(5):
        store.put(f"{URL}{n}", '"v1"', None, OFFERS, NOW + timedelta(seconds=n))
    store.close()
    store = Validators(path, SITE)
    assert [n for n in range(5) if store.get(f"{URL}{n}", NOW)] == [2, 3, 4]
    store.close()
    path.write_bytes(b"no database at all" * 100)
    store = Validators(path, SITE)
    store.put(URL, '"v1"', None, OFFERS, NOW)
    assert store.get(URL, NOW) is not None
    store.close()

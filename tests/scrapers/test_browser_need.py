"""Which pages want the browser, and how long that is remembered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scrapers.browser.need import GIVEN_UP, RECHECKED, Needs, wants_browser
from scrapers.extraction.product import extract

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEXT = "<p>A kettle of stainless steel for a whole life of tea. " * 20
SCRIPT = '<script src="/app.js"></script>'
LD = '<script type="application/ld+json">{"@type": "Product", "name": "Kettle", "gtin13": "4006381333931"%s}</script>'


@pytest.mark.parametrize(
    ("html", "wants"),
    [
        (f"<body><div id=app></div>{SCRIPT}", True),
        (f"<body><div id=app>Loading, please wait</div>{SCRIPT}<noscript>{TEXT}</noscript>", True),
        (f"<head><style>{TEXT}</style></head><body><template>{TEXT}</template>{SCRIPT}<script>{TEXT}</script>", True),
        (f"<body>{SCRIPT}<script>{TEXT}", True),  # never closed
        (f"{LD % ''}<h1>Kettle</h1>{TEXT}{SCRIPT}", True),  # a product, and its price is somewhere else
        (LD % ', "offers": {"price": "3.50", "priceCurrency": "EUR"}' + SCRIPT, False),
        (f"<h1>About us</h1>{TEXT}{SCRIPT}", False),
        ("<body><div id=app></div>", False),  # nothing would draw it
        (f"<h1>Kettle</h1><p class=price>3,50 €</p>{SCRIPT}", False),
        ("", False),
    ],
)
def test_a_page_wants_the_browser_where_scripts_may_bring_the_price(html: str, wants: bool) -> None:
    product = extract(html, "https://shop.example/p/1")
    assert wants_browser(product, html.encode()) is wants


@pytest.mark.parametrize(
    "part", ["<script", "<script>", "<style></style>", "<", "<a ", "<!--", "</script>", "<svg><svg>"]
)
def test_a_page_made_to_waste_time_is_judged_at_once(part: str) -> None:
    body = (part * (8_000_000 // len(part))).encode()
    product = extract("", "https://shop.example/p/1")
    began = time.process_time()
    wants_browser(product, body)
    assert time.process_time() - began < 2


@pytest.fixture
def needs(tmp_path: Path) -> Iterator[Needs]:
    one = Needs(tmp_path / "site" / "needs.db")
    yield one
    one.close()


def test_what_needed_the_browser_goes_there_at_once_until_plain_http_is_due(needs: Needs) -> None:
    url = "https://shop.example/p/1"
    assert not needs.is_drawn_at_once(url, NOW) and needs.may_help(url, NOW)
    needs.plain_failed(url, NOW)
    assert not needs.is_drawn_at_once(url, NOW)
    needs.drawing_helped(url)
    assert needs.is_drawn_at_once(url, NOW + RECHECKED * 0.49)
    assert not needs.is_drawn_at_once(url, NOW + RECHECKED)
    assert needs.may_help(url, NOW + RECHECKED)
    needs.plain_failed(url, NOW + RECHECKED)
    assert needs.is_drawn_at_once(url, NOW + RECHECKED)
    needs.plain_sufficed(url)
    assert not needs.is_drawn_at_once(url, NOW + RECHECKED)


def test_what_the_browser_could_not_help_is_left_alone_for_some_days(needs: Needs) -> None:
    url = "https://shop.example/p/1"
    needs.plain_failed(url, NOW)
    assert not needs.may_help(url, NOW + GIVEN_UP - timedelta(seconds=1))
    assert needs.may_help(url, NOW + GIVEN_UP)


def test_pages_are_due_again_at_different_times(needs: Needs) -> None:
    urls = [f"https://shop.example/p/{n}" for n in range(200)]
    for url in urls:
        needs.plain_failed(url, NOW)
        needs.drawing_helped(url)
    due = [sum(not needs.is_drawn_at_once(url, NOW + RECHECKED * share) for url in urls) for share in (0.5, 0.75, 1)]
    assert due[0] == 0 and 60 < due[1] < 140 and due[2] == 200


def test_it_is_still_known_afterwards_and_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    path, url = tmp_path / "needs.db", "https://shop.example/p/1"
    first = Needs(path)
    first.plain_failed(url, NOW)
    first.drawing_helped(url)
    first.close()
    second = Needs(path)
    assert second.is_drawn_at_once(url, NOW)
    second.close()
    path.write_bytes(b"no database at all" * 100)
    third = Needs(path)
    assert not third.is_drawn_at_once(url, NOW)
    third.close()

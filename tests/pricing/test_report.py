"""The report as a file: whole, safe, and honest where there is little to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.position import PricePosition, price_position
from pricing.reports import figures, render, save
from warehouse.errors import InputError
from warehouse.house import Warehouse

Put = Callable[..., Any]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "' onmouseover='alert(1)",
]


class Page(HTMLParser):
    """Collects every element with its attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        """What a reader sees, blanks run together."""
        return " ".join(" ".join(self.pieces).split())


def read(warehouse: Warehouse, **more: Any) -> PricePosition:
    with warehouse.session() as session:
        return price_position(session, "de", warehouse.clock(), **more)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(warehouse: Warehouse, sell: Put, ask_price: Put, text: str) -> None:
    sell("A", 10, title=text, category=f"{text.replace('>', '')} > x", url="https://shop.example/a?b=1&c=2")
    ask_price(text, "A", 5, url="https://berg.example/p")
    page = Page(render(read(warehouse)))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "link", "base", "form"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert " ".join(text.split()) in page.text
    assert "https://shop.example/a?b=1&c=2" in {a.get("href") for tag, a in page.elements if tag == "a"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//berg.example/p",
        "https://",
        "x",
    ],
)
def test_only_web_addresses_become_links(warehouse: Warehouse, sell: Put, ask_price: Put, url: str) -> None:
    sell("A", 10, url=url)
    ask_price("berg", "A", 5, url=url)
    page = Page(render(read(warehouse)))
    assert [tag for tag, _ in page.elements if tag == "a"] == []
    assert "Product A" in page.text


def test_the_file_needs_nothing_else(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 10)
    ask_price("berg", "A", 5)
    html = render(read(warehouse))
    page = Page(html)
    assert not [a for _, a in page.elements if "src" in a or "srcset" in a]
    assert not re.search(r"@import|url\(", html)
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_figures_come_with_their_denominators(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 10, cost=5, category="Kitchen > Pans")
    sell("B", 30, category="Kitchen > Pots")
    sell("C", 7, category="Garden")
    ask_price("berg", "A", 8)
    ask_price("tal", "A", "8.40", hours_old=5)
    ask_price("tal", "B", 40, availability="out_of_stock")
    text = Page(render(read(warehouse))).text
    assert "22.0 % above the market for the same basket of 1 product: €10.00 with us, €8.20" in text
    assert "Price index 122.0" in text
    assert "67 % 2 of 3 products on sale have a fresh matched offer" in text
    assert "Newest offer used 2 h oldest 5 h" in text
    assert "tal not in stock 1" in text
    assert "As of 01 Jun 2026, 14:00 CEST" in text
    assert re.search(r"Data versions: fx_rates not written yet, matches \d+, offers \d+", text)


def test_a_store_without_offers_says_what_to_do(warehouse: Warehouse, store: str, write: Put) -> None:
    def said() -> str:
        return Page(render(read(warehouse))).text

    assert "Not enough data for a price index. There are no products yet" in said()
    write("products", {"sku": "A", "title": "Product A"})
    assert "1 product, but no price here" in said()


def test_each_step_towards_an_index_is_named(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 10)
    assert "No competitor's offer has been seen yet" in Page(render(read(warehouse))).text
    ask_price("berg", "A", None, matched=False, hours_old=99)
    assert "No offer is matched" in Page(render(read(warehouse))).text
    ask_price("berg", "A", None, hours_old=99)
    assert "Every matched offer is older than the window" in Page(render(read(warehouse))).text
    ask_price("berg", "A", None)
    assert "No matched offer can be compared" in Page(render(read(warehouse))).text
    ask_price("berg", "A", 10, hours_old=1)
    assert "level with the market" in Page(render(read(warehouse))).text


def test_a_report_is_saved_whole_or_not_at_all(tmp_path: Path) -> None:
    save("<p>ä</p>", tmp_path / "report.html")
    save("<p>ö</p>", tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "<p>ö</p>"
    (tmp_path / "folder.html").mkdir()
    for output in (tmp_path / "none" / "report.html", tmp_path / "folder.html"):
        with pytest.raises(InputError, match="cannot be written"):
            save("x", output)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.html", "report.html"]


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_whole_only_when_it_is(part: int, whole: int) -> None:
    part = min(part, whole)
    text = figures.share(part, whole)
    assert (text == "0 %") == (part == 0)
    assert (text == "100 %") == (part == whole)


@given(st.floats(0.1, 10_000))
def test_bars_and_shades_stay_on_the_page(value: float) -> None:
    left, width = figures.bar(value, half_width=200)
    assert 0 <= left <= left + width <= 400
    assert (left + width <= 200) if value < 100 else (left == 200)
    assert re.fullmatch(r"rgba\(\d+,\d+,\d+,0\.\d\d\)", figures.shade(value))


def test_times_and_ages() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    ages = [timedelta(minutes=5), timedelta(hours=3), timedelta(hours=50), -timedelta(hours=1)]
    assert [figures.age(now - a, now) for a in ages] == ["5 min", "3 h", "2 days", "0 min"]
    assert figures.age(None, now) == figures.index(None) == figures.money(None, "EUR") == figures.DASH
    assert figures.share(1, 0) == figures.DASH
    assert figures.signed(-0.1234) == "−12.3 %"

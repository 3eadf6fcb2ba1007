"""Pages made to hurt: each is read in bounded time and memory, and raises nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from textwrap import dedent

import pytest

from scrapers.extraction.product import extract

URL = "https://shop.example/p/kettle-925872"

_JSON = b'<script type="application/ld+json">'
_STATE = b"<script>window.__STATE__ = "
_PUSH = b"<script>dataLayer.push("
_END = b"</script>"

HOSTILE = {
    "nothing": b"",
    "blanks": b"  \n ",
    "no markup": b"\x00\xff\xfe\x00",
    "half a character": "é".encode()[:1] * 1000,
    "an encoding that is none": b'<meta charset="no-such-thing"><p class=price>\xff 1',
    "deep tags": b"<div class=price>" * 100_000,
    "20 MB of paragraphs": b"<p class=price>1 &euro;" * 900_000,
    "an attribute bomb": b"<a " + b"class=price " * 500_000 + b">",
    "many attributes": b"<a " + b"".join(b"data-a%d=1 " % n for n in range(100_000)) + b">",
    "a long text": b"<p class=price>" + b"1 " * 4_000_000,
    "headings": b"<h1>a b c</h1>" * 100_000,
    "deep heading": b"<h1>" + b"<b>" * 200 + b"x" * 5_000_000,
    "meta tags": b'<meta property="og:image" content="/a.jpg">' * 100_000,
    "deep things": b"<div itemscope itemprop=offers itemtype=Product>" * 100_000,
    "many properties": b"<p itemscope itemtype=Product>" + b"<b itemprop='price name sku'>1</b>" * 100_000,
    "one long property": b"<p itemscope itemtype=Product><b itemprop='" + b"a " * 500_000 + b"'>1</b>",
    "labels": b"<b>SKU</b>" * 100_000,
    "labels of colons": b"<p>" + b"a:" * 80 + b"</p>" * 3 + (b"<p>" + b": " * 90 + b"</p>") * 10_000,
    "labels of signs": (b"<p>sku" + b" #" * 50 + b"</p>") * 10_000,
    "brands": b"<p class='brand'>a b</p>" * 100_000,
    "deep brands": b"<p class='brand'>" * 250 + b"<i></i>" * 100_000,
    "forms": b"<input name=product_id value=925872>" * 100_000,
    "deep JSON": _JSON + b'{"@graph":[' * 100_000 + _END,
    "deep state": _STATE + b'{"price":' * 200_000 + _END,
    "open comments": _JSON + b'{"a": ' + b"/* // " * 200_000 + _END,
    "open strings": _JSON + b"{" + b'"\\' * 200_000 + _END,
    "backslashes": _JSON + b'{"name": "' + b"\\" * 1_000_001 + _END,
    "backslashes in a program": b'<script>x = JSON.parse("' + b"\\" * 1_000_000 + b'sku")' + _END,
    "quotes": _JSON + b'{"name": ' + b'"a' * 400_000 + _END,
    "many blanks": _JSON + b'{"a" ' + b" " * 1_900_000 + b"}" + _END,
    "many commas": _JSON + b"{" + b", " * 400_000 + _END,
    "a huge number": _JSON + b'{"@type":"Product","offers":{"price":' + b"9" * 500_000 + b"}}" + _END,
    "many products": _JSON + b"[" + b'{"@type":"Product","offers":{"price":1}},' * 40_000 + b"{}]" + _END,
    "many offers": _JSON + b'{"@type":"Product","offers":[' + b'{"price":1,"seller":"a"},' * 60_000 + b"{}]}" + _END,
    "a wide array": _STATE + b'{"price":[' + b"[]," * 1_000_000 + b"[]]}" + _END,
    "many assignments": b"<script>" + b'price={"sku":' * 150_000 + _END,
    "many pushes": (_PUSH + b"{price: 1, 'sku': 2, a: [{" + b"b: 1," * 300 + b"}]})" + _END) * 1000,
    "words without end": b"<script>price " + b"a.b" * 700_000 + b"={price:1}" + _END,
    "signs before a literal": b"<script>price" + b"=" * 1_000_000 + _END,
    "an endless flight": b'<script>self.__next_f.push([1,"' + b"1:[" * 300_000 + b'price"])' + _END,
    "no end of variations": b"<form data-product_variations='[" + b'{"display_price":1},' * 90_000 + b"{}]'>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_costs_bounded_time_and_breaks_nothing(name: str) -> None:
    begun = time.process_time()
    extract(HOSTILE[name], URL)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "url",
    ["", "https://[", "https://shop.example/" + "a1" * 100_000, "//\x00", "https://x/?" + "a=1&" * 100_000, "\ud800"],
)
def test_an_odd_address_breaks_nothing(url: str) -> None:
    product = extract('<link rel=canonical href="https://["><h1>Kettle</h1><p class=price>12,50 €</p>', url)
    assert product.name == "Kettle"


def peak_of(program: str) -> list[int]:
    """What a Python program prints, a number a line."""
    done = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=True)
    return [int(line) for line in done.stdout.split()]


_MEGABYTE = 1024 * 1024 if sys.platform == "darwin" else 1024
"""In the unit of ru_maxrss."""


def test_memory_for_a_hostile_page_is_bounded() -> None:
    before, after = peak_of(
        """
        import resource
        from scrapers.extraction.product import extract

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        extract("<h1>Kettle</h1><p class=price>12,50 €</p>", "https://shop.example/p/1")
        print(peak())
        extract(b"<p class=price>1 &euro;" * 900_000, "https://shop.example/p/1")
        extract(b'<script>price = {"sku":[' + b"[]," * 2_000_000 + b"]}</script>", "https://shop.example/p/1")
        print(peak())
        """
    )
    assert after - before < 600 * _MEGABYTE


def test_memory_does_not_grow_from_page_to_page() -> None:
    before, after = peak_of(
        """
        import json, resource
        from scrapers.extraction.product import extract

        def page(n):
            data = {"@type": "Product", "name": f"Kettle {n}", "sku": f"K-{n}", "offers": {"price": n + 1}}
            cards = "".join(f'<p class="card-{n}-{i}">{"Thing " * 80} {n}</p>' for i in range(20))
            state = json.dumps(data)
            html = f'<script type="application/ld+json">{state}</script><h1>Kettle {n}</h1>{cards}'
            html += f"<p class=price>{n},50 €</p><script>var p = {state}</script>"
            extract(html, f"https://shop.example/{n}")

        for n in range(100):
            page(n)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        for n in range(100, 400):
            page(n)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        """
    )
    # 300 pages: kept whole, they would take 20 MB and more as trees. Caches of class names may still fill up.
    assert after - before < 6 * _MEGABYTE


def test_a_page_in_utf_8_that_kept_another_encodings_tag() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><h1>Чайник</h1><p>Артикул: К-17</p></body></html>'

    for encoding in ("utf-8", "windows-1251"):
        assert extract(page.encode(encoding), "https://shop.example/").name == "Чайник"
    stated = extract(
        page.encode("windows-1251"), "https://shop.example/", content_type="text/html; charset=windows-1251"
    )
    assert stated.name == "Чайник"

"""The competitors' shops answer over HTTP what the truth says they show."""

from __future__ import annotations

import json
import re
import socket
import urllib.robotparser
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any
from xml.etree import ElementTree

import httpx
import numpy as np
import pandas as pd
import pytest

from experiments.market import Market, MarketSize, Shop, generate, serve_shops
from experiments.market.competitors import PRICE_NOISE
from tests.experiments.frames import frame

END = date(2025, 12, 31)
SOLD = {"ours", "near_miss", "other"}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def market() -> Market:
    return generate(MarketSize(400, 100), seed=21, start=date(2025, 12, 1), end=END)


@pytest.fixture(scope="module")
def shops(market: Market) -> Iterator[list[Shop]]:
    with serve_shops(market) as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as opened:
        yield opened


def locations(client: httpx.Client, url: str) -> list[str]:
    """Every page a sitemap lists, through an index where there is one."""
    root = ElementTree.fromstring(client.get(url).content)
    urls = [element.text or "" for element in root.iter(f"{SITEMAP}loc")]
    if root.tag == f"{SITEMAP}sitemapindex":
        return [page for part in urls for page in locations(client, part)]
    assert root.tag == f"{SITEMAP}urlset"
    return urls


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", markup))).strip()


def test_three_shops_of_three_formats(shops: list[Shop]) -> None:
    assert [shop.format for shop in shops] == ["json-ld", "html", "script"]
    assert len({shop.site for shop in shops}) == len({shop.base_url for shop in shops}) == 3
    assert all(shop.base_url.startswith("http://127.0.0.1:") for shop in shops)


def test_robots_and_sitemap_lead_to_what_the_shop_sells(shops: list[Shop], client: httpx.Client) -> None:
    indexes = 0
    for shop in shops:
        robots = urllib.robotparser.RobotFileParser()
        robots.parse(client.get(f"{shop.base_url}/robots.txt").text.splitlines())
        (sitemap,) = robots.site_maps() or []
        indexes += b"sitemapindex" in client.get(sitemap).content
        listed = locations(client, sitemap)
        assert len(listed) == len(set(listed))
        rows = shop.truth.to_pylist()
        open_pages = {row["url"] for row in rows if row["kind"] != "decoy"}
        decoys = {row["url"] for row in rows if row["kind"] == "decoy"}
        assert set(filter(lambda url: robots.can_fetch("any", url), listed)) == open_pages
        assert decoys and not any(robots.can_fetch("any", url) for url in decoys)
        assert len(decoys & set(listed)) == 1  # the mistake that tempts a crawler
        assert set(shop.sells["url"].to_pylist()) == {row["url"] for row in rows if row["kind"] in SOLD}
        assert set(shop.sells["url"].to_pylist()) < open_pages
    assert indexes == 1


def product_of(html: str) -> dict[str, Any]:
    """The schema.org Product of a page, wherever it stands."""
    found = []
    for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S):
        data = json.loads(block)
        found += [node for node in data.get("@graph", [data]) if node["@type"] == "Product"]
    (product,) = found
    return dict(product)


def test_json_ld_pages_say_the_truth(shops: list[Shop], client: httpx.Client) -> None:
    shop = shops[0]
    forms = set()
    for row in shop.sells.to_pylist():
        answer = client.get(row["url"])
        assert answer.status_code == 200
        product = product_of(answer.text)
        offers = product["offers"]
        forms.add((type(offers), "@graph" in answer.text, type(product.get("brand"))))
        offer = offers[0] if isinstance(offers, list) else offers
        assert product["name"] == row["title"] == text_of(re.findall(r"<h1>(.*?)</h1>", answer.text)[0])
        assert Decimal(str(offer["price"])) == row["price"] and offer["priceCurrency"] == row["currency"]
        available = {"in_stock": "InStock", "out_of_stock": "OutOfStock"}[row["availability"]]
        assert offer["availability"] == f"https://schema.org/{available}"
        brand = product.get("brand")
        assert (brand["name"] if isinstance(brand, dict) else brand) == row["brand"]
        shown = {product.get(key) for key in ("gtin", "gtin13", "gtin14")} - {None}
        assert shown == ({row["gtin"]} - {None}) and product.get("mpn") == row["mpn"]
    assert {kind for kind, *_ in forms} == {dict, list} and {graph for _, graph, _ in forms} == {True, False}


def test_plain_pages_say_the_truth_in_european_formats(shops: list[Shop], client: httpx.Client) -> None:
    shop = shops[1]
    spaces, thousands, labels = set(), 0, set()
    for row in shop.sells.to_pylist():
        html = client.get(row["url"]).text
        assert "ld+json" not in html and "itemprop" not in html
        main = html.split("<main>")[1].split("</main>")[0]
        label, written = re.findall(
            r"(Preis:</dt><dd>|Preis: <strong>|class=\"price\">)([\d.]+,\d\d(?: |\u00a0|&nbsp;)€)", main
        )[0]
        labels.add(label)
        spaces.add(re.sub(r"[\d.,€]", "", written))
        thousands += "." in written
        assert Decimal(re.sub(r"[^\d,]", "", unescape(written)).replace(",", ".")) == row["price"]
        struck = re.findall(r"<del>(.*?)</del>", main)
        assert len(struck) == (row["list_price"] is not None)
        assert (f"Versand {row['shipping']:.2f}".replace(".", ",") in text_of(main)) == (row["shipping"] > 0)
        assert text_of(re.findall(r"<h1>(.*?)</h1>", main)[0]) == row["title"]
        assert ("Auf Lager" in main) == (row["availability"] == "in_stock")
        assert ("Nicht vorrätig" in main) == (row["availability"] == "out_of_stock")
        assert row["gtin"] is None or f"<th>EAN</th><td>{row['gtin']}</td>" in main
        assert row["brand"] is None or row["brand"] in text_of(main)
    assert spaces == {" ", "\u00a0", "&nbsp;"} and thousands > 0 and len(labels) == 3


def test_scripted_pages_say_nothing_and_their_data_the_truth(shops: list[Shop], client: httpx.Client) -> None:
    shop = shops[2]
    shells, layouts = set(), set()
    for row in shop.sells.to_pylist():
        shells.add(client.get(row["url"]).text)
        data = client.get(shop.base_url + "/dane" + row["path"]).json()
        assert {name: data[name] for name in ("title", "brand", "gtin", "mpn", "currency")} == {
            name: row[name] for name in ("title", "brand", "gtin", "mpn", "currency")
        }
        for name in ("price", "list_price", "shipping"):
            assert data[name] == (None if row[name] is None else row[name] * 100)
        assert data["available"] == (row["availability"] == "in_stock")
        layouts.add(data["layout"])
    (shell,) = shells
    assert text_of(shell.split("<body>")[1]) == "Włącz JavaScript, aby zobaczyć sklep."
    (script,) = re.findall(r'<script defer src="(.*?)">', shell)
    assert client.get(shop.base_url + script).headers["content-type"].startswith("text/javascript")
    assert layouts == {0, 1, 2}


def test_broken_pages_answer_their_error_and_unknown_ones_404(shops: list[Shop], client: httpx.Client) -> None:
    for shop in shops:
        broken = [row for row in shop.truth.to_pylist() if row["kind"] == "broken"]
        assert [client.get(row["url"]).status_code for row in broken] == [404, 500]
        assert client.get(f"{shop.base_url}/<script>alert(1)</script>").status_code == 404
        assert "alert" not in client.get(f"{shop.base_url}/<script>alert(1)</script>").text
        assert shop.requests[-1][1] == 404


def test_head_answers_as_get_without_the_page(shops: list[Shop], client: httpx.Client) -> None:
    url = shops[0].sells["url"][0].as_py()
    head = client.head(url)
    assert head.status_code == 200 and head.content == b""
    assert int(head.headers["content-length"]) == len(client.get(url).content)


def test_requests_are_counted_and_the_front_page_links_to_a_closed_one(market: Market, client: httpx.Client) -> None:
    with serve_shops(market) as shops:
        for shop in shops:
            links = re.findall(r'href="(.*?)"', client.get(shop.base_url).text)
            kinds = dict(zip(shop.truth["path"].to_pylist(), shop.truth["kind"].to_pylist(), strict=True))
            assert {kinds[link] for link in links} == {"ours", "decoy"}
            assert shop.requests == [("/", 200)]


def test_shops_close_when_the_context_ends(market: Market) -> None:
    with serve_shops(market) as shops:
        ports = [int(shop.base_url.rsplit(":", 1)[1]) for shop in shops]
    for port in ports:
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=2):
            pass


def test_assortments_hold_every_difficulty(market: Market, shops: list[Shop]) -> None:
    products = {row["sku"]: row for row in market.tables["products"].to_pylist()}
    for shop in shops:
        rows = shop.truth.to_pylist()
        ours = [row for row in rows if row["kind"] == "ours"]
        count = 40 if shop.format == "script" else 240  # drawing pages takes its time
        assert len(ours) == len({row["sku"] for row in ours}) == count
        same = np.mean([row["title"] == products[row["sku"]]["title"] for row in ours])
        assert 0.3 < same < 0.6
        assert 0.4 < np.mean([row["gtin"] is not None for row in ours]) < 0.8
        # A number shown is the true one: never that of another product.
        pairs = [
            (row["gtin"], products[row["sku"]]["gtin"]) for row in ours if row["gtin"] and products[row["sku"]]["gtin"]
        ]
        assert pairs and all(shown == own for shown, own in pairs)
        not_ours = [row for row in rows if row["kind"] in ("near_miss", "other")]
        assert not_ours and all(row["sku"] is None for row in not_ours)
        assert not {row["gtin"] for row in not_ours} & {row["gtin"] for row in products.values() if row["gtin"]}
        for row in rows:
            assert (row["near_sku"] is not None) == (row["kind"] == "near_miss")
        out = np.mean([row["availability"] == "out_of_stock" for row in ours])
        assert 0 < out < 0.25 if shop.format == "script" else 0.05 < out < 0.25


def test_all_shops_follow_our_prices_at_their_positions(market: Market) -> None:
    history = frame(market.tables["product_history"]).sort_values("valid_from")
    pages = frame(market.truth.offers).query("kind == 'ours'").merge(frame(market.truth.competitors), on="site")
    assert set(pages.rule) == {"follow"}
    pages["valid_from"] = pd.Timestamp(END, tz="Europe/Berlin").tz_convert("UTC") - pd.to_timedelta(pages.days, "D")
    pages = pages.astype({"valid_from": history.valid_from.dtype}).sort_values("valid_from")
    both = pd.merge_asof(
        pages, history[["valid_from", "sku", "price"]], on="valid_from", by="sku", suffixes=("", "_ours")
    )
    both["ratio"] = np.log(both.price / both.price_ours)
    seen = both.groupby(["site", "category"]).ratio.agg(["mean", "count"])
    true = frame(market.truth.positions).set_index(["site", "category"]).position
    assert {("lindenmarkt", category) for _, category in true.index} <= set(seen.index) <= set(true.index)
    true, listed = true.loc[seen.index], true
    assert ((seen["mean"] - np.log(true)).abs() < 4 * PRICE_NOISE / np.sqrt(seen["count"]) + 0.005).all()
    assert listed.max() > 1.05 and listed.min() < 0.95

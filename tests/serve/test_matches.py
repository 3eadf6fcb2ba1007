"""The review queue over HTTP: the API, and the console's page with its keys in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scrapers.browser.chromium import find_chromium, require_chromium
from serve.app import create_app
from tests.conftest import FixedClock
from tests.serve.conftest import MakeKey, browsing, running
from tests.serve.shop import furnish, rows
from tests.serve.test_console import HOSTILE, Page
from warehouse.house import Warehouse
from warehouse.offer_ids import offer_id
from warehouse.records.verdicts import latest_verdicts, standing_verdicts
from warehouse.tables import MATCHES

LAMP, MUG = (
    offer_id(site, f"https://shops.example/{site}/{sku}", None, None, None)
    for site, sku in (("alpha-shop", "LAMP"), ("beta-markt", "MUG"))
)
"""Two offers of the shop that wait for review: LAMP could be our LAMP or our PEN, MUG our MUG."""


@pytest.fixture
def waiting(warehouse: Warehouse) -> None:
    """A shop with hostile titles whose offers LAMP and MUG wait for review."""
    furnish(warehouse, titles={"LAMP": HOSTILE})
    pairs = {(LAMP, "LAMP"): ("review", 0.9), (LAMP, "PEN"): ("review", 0.6), (MUG, "MUG"): ("review", 0.7)}
    judged = [
        {
            "offer_id": offer,
            "sku": sku,
            "verdict": verdict,
            "score": score,
            "method": "model",
            "reason": f"like {HOSTILE}",
            "speaks_for": HOSTILE,
            "model_version": "1",
            "matched_at": warehouse.clock(),
        }
        for (offer, sku), (verdict, score) in pairs.items()
    ]
    warehouse.lake.merge(MATCHES, rows(MATCHES, judged))


def standing(warehouse: Warehouse) -> dict[tuple[str, str], tuple[str, float | None, str]]:
    with warehouse.records.reading() as tx:
        found = standing_verdicts(tx)
    return {pair: (row.verdict, row.pack_ratio, row.decided_by) for pair, row in found.items()}


@pytest.mark.usefixtures("waiting")
def test_the_queue_and_verdicts_over_the_api(keyed: httpx.Client, warehouse: Warehouse) -> None:
    first = keyed.get("/v1/matches", params={"limit": 1}).json()
    assert first["waiting"] == 2 and len(first["offers"]) == 1
    rest = keyed.get("/v1/matches", params={"limit": 1, "after": first["next_after"]}).json()
    found = {offer["offer_id"]: offer for offer in first["offers"] + rest["offers"]}
    assert rest["next_after"] is None and set(found) == {LAMP, MUG}
    lamp = found[LAMP]
    assert (lamp["site"], lamp["price"], lamp["currency"]) == ("alpha-shop", "32.00", "EUR")
    assert [(c["sku"], c["probability"], c["price"]) for c in lamp["candidates"]] == [
        ("LAMP", 0.9, "40.00"),
        ("PEN", 0.6, "1.50"),
    ]
    verdicts: list[dict[str, Any]] = [
        {"offer_id": LAMP, "sku": "LAMP", "verdict": "accept", "note": "seen"},
        {"offer_id": MUG, "sku": "MUG", "verdict": "other_pack", "pack_ratio": 6},
    ]
    assert keyed.post("/v1/matches/verdicts", json={"verdicts": verdicts}).json() == {"written": 2, "unchanged": 0}
    assert keyed.post("/v1/matches/verdicts", json={"verdicts": verdicts}).json() == {"written": 0, "unchanged": 2}
    assert standing(warehouse) == {(LAMP, "LAMP"): ("accept", None, "test"), (MUG, "MUG"): ("other_pack", 6.0, "test")}
    assert keyed.get("/v1/matches").json() == {"offers": [], "waiting": 0, "next_after": None}
    (pack,) = keyed.get("/v1/matches", params={"verdict": "other_pack"}).json()["offers"]
    assert pack["candidates"][0]["pack_ratio"] == 6.0
    assert pack["candidates"][0]["decided"]["decided_by"] == "test"


@pytest.mark.usefixtures("waiting")
def test_verdicts_that_cannot_be(keyed: httpx.Client, warehouse: Warehouse) -> None:
    good = {"offer_id": LAMP, "sku": "LAMP", "verdict": "accept"}
    for wrong, place, complaint in (
        ({**good, "verdict": "maybe"}, "body.verdicts.1.verdict", "accept"),
        ({**good, "verdict": "other_pack"}, "body.verdicts.1", "pack_ratio: other_pack needs one"),
        ({**good, "pack_ratio": 2}, "body.verdicts.1", "belongs to the verdict other_pack"),
        ({**good, "sku": ""}, "body.verdicts.1.sku", "at least 1"),
        ({**good, "who": "me"}, "body.verdicts.1.who", "not permitted"),
    ):
        answer = keyed.post("/v1/matches/verdicts", json={"verdicts": [good, wrong]})
        (fault,) = answer.json()["errors"]
        assert (answer.status_code, fault["place"]) == (422, place) and complaint in fault["detail"]
    assert keyed.post("/v1/matches/verdicts", json={"verdicts": []}).status_code == 422
    for wrong, complaint in (({**good, "offer_id": "o9"}, "'o9'"), ({**good, "sku": "NOPE"}, "no product 'NOPE'")):
        answer = keyed.post("/v1/matches/verdicts", json={"verdicts": [good, wrong]})
        assert answer.status_code == 404 and complaint in answer.json()["detail"]
    assert keyed.get("/v1/matches", params={"after": "x"}).status_code == 422
    assert standing(warehouse) == {}


@pytest.fixture
def browser(warehouse: Warehouse) -> Iterator[httpx.Client]:
    """A client that sends what a browser sends with a form of the page it shows."""
    with (
        running(create_app(warehouse, poll_seconds=0)) as base,
        browsing(base) as client,
    ):
        yield client


def test_an_empty_queue_says_what_to_do(browser: httpx.Client) -> None:
    page = Page(browser.get("/matches"))
    assert "No offer waits" in page.text and "purveyor match" in page.text


@pytest.mark.usefixtures("waiting")
def test_the_page_shows_both_sides_and_takes_verdicts(
    browser: httpx.Client, warehouse: Warehouse, key: MakeKey
) -> None:
    answer = browser.get("/matches", params={"offer": LAMP, "sku": "LAMP"})
    page = Page(answer)
    assert "32.00 EUR" in page.text and "40.00 EUR" in page.text and "90%" in page.text and "60%" in page.text
    assert HOSTILE in page.text and page.tags.count("script") == 1 and "b" not in page.tags
    assert {value for tag, name, value in page.attributes if tag == "img" and name == "src"} == {"/console.svg"}
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    pair = {"offer_id": LAMP, "sku": "LAMP", "verdict": "accept"}
    for origin in ("https://elsewhere.example", "null", ""):
        assert browser.post("/matches/decide", data=pair, headers={"Origin": origin}).status_code == 403
        assert browser.post("/matches/undo", data=pair, headers={"Origin": origin}).status_code == 403
    assert browser.post("/matches/decide", data={**pair, "verdict": "maybe"}).status_code == 422
    for ratio in ("x", "1/0", "1/2/3"):
        wrong = {**pair, "verdict": "other_pack", "pack_ratio": ratio}
        assert browser.post("/matches/decide", data=wrong).status_code == 422
    assert browser.post("/matches/undo", data={**pair, "number": "1"}).status_code == 404
    assert browser.post("/matches/undo", data={**pair, "number": "x"}).status_code == 422
    assert browser.get("/matches", params={"offer": "o9"}).status_code == 404
    assert standing(warehouse) == {}
    elsewhere = {"Host": "shop.example", "Origin": "https://shop.example"}
    assert browser.post("/matches/decide", data=pair, headers=elsewhere).status_code == 401
    named = ("anybody", key("console"))
    done = browser.post("/matches/decide", data=pair, headers=elsewhere, auth=named, follow_redirects=False)
    assert done.status_code == 303
    assert standing(warehouse) == {(LAMP, "LAMP"): ("accept", None, "test")}


@pytest.mark.usefixtures("waiting")
def test_a_third_of_a_pack_and_an_equivalent_beside_the_prices(browser: httpx.Client, warehouse: Warehouse) -> None:
    third = {"offer_id": LAMP, "sku": "PEN", "verdict": "other_pack", "pack_ratio": "1/3"}
    decided = " ".join(Page(browser.post("/matches/decide", data=third)).text.split())
    assert "is another pack of (1/3) PEN" in decided
    assert standing(warehouse)[LAMP, "PEN"] == ("other_pack", pytest.approx(1 / 3), "console")
    assert "Equivalents" not in Page(browser.get("/prices")).text
    browser.post("/matches/decide", data={"offer_id": MUG, "sku": "MUG", "verdict": "equivalent"})
    prices = " ".join(Page(browser.get("/prices")).text.split())
    assert "They take no part in the index" in prices and "+33.3%" in prices


@pytest.mark.usefixtures("waiting")
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine")
def test_the_queue_is_worked_off_by_keys_alone(url: str, warehouse: Warehouse, clock: FixedClock) -> None:
    """LAMP is rejected as LAMP and accepted as PEN, which is undone; then MUG is a case of six."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(require_chromium()))
        page = chromium.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(f"{url}/matches?offer={LAMP}")

        def press(key: str, then: str) -> None:
            clock.forward(seconds=1)
            with page.expect_navigation():
                page.keyboard.press(key)
            assert page.locator("#pair ~ .scroll thead").inner_text().split()[-1] == then

        press("2", "PEN")
        press("1", "LAMP")
        page.goto(f"{url}/matches")
        press("r", "PEN")
        press("u", "LAMP")
        press("r", "PEN")
        press("a", "MUG")
        clock.forward(seconds=1)
        page.keyboard.press("p")
        page.keyboard.type("6")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "No offer waits" in page.inner_text("main")
        with page.expect_navigation():
            page.keyboard.press("u")
        chromium.close()
    assert said == []
    assert standing(warehouse) == {
        (LAMP, "LAMP"): ("reject", None, "console"),
        (LAMP, "PEN"): ("accept", None, "console"),
    }
    with warehouse.records.reading() as tx:
        assert len(latest_verdicts(tx, limit=20)) == 6

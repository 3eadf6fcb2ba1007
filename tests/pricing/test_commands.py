"""`purveyor match` and `purveyor pricing` from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import purveyor.match
import purveyor.pricing
from warehouse.clock import utc_now
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.stores import open_store

Put = Callable[..., Any]

RULE = "name: r\nmax_up_percent: 5\nmax_down_percent: 10\nmin_margin_percent: 20\ntax_rate_percent: 19\n"


@pytest.fixture(autouse=True)
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands open the test's own home."""
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))


def run(app: Any, *arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_matching_with_no_products_says_what_is_missing(warehouse: Warehouse, ask_price: Put) -> None:
    ask_price("berg", "A", 9, matched=False, title="Green Tea")
    assert "no product on sale to match them with; bring yours in: purveyor import products" in run(
        purveyor.match.app, "run"
    )


def test_match_run_and_report(warehouse: Warehouse, sell: Put, ask_price: Put, tmp_path: Path) -> None:
    sell("A", 10, title="Sanddorn Mild Green Tea 100 g", gtin="4006381333931")
    ask_price("berg", "A", 9, matched=False, title="Green Tea", gtin="4006381333931")
    ask_price("berg", "B", 9, matched=False, title="Garden hose 20 m")
    told = run(purveyor.match.app)
    assert "2 offers against 1 products: 1 matched (1 by GTIN, 0 by part number, 0 by the model, 0 by people)" in told
    assert "0 to review, 1 none of ours; 1 verdicts changed" in told
    again = json.loads(run(purveyor.match.app, "run", "--target-precision", "0.95", "--json"))
    assert (again["by_gtin"], again["unmatched"], again["changed"], again["expected_precision"]) == (1, 1, 0, None)
    assert json.loads(run(purveyor.match.app, "--json")) == again

    told = run(purveyor.match.app, "report")
    assert "1 of 2 offers matched (50 %); 1 of 1 products on sale have a matched offer (100 %)" in told
    assert "berg          2 offers          1 matched        0 to review          1 products of ours" in told
    output = tmp_path / "matches.html"
    found = json.loads(run(purveyor.match.app, "report", "--output", str(output), "--json"))
    assert found["output"] == str(output)
    assert [(s["site"], s["by_gtin"], s["unmatched"]) for s in found["sites"]] == [("berg", 1, 1)]
    assert "Which offer is which product" in output.read_text()


def test_report_and_proposals(warehouse: Warehouse, store: str, write: Put, tmp_path: Path) -> None:
    now = utc_now()
    write("products", {"sku": "A", "title": "Product A", "category": "Tea"})
    write(
        "product_history", {"store_id": store, "sku": "A", "valid_from": now, "price": 10, "cost": 5, "currency": "EUR"}
    )
    write("offers", {"crawl_id": "c", "offer_id": "o", "site": "berg", "url": "https://berg.example/a", "price": 8,
                     "observed_at": now, "currency": "EUR", "availability": "in_stock"})  # fmt: skip
    write("matches", {"offer_id": "o", "sku": "A", "verdict": "match", "method": "gtin", "model_version": "t",
                      "matched_at": now})  # fmt: skip
    output = tmp_path / "report.html"
    told = run(purveyor.pricing.app, "report", "--output", str(output))
    assert "Price index 125.0 (100 = the market) over 1 product; 1 of 1 products on sale" in told
    assert "<!doctype html>" in output.read_text()
    found = json.loads(run(purveyor.pricing.app, "report", "--output", str(output), "--json"))
    assert found["store"]["currency"] == "EUR"
    assert {c["category"]: c["price_index"] for c in found["index"] if c["site"] == ""} == {"": 125.0, "Tea": 125.0}

    rule = tmp_path / "rule.yaml"
    rule.write_text(RULE)
    told = run(purveyor.pricing.app, "propose", "--rules", str(rule))
    assert "1 proposal for 1 product by rule r v1: 0 up, 1 down" in told
    assert "A: 10.00 to 9.00 EUR. Market median 8.00 (1 offer, newest 0 h old)" in told
    proposed = json.loads(run(purveyor.pricing.app, "propose", "--json"))
    assert proposed["proposals"][0]["proposed_price"] == "9.00"
    assert proposed["rule"] == "r v1"


def test_a_report_without_data_says_so(warehouse: Warehouse, store: str, tmp_path: Path) -> None:
    told = run(purveyor.pricing.app, "report", "--output", str(tmp_path / "report.html"))
    assert "Not enough data for a price index: 0 of 0 products" in told
    assert (
        json.loads(run(purveyor.pricing.app, "report", "--output", str(tmp_path / "r.html"), "--json"))["index"] == []
    )


def test_the_store_must_be_plain(warehouse: Warehouse, tmp_path: Path) -> None:
    report = ("report", "--output", str(tmp_path / "report.html"))
    with pytest.raises(NotFound, match="there is no store yet"):
        run(purveyor.pricing.app, *report)
    for store in ("a", "b"):
        open_store(warehouse, store, currency="EUR", timezone="UTC")
    with pytest.raises(InputError, match="several stores, a, b; say which with --store"):
        run(purveyor.pricing.app, *report)
    with pytest.raises(NotFound, match="no store 'c'"):
        run(purveyor.pricing.app, *report, "--store", "c")
    run(purveyor.pricing.app, *report, "--store", "b")
    assert (tmp_path / "report.html").exists()

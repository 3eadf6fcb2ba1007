"""`purveyor crawl` as a person runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from purveyor.crawl import crawl
from warehouse.errors import InputError
from warehouse.settings import Settings

if TYPE_CHECKING:
    from tests.scrapers.conftest import Shop

app = typer.Typer()
app.command()(crawl)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))


def site_file(folder: Path, name: str, sitemap: str) -> str:
    path = folder / f"{name}.yaml"
    path.write_text(f"site: {name}\nstart:\n  sitemap: {sitemap}\npoliteness: {{delay: 0, concurrency: 4}}\n")
    return str(path)


def test_a_summary_per_site_and_a_failure_s_exit(tmp_path: Path, shop: Shop, product_page: Callable[..., str]) -> None:
    sitemap = shop.sitemap(shop.page("/p/1", product_page("A", "1.00")), shop.url + "/p/2")
    good = site_file(tmp_path, "good", sitemap)
    bad = site_file(tmp_path, "bad", shop.url + "/nowhere.xml")
    result = CliRunner().invoke(app, [good, bad, "--allow-private"])
    assert "good: partial; 1 of 2 pages fetched, 1 offers, 1 with a price" in result.stdout
    assert "  http_404: 1" in result.stdout
    assert "bad: failed; 0 of 0 pages fetched" in result.stdout
    assert isinstance(result.exception, InputError)
    assert "no product page of bad could be fetched" in str(result.exception)


def test_json_for_machines(tmp_path: Path, shop: Shop, product_page: Callable[..., str]) -> None:
    pages = [shop.page(f"/p/{i}", product_page("A", "1.00")) for i in range(3)]
    path = site_file(tmp_path, "good", shop.sitemap(*pages))
    result = CliRunner().invoke(app, [path, "--allow-private", "--limit", "2", "--json"])
    assert result.exit_code == 0
    (health,) = json.loads(result.stdout)["crawls"]
    assert (health["site"], health["outcome"], health["planned"], health["priced"]) == ("good", "finished", 2, 2)


def test_private_addresses_need_leave(tmp_path: Path, shop: Shop) -> None:
    result = CliRunner().invoke(app, [site_file(tmp_path, "shop", shop.sitemap())])
    assert "  private_address: 1" in result.stdout
    assert isinstance(result.exception, InputError)
    assert shop.asked == []

"""`purveyor connect` and `purveyor sources` from the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from purveyor.main import app
from warehouse.errors import InputError, NotFound
from warehouse.settings import Settings

STORE = ("--currency", "EUR", "--timezone", "Europe/Berlin")


@pytest.fixture(autouse=True)
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands open the test's own home."""
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    put(folder / "products-2026-05-01.csv", "sku,price\nA,1\nB,2\nC,3\n")
    put(folder / "kunden.csv", "Nr;Mail\n1;ann@example.org\n")
    return folder


def put(path: Path, content: str) -> None:
    path.write_text(content)
    os.utime(path, (1_780_000_000, 1_780_000_000))


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


def test_a_source_from_its_definition_to_its_end(export: Path) -> None:
    products = ("--products", "products-{date}.csv", "--snapshot", *STORE)
    erp = ("connect", "folder", "erp", str(export), *products)
    tried = run(*erp, "--customers", "kunden.csv", "--map", "customers:customer_id=Nr,email=Mail", "--check")
    assert "customer_id <- Nr, email <- Mail" in tried
    assert "customer_id=1, email=a…" in tried
    assert "ann@example.org" not in tried
    assert "! no cost on 100% of products" in tried
    assert "no sources yet" in run("sources", "list"), "a check keeps nothing"
    assert "purveyor sources fetch erp" in run(*erp)
    fetched: dict[str, Any] = json.loads(run("sources", "fetch", "erp", "--json"))
    assert [(d["file"], d["outcome"]) for d in fetched["deliveries"]] == [("products-2026-05-01.csv", "imported")]
    assert run("sources", "fetch", "erp") == "nothing new\n"
    put(export / "products-2026-05-02.csv", "sku,price\nA,2\n")
    assert "held: products products-2026-05-02.csv: it lists 1 products" in run("sources", "fetch", "erp", code=1)
    assert "held" in run("sources", "show", "erp")
    assert "imported: products products-2026-05-02.csv, 1 of 1 rows new" in run("sources", "accept", "erp")
    (listed,) = json.loads(run("sources", "list", "--json"))["sources"]
    assert (listed["name"], listed["type"], listed["kinds"], listed["late"]) == ("erp", "folder", ["products"], False)
    assert "products-2026-05-02.csv" in run("sources", "check", "erp")
    assert "what it brought stays" in run("sources", "remove", "erp")
    with pytest.raises(NotFound, match="no source 'erp'"):
        run("sources", "show", "erp")


def test_every_type_is_defined_with_names_of_secrets_only() -> None:
    feed = "https://shop.example/feed.xml"
    for arguments in (
        (
            "http",
            "web",
            "--orders",
            "https://shop.example/orders.csv",
            "--user",
            "me",
            "--password-env",
            "WEB_PASSWORD",
        ),
        ("sftp", "ftp", "files.example", "--user", "me", "--password-env", "FTP_PASSWORD", "--orders", "*.csv"),
        ("shopify", "shopify", "my-shop.myshopify.com", "--token-env", "SHOPIFY_TOKEN", "--only", "orders"),
        ("woocommerce", "woo", "https://shop.example", "--key-env", "WC_KEY", "--secret-env", "WC_SECRET"),
        ("merchant-feed", "feed", feed, *STORE),
    ):
        run("connect", *arguments)
    sources = {source["name"]: source for source in json.loads(run("sources", "list", "--json"))["sources"]}
    assert sources["shopify"]["kinds"] == ["orders"]
    assert sources["woo"]["kinds"] == ["products", "customers", "orders"]
    shown = json.loads(run("sources", "show", "feed", "--json"))["definition"]
    assert (shown["files"], shown["preset"], shown["snapshot"]) == ({"products": feed}, "google-merchant", True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("folder", "erp", "/x", "--products", "*.csv"), "--snapshot: what is missing is no longer offered"),
        (("folder", "erp", "/x"), "say what it brings"),
        (("folder", "erp", "/x", "--orders", "*", "--events", "*", "--map", "a=b"), "say of which files"),
        (("shopify", "s", "x.myshopify.com", "--token-env", "T", "--only", "cats"), "'cats' cannot be fetched"),
        (("woocommerce", "s", "ftp://shop", "--key-env", "K", "--secret-env", "S"), "no web address"),
    ],
)
def test_what_cannot_work_is_one_clear_error(arguments: tuple[str, ...], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        run("connect", *arguments)
    assert "no sources yet" in run("sources", "list")

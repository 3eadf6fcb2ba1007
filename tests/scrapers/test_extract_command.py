"""`purveyor extract` as a person runs it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from purveyor.main import app
from tests.scrapers.conftest import Shop
from warehouse.errors import InputError

PAGE = """<html lang="de"><h1>Kaffeemaschine [Deluxe]</h1><p class="preis">12,50 €</p><p>Art.-Nr.: AB-12</p>
<img itemprop="image" src="/a.jpg"><p>Auf Lager</p></html>"""


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["extract", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def manifest(folder: Path, *lines: object) -> Path:
    path = folder / "manifest.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", ["page.html", "page.html.gz"])
def test_a_saved_page_with_its_evidence(tmp_path: Path, name: str) -> None:
    body = PAGE.encode()
    (tmp_path / name).write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    shown = run(tmp_path / name, "--url", "https://shop.example/p/1")
    for text in ("Kaffeemaschine [Deluxe]", "12.50", "EUR", "InStock", "AB-12", "label Art.-Nr.: AB-12", "visible"):
        assert text in shown
    product = json.loads(run(tmp_path / name, "--url", "https://shop.example/p/1", "--json"))
    assert (product["price"], product["sku"], product["availability"]) == ("12.50", "AB-12", "InStock")
    assert product["url"] == "https://shop.example/p/1"
    assert product["sources"]["price"]["reader"] == "visible"
    assert product["brand"] is None


def test_sellers_are_listed_for_people(tmp_path: Path) -> None:
    offers = ", ".join(
        f'{{"@type": "Offer", "price": "{price}", "priceCurrency": "EUR", "seller": {{"name": "{seller}"}}}}'
        for seller, price in (("Meier [1]", "19.90"), ("Krause", "21.90"))
    )
    page = f'<h1>Cup</h1><script type="application/ld+json">{{"@type": "Product", "name": "Cup", "offers": [{offers}]}}'
    (tmp_path / "page.html").write_text(f"{page}</script>")
    shown = run(tmp_path / "page.html")
    for text in ("seller Meier [1], price 19.90, currency EUR", "seller Krause, price 21.90, currency EUR"):
        assert text in shown


def test_an_address_is_fetched_as_a_crawl_would(shop: Shop) -> None:
    shop.page("/p/1", PAGE)
    product = json.loads(run(f"{shop.url}/p/1", "--allow-private", "--json"))
    assert (product["price"], product["sku"]) == ("12.50", "AB-12")
    assert shop.asked[0][0] == "/robots.txt"


def test_a_private_address_is_refused(shop: Shop) -> None:
    shop.page("/p/1", PAGE)
    with pytest.raises(InputError, match=r"could not be fetched \(at a private address\)"):
        run(f"{shop.url}/p/1")
    assert shop.asked == []


def test_a_page_that_is_not_there_is_said_to_be_so(shop: Shop) -> None:
    with pytest.raises(InputError, match=r"could not be fetched \(page not found\); look at the address"):
        run(f"{shop.url}/p/none", "--allow-private")


def test_a_batch_gives_one_line_for_each(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "pages" / "b.html.gz").write_bytes(gzip.compress(PAGE.replace("12,50", "9,90").encode()))
    lines = [
        {"id": "a", "path": "pages/a.html", "url": "https://shop.example/p/1"},
        {"id": 2, "path": "pages/b.html.gz", "url": "https://shop.example/p/2"},
    ]
    output = tmp_path / "out.jsonl"
    assert "2 of 2 pages read" in run("--batch", manifest(tmp_path, *lines), "--output", output)
    first, second = written(output)
    assert (first["id"], first["product"]["price"], second["id"], second["product"]["price"]) == (
        "a",
        "12.50",
        2,
        "9.90",
    )
    assert first["seconds"] > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_cannot_be_read_is_a_line_too_and_the_end_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "cut.html.gz").write_bytes(gzip.compress(PAGE.encode() * 100)[:60])
    (tmp_path / "false.html.gz").write_bytes(PAGE.encode())
    path = manifest(
        tmp_path,
        {"id": "gone", "path": "gone.html", "url": ""},
        "no JSON",
        "",
        {"id": "cut", "path": "cut.html.gz", "url": ""},
        {"id": "false", "path": "false.html.gz", "url": ""},
        {"id": "folder", "path": ".", "url": ""},
        {"id": "nul", "path": "\x00", "url": ""},
        {"id": "no path", "url": ""},
        [1],
        {"id": "a", "path": "a.html", "url": ""},
    )
    output = tmp_path / "out.jsonl"
    with pytest.raises(InputError, match=r"8 of 9 pages could not be read; the first is .*line 1: .*gone\.html"):
        run("--batch", path, "--output", output)
    lines = written(output)
    assert [line["id"] for line in lines] == [
        "gone", None, "cut", "false", "folder", "nul", "no path", None, "a",
    ]  # fmt: skip
    assert all(line["product"] is None and line["error"] for line in lines[:-1])
    assert lines[-1]["product"]["price"] == "12.50"


def test_unpacking_is_bounded(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb.html.gz", "wb") as file:
        file.write(PAGE.encode())
        for _ in range(100):
            file.write(b" " * 1024 * 1024)
    output = tmp_path / "out.jsonl"
    run("--batch", manifest(tmp_path, {"id": 1, "path": "bomb.html.gz", "url": ""}), "--output", output)
    assert written(output)[0]["product"]["price"] == "12.50"


def test_what_cannot_be_done_leaves_an_earlier_output_alone(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("earlier")
    with pytest.raises(InputError, match=r"the manifest .*gone\.jsonl cannot be read"):
        run("--batch", tmp_path / "gone.jsonl", "--output", output)
    assert output.read_text() == "earlier"
    with pytest.raises(InputError, match="cannot be written"):
        run("--batch", manifest(tmp_path), "--output", tmp_path / "no" / "out.jsonl")


@pytest.mark.parametrize("arguments", [[], ["page.html", "--batch", "m"], ["--batch", "m"], ["--output", "o"]])
def test_one_page_or_a_batch(arguments: list[str]) -> None:
    with pytest.raises(InputError, match="give either one FILE_OR_URL, or --batch"):
        run(*arguments)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputError, match=r"gone\.html cannot be read"):
        run("gone.html")

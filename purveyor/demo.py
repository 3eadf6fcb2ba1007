"""`purveyor demo`: the whole loop once on a simulated market, what came of it beside the truth, then the server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import progress
from scrapers.browser.chromium import NO_CHROMIUM

if TYPE_CHECKING:
    from experiments.demo import DemoResult

_DEFAULT_HOME = ".purveyor-demo"
MARKER = "purveyor-demo"
"""The file in a home folder that says a demo made it."""


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the summary instead of serving.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on afterwards.")] = 8000,
) -> None:
    """Run the main job on a simulated market with known answers, then serve it.

    Everything is kept in PURVEYOR_HOME (default ./.purveyor-demo), which is emptied first if an earlier demo made it.

    Example: purveyor demo --once
    """
    from experiments.demo import run_demo
    from purveyor.serve import serve
    from serve.running import listen
    from warehouse.settings import Settings

    if not once:
        listen("127.0.0.1", port).close()  # better told now than after the work
    os.environ.setdefault("PURVEYOR_HOME", _DEFAULT_HOME)
    settings = Settings.load()
    _empty(settings.home)
    with progress() as report:
        result = run_demo(settings, report)
    _print(result, os.environ["PURVEYOR_HOME"], port, once)
    if not once:
        serve(host="127.0.0.1", port=port)


def _empty(home: Path) -> None:
    """Make `home` empty; a home that holds anything but an earlier demo is left alone."""
    from warehouse.errors import ConfigError

    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise ConfigError(f"{home} holds data that no demo made; set PURVEYOR_HOME to another folder")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).write_text("made by purveyor demo, which empties this folder when it runs again\n")


def _print(result: DemoResult, home: str, port: int, once: bool) -> None:
    base = f"http://127.0.0.1:{port}"
    try_it = f"{base}/v1/recommendations?placement=for_you&customer_id={result.customer}&limit=5"
    rows = [
        (
            "Market",
            f"{result.products:,} products, {result.customers:,} customers, {result.order_lines:,} order lines, "
            f"{result.first_day} to {result.last_day} (simulated, seed {result.seed})",
        ),
        *_crawled(result),
        *_priced(result),
        *_recommended(result),
        *_campaigned(result),
        ("Took", f"{result.seconds:.0f} s"),
        ("", ""),
    ]
    if once:
        rows.append(("Serve it", f"PURVEYOR_HOME={home} .venv/bin/purveyor serve --port {port}"))
    rows += [
        ("Console", f"{base}/ and {base}/prices"),
        ("API", f"{base}/openapi.json"),
        ("Try", f"curl -H 'Authorization: Bearer {result.api_key}' '{try_it}'"),
    ]
    typer.echo("\n".join(["", *(f"{name:<12}{text}".rstrip() for name, text in rows)]))


def _crawled(result: DemoResult) -> Iterator[tuple[str, str]]:
    for shop in result.shops:
        invented = f", {shop.invented} that it does not sell" if shop.invented else ""
        health = result.crawls[shop.site]
        drawn = f"; {health.rendered} pages drawn by Chromium" if health.rendered else ""
        yield (
            "Crawled",
            f"{shop.site}: {shop.seen} of the {shop.sold} products it truly sells, {shop.price_right} at the true "
            f"price, {shop.stock_right} in the true stock state{invented}{drawn}",
        )
        if undrawn := health.failures.get("no_browser"):
            yield "", f"{undrawn} of its pages show no price before scripts have run: {NO_CHROMIUM}"
    matches = result.matches
    yield (
        "Matched",
        f"{matches.matched} offers to our products: {_share(matches.precision)} of these matches are right, "
        f"{_share(matches.recall)} of the {matches.true} true ones found; {result.review} offers wait for a person",
    )


def _priced(result: DemoResult) -> Iterator[tuple[str, str]]:
    proposals = result.proposals
    yield "Report", str(result.report)
    yield "Proposals", f"for {len(proposals.proposals)} of {proposals.products} products, by rule {proposals.rule}"
    for cause, products in proposals.without.items():
        yield "", f"none for {products}: {cause}"


def _recommended(result: DemoResult) -> Iterator[tuple[str, str]]:
    for comparison in (result.training.include, result.training.exclude):
        model, popular = comparison.model["hit_rate"], comparison.popularity["hit_rate"]
        what = "all products" if comparison.purchased == "include" else "only products new to the customer"
        yield (
            "Recommender",
            f"hit rate in the top {comparison.k}, {what}: {model.value:.1%} ({model.low:.1%} to {model.high:.1%}), "
            f"popularity {popular.value:.1%}; {comparison.customers:,} customers, held-out weeks",
        )


def _campaigned(result: DemoResult) -> Iterator[tuple[str, str]]:
    audience = result.audience
    yield "Segment", f"{audience.segment}: {audience.members:,} members"
    yield (
        "Audience",
        f"{audience.exported:,} of them for {audience.platform}, {audience.left_out['no_consent']:,} left out for "
        f"want of consent: {audience.output}",
    )
    for comparison in result.readout.comparisons:
        effect = comparison.effect
        truth = result.true_conversion[comparison.variant] - result.true_conversion[result.readout.control]
        missed = "" if effect.low <= truth <= effect.high else ", outside it: one interval in twenty misses"
        yield (
            "A/B test",
            f"{result.readout.experiment}: {comparison.variant} converts {effect.difference * 100:+.1f} points "
            f"(95 % interval {effect.low * 100:+.1f} to {effect.high * 100:+.1f}), p {_p(effect.p_value)}; "
            f"the truth is {truth * 100:+.1f}{missed}",
        )


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"


def _p(value: float) -> str:
    return f"= {value:.4f}" if value >= 0.0001 else "< 0.0001"

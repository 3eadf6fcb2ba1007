"""Reports as one HTML file that needs nothing else: for a browser, a mail, a printer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from pricing.matching.reasons import pack_said
from pricing.matching.report import MatchReport
from pricing.position import ALL, PricePosition
from pricing.reports import figures
from warehouse.errors import InputError


def render(position: PricePosition) -> str:
    """The price position. Texts from shops are escaped, and only http(s) addresses become links."""
    return _template("position.html").render(
        position=position, store=position.store, whole=position.whole, ALL=ALL, missing=_missing(position)
    )


def render_matches(report: MatchReport) -> str:
    """How matching stands. Texts from shops are escaped, and only http(s) addresses become links."""
    return _template("matching.html").render(report=report, missing=_unmatched(report))


def save(html: str, output: Path) -> None:
    """Write the report whole or not at all. InputError where the file cannot be written."""
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_text(html, encoding="utf-8")
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        said = error.strerror or type(error).__name__
        raise InputError(f"{output}: cannot be written ({said}); name a file in a folder that exists") from None


def _missing(position: PricePosition) -> str | None:
    """What to do where nothing can be compared yet; None where something is."""
    if position.headline is not None:
        return None
    store, whole = position.store, position.whole
    if not store.active:
        return "There are no products yet. Import them: purveyor import products FILE."
    if not store.on_sale:
        return f"{figures.counted(store.active, 'product')}, but no price here. Import: purveyor import products FILE."
    if not position.sites:
        return "No competitor's offer has been seen yet. Watch a shop: purveyor sites add URL."
    if not whole.matched:
        return "No offer is matched to a product on sale here. Match them: purveyor match."
    if not whole.fresh:
        return "Every matched offer is older than the window. Crawl again: purveyor crawl SITE."
    return "No matched offer can be compared; the causes are listed below."


def _unmatched(report: MatchReport) -> str | None:
    """What to do where nothing can be matched yet; None where something is."""
    if not report.products:
        return "There are no products yet. Import them: purveyor import products FILE."
    if not report.whole.offers:
        return "No competitor's offer has been seen yet. Watch a shop: purveyor sites add URL."
    if report.whole.unmatched == report.whole.offers:
        return "No offer is matched to a product on sale. Match them: purveyor match."
    return None


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("pricing.reports", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = (
        "count", "counted", "share", "index", "signed", "money", "moment", "age", "web_address", "shade", "bar",
        "percent",
    )  # fmt: skip
    environment.filters.update({name: getattr(figures, name) for name in names})
    environment.filters["pack_said"] = pack_said
    return environment.get_template(name)

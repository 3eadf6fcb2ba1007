"""`purveyor match run` and `purveyor match report`: matching everything, and how it stands."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse, progress

if TYPE_CHECKING:
    from pricing.matching.report import MatchReport
    from pricing.matching.run import MatchRun
    from pricing.matching.verdicts.learned import ModelInUse

Precision = Annotated[
    float | None,
    typer.Option(
        min=0.5,
        max=0.9999,
        help="Share of the matches made without a person that shall be right; default: that of purveyor.yaml, or 0.99.",
    ),
]


def run(target_precision: Precision = None, as_json: Json = False) -> None:
    """Judge the newest observation of every offer and keep the verdicts in the table `matches`.

    What people decided stands. Then identifiers decide, then a model as far as the target precision allows. What is
    likely but leaves something open gets the verdict `review`, with the open point in `reason`. Only what is new since
    the last run is scored.

    Example: purveyor match run --target-precision 0.995
    """
    from pricing.matching.run import run_matching

    with open_warehouse() as warehouse, progress() as report:
        found = run_matching(warehouse, target_precision=target_precision, progress=report)
    emit(asdict(found), as_json, _ran(found))


def report(
    output: Annotated[Path | None, typer.Option(help="An HTML file to write; it needs no other file.")] = None,
    as_json: Json = False,
) -> None:
    """Say how matching stands: by method and site, coverage, what waits for review, changed pages, other packs.

    Example: purveyor match report --output matches.html
    """
    from pricing.matching.report import match_report
    from pricing.reports import render_matches, save

    with open_warehouse() as warehouse:
        found = match_report(warehouse)
    if output is not None:
        save(render_matches(found), output)
    text = _told(found) if output is None else f"{_told(found)}\n{output}"
    emit({"output": output, **asdict(found)}, as_json, text)


def _ran(found: MatchRun) -> str:
    matched = found.by_gtin + found.by_mpn + found.by_model + found.by_people
    lines = [
        f"{found.offers:,} offers against {found.products:,} products: {matched:,} matched ({found.by_gtin:,} by GTIN, "
        f"{found.by_mpn:,} by part number, {found.by_model:,} by the model, {found.by_people:,} by people), "
        f"{found.review:,} to review, {found.unmatched:,} none of ours; {found.changed:,} verdicts changed"
    ]
    if not found.products:
        lines.append("There is no product on sale to match them with; bring yours in: purveyor import products FILE")
    if found.expected_precision is not None:
        lines.append(f"Of the model's matches {found.expected_precision:.1%} are expected to be right")
    if found.other_pack or found.equivalent:
        lines.append(f"{found.other_pack:,} other packs and {found.equivalent:,} equivalents, as people decided")
    if found.changed_pages:
        lines.append(f"{found.changed_pages:,} pages seem to show another product since a verdict: look at them again")
    return "\n".join(lines)


def _model(model: ModelInUse) -> str:
    if model.learned_at is not None:
        return f"The model {model.version} has learned from {model.verdicts:,} verdicts, on {model.learned_at:%Y-%m-%d}"
    again = "; the store's own is of another version of Purveyor, make it anew with purveyor match train"
    return f"The model {model.version} comes with Purveyor{again if model.outdated else ''}"


def _told(found: MatchReport) -> str:
    from pricing.reports.figures import percent, share

    whole = found.whole
    compared = whole.matched + whole.other_pack
    of_offers, of_products = share(compared, whole.offers), share(found.matched_products, found.products)
    lines = [
        f"{compared:,} of {whole.offers:,} offers matched ({of_offers}); "
        f"{found.matched_products:,} of {found.products:,} products on sale have a matched offer ({of_products})",
        f"By GTIN {whole.by_gtin:,}, by part number {whole.by_mpn:,}, by the model {whole.by_model:,} (precision "
        f"expected {percent(whole.expected_precision)}), by people {whole.by_people:,}; "
        f"other packs {whole.other_pack:,}, equivalents {whole.equivalent:,}",
        f"{whole.review:,} to review; {whole.changed_pages:,} pages changed since a verdict; "
        f"{whole.unmatched:,} none of ours",
    ]
    lines.append(_model(found.model))
    width = max((len(s.site) for s in found.sites), default=0)
    lines += [
        f"  {s.site:<{width}}  {s.offers:>9,} offers  {s.matched + s.other_pack:>9,} matched  "
        f"{s.review:>7,} to review  {s.products:>9,} products of ours"
        for s in found.sites
    ]
    return "\n".join(lines)

"""`purveyor match`: which competitor's offer is which product of ours."""

from __future__ import annotations

from dataclasses import asdict

import typer

from purveyor.common import Json, emit, open_warehouse, progress

app = typer.Typer(invoke_without_command=True)


@app.callback()
def match(context: typer.Context, as_json: Json = False) -> None:
    """Find which competitor's offer is which product of ours: by GTIN, then by title. Without a subcommand: run.

    Example: purveyor match --json
    """
    if context.invoked_subcommand is None:
        run(as_json)


@app.command()
def run(as_json: Json = False) -> None:
    """Judge the newest observation of every offer and keep the verdicts in the table `matches`.

    What is close but leaves something open gets the verdict `review`, with the open point in `reason`.

    Example: purveyor match run
    """
    from pricing.matching.run import run_matching

    with open_warehouse() as warehouse, progress() as report:
        found = run_matching(warehouse, progress=report)
    text = (
        f"{found.offers:,} offers against {found.products:,} products: {found.by_gtin + found.by_title:,} matched "
        f"({found.by_gtin:,} by GTIN, {found.by_title:,} by title), {found.review:,} to review, "
        f"{found.unmatched:,} like nothing of ours; {found.changed:,} verdicts changed"
    )
    emit(asdict(found), as_json, text)

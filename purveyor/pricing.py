"""`purveyor pricing`: where our prices stand in the market, and what they could be."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse

if TYPE_CHECKING:
    from pricing.position import PricePosition
    from pricing.proposals import ProposalRun

app = typer.Typer(help="See where prices stand in the market, and have new ones proposed.", no_args_is_help=True)

Store = Annotated[str | None, typer.Option(help="The store; needed only where there are several.")]
Days = Annotated[int, typer.Option("--fresh-days", min=1, max=365, help="Days that an offer speaks for the market.")]

_SHOWN = 10


@app.command()
def report(
    output: Annotated[Path, typer.Option(help="The HTML file to write; it needs no other file.")],
    store: Store = None,
    fresh_days: Days = 3,
    as_json: Json = False,
) -> None:
    """Write the price position report: index by category and competitor, gaps, coverage, freshness.

    Example: purveyor pricing report --output report.html
    """
    from pricing.position import price_position
    from pricing.reports import render, save
    from warehouse.stores import chosen_store

    with open_warehouse() as warehouse:
        store_id = chosen_store(warehouse, store)
        now = warehouse.clock()
        with warehouse.session() as session:
            position = price_position(session, store_id, now, window=timedelta(days=fresh_days))
    save(render(position), output)
    emit({"output": output, **asdict(position)}, as_json, f"{_headline(position)}\n{output}")


@app.command()
def propose(
    rules: Annotated[
        Path | None, typer.Option(help="A rule in YAML; default: the one used last, else follow the median.")
    ] = None,
    store: Store = None,
    fresh_days: Days = 3,
    as_json: Json = False,
) -> None:
    """Propose prices by a rule: near the market, within a step, never under cost plus a margin.

    Example: purveyor pricing propose --rules rule.yaml
    """
    from pricing.proposals import propose as run_rule
    from pricing.rules import load_rule
    from warehouse.stores import chosen_store

    rule = None if rules is None else load_rule(rules)
    with open_warehouse() as warehouse:
        run = run_rule(warehouse, chosen_store(warehouse, store), rule, window=timedelta(days=fresh_days))
    emit(asdict(run), as_json, _told(run))


def _headline(position: PricePosition) -> str:
    whole, top = position.whole, position.headline
    covered = f"{whole.fresh:,} of {whole.products:,} products on sale have a fresh matched offer"
    if top is None or top.price_index is None:
        return f"Not enough data for a price index: {covered}"
    return f"Price index {top.price_index:.1f} (100 = the market) over {_counted(top.products, 'product')}; {covered}"


def _counted(value: int, noun: str) -> str:
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def _told(run: ProposalRun) -> str:
    up = sum(p.proposed_price > p.price for p in run.proposals)
    lines = [
        f"{_counted(len(run.proposals), 'proposal')} for {_counted(run.products, 'product')} by rule {run.rule}: "
        f"{up:,} up, {len(run.proposals) - up:,} down (run {run.run_id})"
    ]
    widest = sorted(run.proposals, key=lambda p: (-abs(p.proposed_price / p.price - 1), p.sku))
    lines += [f"  {p.sku}: {p.price:.2f} to {p.proposed_price:.2f} {run.currency}. {p.reason}" for p in widest[:_SHOWN]]
    if len(run.proposals) > _SHOWN:
        lines.append(f"  … and {len(run.proposals) - _SHOWN:,} more in the table price_proposals")
    lines += [f"No proposal for {count:,}: {cause}" for cause, count in run.without.items()]
    return "\n".join(lines)

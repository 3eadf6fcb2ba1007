"""`purveyor recommender`: train, judge and release the recommender; write its answers for many customers."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse, progress

if TYPE_CHECKING:
    from experiments.training import TrainingResult
    from recommender.evaluation import Comparison

app = typer.Typer(help="Recommend products: train, and export for many customers.", no_args_is_help=True)


class Purchased(StrEnum):
    """Whether products that the customer bought before may be recommended."""

    include = "include"
    exclude = "exclude"


@app.command()
def train(
    store: Annotated[str | None, typer.Option(help="Learn from this store's orders only; default: all stores.")] = None,
    as_json: Json = False,
) -> None:
    """Train on all orders, judge on the latest weeks beside plain popularity, and release.

    A release that is clearly worse than popularity does not become the current one.

    Runs are kept for MLflow in the home folder: mlflow ui --backend-store-uri sqlite:///$PURVEYOR_HOME/mlflow.db

    Example: purveyor recommender train --json
    """
    from experiments.training import train as train_and_release

    with open_warehouse() as warehouse, progress() as show:
        result = train_and_release(warehouse, store=store, progress=show)
    emit(_payload(result), as_json, _text(result))


@app.command()
def use(
    version: Annotated[str, typer.Argument(help="A release, as `train` names it; any older one that is still kept.")],
    as_json: Json = False,
) -> None:
    """Let another release answer from now on, such as the one before the last.

    Example: purveyor recommender use 20260504T020000.000000Z-3f2a91c0
    """
    from recommender.answers import KIND

    with open_warehouse() as warehouse:
        chosen = warehouse.artifacts.make_current(KIND, version)
    emit({"model_version": chosen.version}, as_json, f"{chosen.version} answers from now on")


@app.command()
def export(
    customers: Annotated[Path, typer.Option(help="CSV file with the column customer_id.")],
    output: Annotated[Path, typer.Option(help="CSV file to write: customer_id, rank, sku, score.")],
    limit: Annotated[int, typer.Option(help="Products for each customer, at most 200.")] = 20,
    purchased: Annotated[
        Purchased, typer.Option(help="Whether products the customer bought before may be among them.")
    ] = Purchased.include,
    as_json: Json = False,
) -> None:
    """Write recommendations for every customer in a file; who is not known gets what is popular.

    Example: purveyor recommender export --customers customers.csv --limit 20 --purchased exclude --output for-you.csv
    """
    from recommender.export import export as write

    with open_warehouse() as warehouse, progress() as show:
        found = write(warehouse, customers, output, limit=limit, purchased=purchased.value, progress=show)
    payload = {
        "output": found.output,
        "model_version": found.model_version,
        "customers": found.customers,
        "popular": found.popular,
        "repeated": found.repeated,
        "blank": found.blank,
        "rows": found.rows,
    }
    text = f"{found.rows:,} recommendations for {found.customers:,} customers in {found.output}"
    if found.popular:
        text += f"; {found.popular:,} of them without known orders got what is popular"
    if found.repeated or found.blank:
        text += f" ({found.repeated:,} rows named a customer again, {found.blank:,} named none)"
    emit(payload, as_json, text)


def _payload(result: TrainingResult) -> dict[str, object]:
    def figures(comparison: Comparison) -> dict[str, object]:
        groups = {"model": comparison.model, "popularity": comparison.popularity, "gain": comparison.gain}
        estimates = {
            group: {f"{metric}_at_{comparison.k}": asdict(estimate) for metric, estimate in found.items()}
            for group, found in groups.items()
        }
        return {"customers": comparison.customers, "windows": comparison.windows, **estimates, "p": comparison.p_value}

    return {
        "model_version": result.version,
        "current": result.current,
        "mlflow_run": result.run_id,
        "purchases": result.purchases,
        "customers": result.customers,
        "skus": result.skus,
        "relations": result.relations,
        "learned_before": result.until,
        "judged_from": list(result.cutoffs),
        "include": figures(result.include),
        "exclude": figures(result.exclude),
    }


def _text(result: TrainingResult) -> str:
    lines = [
        f"released {result.version}: {result.purchases:,} purchases of {result.customers:,} customers, "
        f"{result.skus:,} products, {result.relations:,} bought-together relations",
        f"judged on the {result.weeks} weeks from each of {', '.join(day.isoformat() for day in result.cutoffs)}, "
        "by models that knew only what came before (95% intervals):",
    ]
    for comparison in (result.include, result.exclude):
        what = "all products" if comparison.purchased == "include" else "products new to the customer"
        lines.append(f"  {what}, {comparison.customers:,} customers")
        for metric, ours in comparison.model.items():
            theirs = comparison.popularity[metric]
            name = f"{metric.replace('_', ' ')}@{comparison.k}"
            lines.append(
                f"    {name:<12} {ours.value:.3f} ({ours.low:.3f} to {ours.high:.3f})   "
                f"popularity {theirs.value:.3f} ({theirs.low:.3f} to {theirs.high:.3f})"
            )
        lines.append(f"    better than popularity by chance: p = {comparison.p_value:.4f} (paired test on ndcg)")
    if not result.current:
        lines.append(
            "clearly worse than popularity: the release before it stays current; to use this one all the same: "
            f"purveyor recommender use {result.version}"
        )
    return "\n".join(lines)

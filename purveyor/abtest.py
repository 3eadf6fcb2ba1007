"""`purveyor abtest`: start A/B tests, read them and stop them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from purveyor.common import Json, emit, open_warehouse

app = typer.Typer(help="Start A/B tests, read them and stop them.", no_args_is_help=True)


@app.command()
def start(
    file: Annotated[Path, typer.Argument(help="The test's YAML file; campaigns/README.md shows how to write one.")],
    as_json: Json = False,
) -> None:
    """Start a test; from then on units are assigned and exposures recorded.

    Example: purveyor abtest start free-shipping.yaml
    """
    from campaigns.abtests import read_definition
    from campaigns.abtests import start as start_test

    definition = read_definition(file)
    with open_warehouse() as warehouse:
        running = start_test(warehouse, definition)
    shares = ", ".join(f"{name} {weight:g}" for name, weight in definition.variants)
    payload = {
        "experiment": running.key,
        "status": running.status,
        "started_at": running.started_at,
        "variants": running.variants,
        "metric": running.metric,
    }
    emit(
        payload,
        as_json,
        f"{running.key} runs since {running.started_at:%Y-%m-%d %H:%M} UTC: {shares}\n"
        f"next: ask /v1/experiments/{running.key}/assignment for each visitor, "
        f"then: purveyor abtest readout {running.key}",
    )


@app.command()
def readout(
    key: Annotated[str, typer.Argument(help="The test's key.")],
    engine: Annotated[str | None, typer.Option(help="duckdb or spark; default: PURVEYOR_ENGINE.")] = None,
    as_json: Json = False,
) -> None:
    """Read a test: whether the split is right, and what each variant did against the control.

    Example: purveyor abtest readout free-shipping
    """
    from campaigns.abtests import in_words
    from campaigns.abtests import readout as read

    with open_warehouse() as warehouse:
        result = read(warehouse, key, engine=engine)
    emit(result.as_json(), as_json, in_words(result))


@app.command()
def stop(key: Annotated[str, typer.Argument(help="The test's key.")], as_json: Json = False) -> None:
    """Stop a test for good: no more exposures are recorded; what was recorded can still be read.

    Example: purveyor abtest stop free-shipping
    """
    from campaigns.abtests import stop as stop_test

    with open_warehouse() as warehouse:
        stopped = stop_test(warehouse, key)
    emit(
        {"experiment": stopped.key, "status": stopped.status},
        as_json,
        f"{stopped.key} is stopped; read it with: purveyor abtest readout {stopped.key}",
    )

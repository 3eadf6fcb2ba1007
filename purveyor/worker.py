"""`purveyor worker`: does the jobs, on schedule and when asked."""

from __future__ import annotations

from typing import Annotated

import typer

from purveyor.common import open_warehouse


def worker(
    parallel: Annotated[
        int,
        typer.Option(min=1, max=64, help="Runs at a time in each worker; of several workers the last one decides."),
    ] = 2,
) -> None:
    """Do the jobs: what is due by the schedule, and what `purveyor jobs run` asks for. Runs until it is stopped.

    Any number may run, on one machine or, where the jobs are in PostgreSQL, on several. When one is killed, the others
    do its runs again within seconds. Stop it with Ctrl-C or SIGTERM: what it has not finished goes back to the queue.

    Example: purveyor worker --parallel 4
    """
    from purveyor.all_jobs import REGISTRY
    from warehouse.jobs.worker import work

    with open_warehouse() as warehouse:
        work(warehouse, REGISTRY, parallel=parallel, say=typer.echo)

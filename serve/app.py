"""The application: routes, errors, limits, and what the server keeps open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI

from serve import assignments, events, health, matches, prices, problems, recommendations, segments
from serve.assignments import record
from serve.console import jobs as console_jobs
from serve.console import matches as console_matches
from serve.console import pages
from serve.console import sites as console_sites
from serve.console.overview import lake_facts
from serve.current import current_model
from serve.gathering import Gathering
from serve.inbox import Inbox
from serve.market import market_prices, positions
from serve.middleware import AccessLog, BodyLimit, SecurityHeaders
from serve.openapi import describe
from serve.state import State
from serve.titles import product_titles
from warehouse.house import Warehouse
from warehouse.jobs.job import Job
from warehouse.tables import EVENTS, EXPOSURES

POLL_SECONDS = 3.0
"""How far an answer may be behind a new release or new products."""

MOST_BODY_BYTES = 2 * 1024 * 1024
"""The largest body that is read: 1000 events of 2 kB."""


def create_app(
    warehouse: Warehouse,
    *,
    host: str = "127.0.0.1",
    jobs: Sequence[Job] = (),
    allow_private: bool = False,
    poll_seconds: float = POLL_SECONDS,
) -> FastAPI:
    """The API and the console over `warehouse`, which stays the caller's to close.

    `host` is the address that the server will be bound to; it decides who may open the console without a key (see
    `serve.console.gate`). `jobs` are those the console shows and may ask for. `allow_private` lets shops at
    private addresses be added there. `poll_seconds` is how often a new release, and new data for titles and prices, is
    looked for.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        lake = warehouse.lake
        with (
            Gathering(Inbox(warehouse).write, tidy=partial(lake.compact, EVENTS)) as deliveries,
            Gathering(partial(record, warehouse), tidy=partial(lake.compact, EXPOSURES)) as exposures,
        ):
            app.state.serving = State(
                warehouse=warehouse,
                host=host,
                allow_private=allow_private,
                jobs=jobs,
                model=current_model(warehouse, poll_seconds=poll_seconds),
                titles=product_titles(warehouse, poll_seconds=poll_seconds),
                facts=lake_facts(warehouse, poll_seconds=poll_seconds),
                prices=market_prices(warehouse, poll_seconds=poll_seconds),
                positions=positions(warehouse, poll_seconds=poll_seconds),
                events=deliveries,
                exposures=exposures,
            )
            yield

    app = FastAPI(
        title="Purveyor",
        version=version("purveyor"),
        lifespan=lifespan,
        # The interactive pages of FastAPI load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for module in (recommendations, events, prices, matches, segments, assignments, health):
        app.include_router(module.router)
    app.include_router(pages.router)
    app.include_router(console_jobs.router)
    app.include_router(console_sites.router)
    app.include_router(console_matches.router)
    problems.install(app)
    describe(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit, most=MOST_BODY_BYTES)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(AccessLog)
    return app

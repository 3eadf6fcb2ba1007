"""What one running server holds, and how a route gets at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import pyarrow as pa
from fastapi import Depends, Request

from pricing.position import PricePosition
from recommender.answers import Recommender
from serve.console.overview import LakeFacts
from serve.fresh import Fresh
from serve.gathering import Gathering
from serve.inbox import Delivery, Receipt
from serve.market import ByStore
from warehouse.house import Warehouse
from warehouse.jobs.job import Job


@dataclass(frozen=True)
class State:
    """One server's warehouse and what it keeps open. `host` is the address the server is bound to, `jobs` every job
    there is, `allow_private` whether shops at private addresses may be added in the console."""

    warehouse: Warehouse
    host: str
    allow_private: bool
    jobs: Sequence[Job]
    model: Fresh[Recommender, str]
    titles: Fresh[dict[str, str], tuple[int, ...]]
    facts: Fresh[LakeFacts, tuple[int, ...]]
    prices: ByStore[pa.Table]
    positions: ByStore[PricePosition]
    events: Gathering[Delivery, Receipt]
    exposures: Gathering[tuple[str, str], None]


async def _state(request: Request) -> State:
    state = request.app.state.serving
    assert isinstance(state, State)
    return state


Serving = Annotated[State, Depends(_state)]
"""A route's parameter of this type gets the server's state."""

"""`/v1/experiments/{key}/assignment`: which variant of an A/B test a unit gets, and that it saw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from campaigns.abtests.exposure import expose, variant_of
from serve.access import scoped
from serve.problems import documented
from serve.state import Serving
from warehouse.house import Warehouse
from warehouse.records.experiments import get_experiment

router = APIRouter(tags=["experiments"])

Key = Annotated[str, Path(max_length=200, description="The experiment's key")]
Unit = Annotated[str, Query(min_length=1, max_length=200, description="The randomised unit, usually a customer_id")]


class AssignmentAnswer(BaseModel):
    """The variant that a unit gets; the same unit always gets the same."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"experiment": "free-shipping", "unit_id": "C-1042", "variant": "free_over_30", "recorded": True}
        }
    )

    experiment: str
    unit_id: str
    variant: str
    recorded: bool = Field(description="Whether this request made sure that the exposure is in the lake")


@router.get(
    "/v1/experiments/{key}/assignment",
    dependencies=[scoped("experiments")],
    responses=documented(404),
    summary="Look up a variant",
)
def look_up(key: Key, unit_id: Unit, serving: Serving) -> AssignmentAnswer:
    """Which variant the unit gets. Nothing is recorded: use POST when you are about to show it."""
    variant = variant_of(serving.warehouse, key, unit_id)
    return AssignmentAnswer(experiment=key, unit_id=unit_id, variant=variant, recorded=False)


@router.post(
    "/v1/experiments/{key}/assignment",
    dependencies=[scoped("experiments")],
    responses=documented(404, 409),
    summary="Get a variant to show, and record that",
)
async def assign_and_record(key: Key, unit_id: Unit, serving: Serving) -> AssignmentAnswer:
    """Which variant to show. Its first exposure is in the lake when this answers; asking again changes nothing.

    409 where the experiment is not running: show the unit what everybody saw before.
    """
    variant = await run_in_threadpool(_running_variant, serving.warehouse, key, unit_id)
    await serving.exposures.written((key, unit_id))
    return AssignmentAnswer(experiment=key, unit_id=unit_id, variant=variant, recorded=True)


def _running_variant(warehouse: Warehouse, key: str, unit_id: str) -> str:
    with warehouse.records.reading() as tx:
        status = get_experiment(tx, key).status
    if status != "running":
        raise HTTPException(409, f"experiment {key!r} is {status}, not running; no exposure was recorded")
    return variant_of(warehouse, key, unit_id)


def record(warehouse: Warehouse, exposed: Sequence[tuple[str, str]]) -> list[None]:
    """Record the first exposures of (experiment, unit) pairs, one commit for each experiment."""
    for experiment in dict.fromkeys(key for key, _ in exposed):
        expose(warehouse, experiment, list(dict.fromkeys(unit for key, unit in exposed if key == experiment)))
    return [None] * len(exposed)

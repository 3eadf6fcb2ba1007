"""`/v1/segments`: the segments there are, how large they were when last computed, and who is in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from campaigns.segments import newest_computations
from serve.access import scoped
from serve.problems import documented
from serve.state import Serving
from warehouse.errors import NotFound
from warehouse.questions import Question
from warehouse.records import SegmentDefinition
from warehouse.records.definitions import get_definition, list_definitions
from warehouse.tables import INTEGER, STRING

router = APIRouter(tags=["segments"])

MEMBERS_PAGE = Question.read(
    __name__,
    "members_page.sql",
    result=pa.schema([pa.field("customer_id", STRING)]),
    key=("customer_id",),
    params={"segment": STRING, "version": STRING, "after": STRING, "most": INTEGER},
)


class SegmentAnswer(BaseModel):
    """A segment's newest definition and its newest computation."""

    name: str = Field(description="Its name")
    definition_version: int = Field(description="The newest version of the definition")
    definition: dict[str, Any] = Field(description="The rule, in the shape of its YAML file")
    members: int | None = Field(description="How many customers were in it when last computed; null: never computed")
    members_version: str | None = Field(description="Names that computation: the definition, the data and the day")
    computed_at: datetime | None = Field(description="When it was last computed")


class SegmentsAnswer(BaseModel):
    """All segments, by name."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "segments": [
                    {
                        "name": "lapsed-regulars",
                        "definition_version": 2,
                        "definition": {
                            "segment": "lapsed-regulars",
                            "as_of": "last_order",
                            "where": {"orders": {"at_least": "3"}, "days_since_last_order": {"more_than": "90"}},
                        },
                        "members": 412,
                        "members_version": "9c1f2b7a40d3e586",
                        "computed_at": "2026-05-04T02:10:00Z",
                    }
                ]
            }
        }
    )

    segments: list[SegmentAnswer]


class MembersAnswer(BaseModel):
    """One page of a segment's members, ordered by customer_id."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "lapsed-regulars",
                "members_version": "9c1f2b7a40d3e586",
                "computed_at": "2026-05-04T02:10:00Z",
                "customer_ids": ["C-1042", "C-1077"],
                "next_after": "C-1077",
            }
        }
    )

    name: str
    members_version: str = Field(description="The computation that this page is of; the next run has another")
    computed_at: datetime
    customer_ids: list[str] = Field(description="Erased customers are left out")
    next_after: str | None = Field(description="Send it as `after` for the next page; null on the last one")


@router.get("/v1/segments", dependencies=[scoped("segments")], summary="List segments")
def list_segments(serving: Serving) -> SegmentsAnswer:
    """Every segment with its definition and its size when last computed."""
    computed = {found.segment: found for found in newest_computations(serving.warehouse)}
    with serving.warehouse.records.reading() as tx:
        definitions = list_definitions(tx, SegmentDefinition)
    return SegmentsAnswer(
        segments=[
            SegmentAnswer(
                name=definition.name,
                definition_version=definition.version,
                definition=definition.definition,
                members=newest.members if (newest := computed.get(definition.name)) else None,
                members_version=newest.version if newest else None,
                computed_at=newest.computed_at if newest else None,
            )
            for definition in definitions
        ]
    )


@router.get(
    "/v1/segments/{name}/members",
    dependencies=[scoped("segments")],
    responses=documented(404),
    summary="Page through a segment's members",
)
def list_members(
    name: Annotated[str, Path(max_length=200)],
    serving: Serving,
    after: Annotated[str, Query(max_length=255, description="The last customer_id of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=10_000, description="Customers on a page")] = 1000,
) -> MembersAnswer:
    """The members as last computed. Their `members_version` tells whether two pages are of the same computation."""
    newest = next((found for found in newest_computations(serving.warehouse) if found.segment == name), None)
    if newest is None:
        with serving.warehouse.records.reading() as tx:
            get_definition(tx, SegmentDefinition, name)  # NotFound names the segments there are
        raise NotFound(f"segment {name!r} has not been computed yet; run `purveyor campaigns segment`")
    with serving.warehouse.session(engine="duckdb") as session:
        found = session.ask(MEMBERS_PAGE, segment=name, version=newest.version, after=after, most=limit + 1)
    ids = sorted(found["customer_id"].to_pylist())
    return MembersAnswer(
        name=name,
        members_version=newest.version,
        computed_at=newest.computed_at,
        customer_ids=ids[:limit],
        next_after=ids[limit - 1] if len(ids) > limit else None,
    )

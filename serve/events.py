"""`/v1/events`: what happens in the storefront, acknowledged only when it is in the lake."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.exceptions import RequestValidationError
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    GetJsonSchemaHandler,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from ulid import ULID

from serve.access import scoped
from serve.problems import documented
from serve.state import Serving
from warehouse.money import is_currency

router = APIRouter(tags=["events"])

MOST_EVENTS = 1000
_LONGEST_PROPERTIES = 10_000
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCK_SKEW = timedelta(days=1)

Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]


def _iso_text(value: object) -> object:
    if not isinstance(value, str) or value[4:5] != "-":
        raise ValueError("give an ISO 8601 text with a zone, such as 2026-05-04T09:30:00Z; numbers are ambiguous")
    return value


class Event(BaseModel):
    """One storefront event."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "event_id": "01JTC4Y5W4N3Q7D9V3M2X8R6KZ",
                "event_type": "add_to_cart",
                "occurred_at": "2026-05-04T09:30:00Z",
                "customer_id": "C-1042",
                "sku": "MUG-BLUE",
                "quantity": 2,
                "price": "7.90",
                "currency": "EUR",
                "request_id": "01JTC4XZ0B7M4Q1T8N5V9W2K3H",
                "placement": "for_you",
            }
        },
    )

    event_id: Id | None = Field(
        default=None, description="Your id of the event; a retry carries the same. One is assigned where it is missing"
    )
    event_type: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,49}$", description="view, add_to_cart, purchase, click, impression, open, ..."
    )
    occurred_at: Annotated[AwareDatetime, BeforeValidator(_iso_text)] = Field(
        description="When it happened, ISO 8601 with a zone; not before 2000 nor more than a day ahead"
    )
    customer_id: Id | None = Field(default=None, description="Who, where known")
    anonymous_id: Id | None = Field(default=None, description="The browser, where the person is unknown")
    session_id: Id | None = Field(default=None, description="The visit")
    store_id: Id | None = Field(default=None, description="Where")
    sku: Id | None = Field(default=None, description="Which product")
    quantity: FiniteFloat | None = Field(default=None, description="Units")
    price: Decimal | None = Field(
        default=None, ge=0, max_digits=18, decimal_places=4, description="Price shown or paid; needs a currency"
    )
    currency: str | None = Field(default=None, description="ISO 4217 code of the price")
    request_id: Text | None = Field(default=None, description="The recommendation answer this reacts to")
    placement: Text | None = Field(default=None, description="Where on the page")
    campaign: Text | None = Field(default=None, description="The campaign that brought it")
    properties: dict[str, Any] | None = Field(
        default=None, description="Anything else, up to 10,000 characters as JSON"
    )

    @field_validator("occurred_at")
    @classmethod
    def _not_long_ago(cls, value: datetime) -> datetime:
        if value < _EARLIEST:
            raise ValueError("lies before the year 2000; check the sender's clock")
        return value

    @field_validator("currency")
    @classmethod
    def _exists(cls, value: str | None) -> str | None:
        if value is not None and not is_currency(value):
            raise ValueError("is not an ISO 4217 currency in use, such as EUR")
        return value

    @field_validator("properties")
    @classmethod
    def _storable(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None:
            try:
                text = json.dumps(value, allow_nan=False)
            except (ValueError, RecursionError):
                raise ValueError("must be plain JSON: no NaN, no Infinity, not nested without end") from None
            if len(text) > _LONGEST_PROPERTIES:
                raise ValueError(f"is longer than {_LONGEST_PROPERTIES} characters as JSON")
        return value

    @model_validator(mode="after")
    def _price_with_currency(self) -> Event:
        if self.price is not None and self.currency is None:
            raise ValueError("price needs a currency beside it")
        return self

    def row(self, now: datetime) -> dict[str, object]:
        """The event as a row of the lake's `events`, received_at excepted; an id assigned carries the time `now`."""
        row: dict[str, object] = self.model_dump(exclude={"properties"})
        row["event_id"] = self.event_id or str(ULID.from_datetime(now))
        row["properties"] = json.dumps(self.properties) if self.properties is not None else None
        return row


class _OneOrList:
    """Documents that a single item may stand for a list of one."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        return {"anyOf": [schema["items"], schema]}


Events = Annotated[
    list[Event],
    Field(min_length=1, max_length=MOST_EVENTS),
    BeforeValidator(lambda sent: sent if isinstance(sent, list) else [sent]),
    _OneOrList(),
]


class EventsAnswer(BaseModel):
    """What became of the events sent; all of them are in the lake now."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"accepted": 1, "duplicates": 0, "event_ids": ["01JTC4Y5W4N3Q7D9V3M2X8R6KZ"]}}
    )

    accepted: int = Field(description="Events written by this request")
    duplicates: int = Field(description="Events whose event_id was there already, or stood twice in this request")
    event_ids: list[str] = Field(description="The id of each event, in the order sent")


@router.post(
    "/v1/events",
    status_code=202,
    response_model=EventsAnswer,
    dependencies=[scoped("events")],
    responses=documented(400, 413),
    summary="Send storefront events",
)
async def send_events(
    events: Annotated[Events, Body(description="One event, or a list of up to 1000")], serving: Serving
) -> EventsAnswer:
    """Answers 202 only when every event is in the lake: what was acknowledged survives a crash of this server.

    Where you get anything else, or nothing, send the same request again: an event is stored once per `event_id`.
    Faults name their place as `body.<number>.<field>`, numbered from 0; a single event is number 0.
    """
    now = serving.warehouse.clock()
    ahead = [number for number, event in enumerate(events) if event.occurred_at > now + _CLOCK_SKEW]
    if ahead:
        raise RequestValidationError(
            [
                {"loc": ("body", number, "occurred_at"), "msg": "lies more than a day ahead; check the sender's clock"}
                for number in ahead
            ]
        )
    rows = [event.row(now) for event in events]
    receipt = await serving.events.written(rows, size=len(rows))
    return EventsAnswer(
        accepted=receipt.accepted,
        duplicates=receipt.duplicates,
        event_ids=[str(row["event_id"]) for row in rows],
    )

"""Every error as a problem document: RFC 9457, `application/problem+json`.

What a caller did wrong is told with the place. What is wrong on our side is logged here and told in general words only:
texts of lake and configuration errors name paths, which are nobody's business outside.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from warehouse.errors import InputError, NotEnoughData, NotFound, PurveyorError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

_MAX_ERRORS = 50
"""So many faults of one request are listed; a thousand bad events need not become a thousand lines."""


class Fault(BaseModel):
    """One fault of a request, with its place."""

    place: str = Field(description="`body`, `query` or `path`, then the way to the value", examples=["body.3.sku"])
    detail: str = Field(description="What is wrong with it", examples=["Field required"])


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Unprocessable Content",
                "status": 422,
                "detail": "the request has 1 fault",
                "instance": "/v1/events",
                "errors": [{"place": "body.occurred_at", "detail": "Input should have timezone info"}],
            }
        }
    )

    type: str = Field(default="about:blank", description="Always `about:blank`: the status says which kind it is")
    title: str = Field(description="The status in words")
    status: int = Field(description="The HTTP status")
    detail: str = Field(description="What happened and what to do, for people")
    instance: str = Field(description="The path asked for")
    errors: list[Fault] | None = Field(default=None, description="The faults of a request that could not be read")


class UnavailableError(Exception):
    """Something this answer needs is missing or out of reach at the moment: 503. The text is shown to the caller."""


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for OpenAPI: these statuses, each answered as a problem document."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def problem(
    path: str,
    status: int,
    detail: str,
    *,
    errors: list[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem document as a response."""
    document = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, instance=path, errors=errors)
    return JSONResponse(
        document.model_dump(exclude_none=True),
        status_code=status,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem document."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(PurveyorError, _ours)
    app.add_exception_handler(DBAPIError, _records)
    app.add_exception_handler(Exception, _unexpected)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if detail == HTTPStatus(error.status_code).phrase or not detail:
        detail = {
            404: "there is nothing at this path; /openapi.json lists what there is",
            405: f"{request.method} is not possible here; the Allow header lists what is",
        }.get(error.status_code, detail)
    return problem(request.url.path, error.status_code, str(detail), headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    # The values themselves are not echoed: they may be personal, and need not be valid Unicode.
    errors = [
        Fault(place=_place(fault["loc"]), detail=_printable(fault["msg"].removeprefix("Value error, ")))
        for fault in found[:_MAX_ERRORS]
    ]
    detail = f"the request has {len(found)} fault{'s' if len(found) > 1 else ''}"
    return problem(request.url.path, 422, detail, errors=errors)


async def _unavailable(request: Request, error: Exception) -> Response:
    return problem(request.url.path, 503, str(error), headers={"Retry-After": "5"})


async def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, InputError):
        return problem(request.url.path, 422, _printable(str(error)))
    if isinstance(error, NotFound):
        return problem(request.url.path, 404, _printable(str(error)))
    if isinstance(error, NotEnoughData):
        return problem(request.url.path, 409, _printable(str(error)))
    log.error("%s %s: %s", request.method, request.url.path.encode("ascii", "backslashreplace").decode(), error)
    return problem(
        request.url.path,
        503,
        "the data behind this answer cannot be read or written at the moment; the server's log says why",
        headers={"Retry-After": "5"},
    )


async def _records(request: Request, error: Exception) -> Response:
    log.error("records: %s", type(error).__name__, exc_info=error)
    return problem(
        request.url.path, 503, "the records cannot be reached at the moment; try again", headers={"Retry-After": "5"}
    )


async def _unexpected(request: Request, error: Exception) -> Response:
    # Starlette raises the error again after this answer, so that the server logs it with its traceback.
    return problem(request.url.path, 500, "something went wrong on our side; the server's log says what")


def _place(loc: tuple[int | str, ...]) -> str:
    return _printable(".".join(str(part) for part in loc))


def _printable(text: str) -> str:
    """Text that survives UTF-8: input may hold lone surrogates, which JSON allows and UTF-8 does not."""
    return text.encode("utf-8", "backslashreplace").decode()

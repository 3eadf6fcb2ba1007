"""The fields of a form of this console."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

_MOST_BYTES = 20_000
_MOST_FIELDS = 10


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form as browsers send it."""
    body = await request.body()
    if len(body) > _MOST_BYTES:
        raise HTTPException(413, "this form is longer than any of this console")
    try:
        return dict(parse_qsl(body.decode("utf-8"), max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        raise HTTPException(422, "this is no form of this console") from None


Form = Annotated[dict[str, str], Depends(_form)]
"""A route's parameter of this type gets the fields by name."""

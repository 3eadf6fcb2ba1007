"""`/healthz` and `/readyz`: for whatever starts, stops and balances servers. Neither needs a key."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import text

from serve.problems import Fault, UnavailableError, documented, problem
from serve.state import Serving, State

router = APIRouter(tags=["health"])
log = logging.getLogger(__name__)


class Health(BaseModel):
    """The server's state in a word."""

    status: str = Field(examples=["ok"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Answers while the process can answer at all; asks nothing else."""
    return Health(status="ok")


@router.get("/readyz", response_model=Health, responses=documented(503), summary="Can it answer?")
def readyz(request: Request, serving: Serving) -> Health | Response:
    """Ready where the records can be reached, the lake can be read and a recommender is released; else 503 with why."""
    faults = [Fault(place=place, detail=detail) for place, detail in _missing(serving).items()]
    if faults:
        return problem(request.url.path, 503, "not ready", errors=faults)
    return Health(status="ready")


def _missing(serving: State) -> dict[str, str]:
    """What is not there, by part, in words for anybody; the log has the rest."""
    missing: dict[str, str] = {}
    try:
        with serving.warehouse.records.reading() as tx:
            tx.execute(text("select 1"))
    except Exception:
        log.exception("the records cannot be reached")
        missing["records"] = "cannot be reached; the server's log says why"
    try:
        serving.warehouse.session(engine="duckdb").close()
    except Exception:
        log.exception("the lake cannot be read")
        missing["lake"] = "cannot be read; the server's log says why"
    if "records" not in missing:
        try:
            serving.model.get()
        except UnavailableError as error:
            missing["recommender"] = str(error)
        except Exception:
            log.exception("the released recommender cannot be opened")
            missing["recommender"] = "cannot be opened; the server's log says why"
    return missing

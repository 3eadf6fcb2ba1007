"""What a shop's own interface tells, as a landed file of JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from warehouse.errors import InputError
from warehouse.sources.connector import Request
from warehouse.sources.landing import Arrival

OVERLAP = timedelta(minutes=15)
"""How far a fetch goes back behind the newest change it knows: changes become visible late, and times may be equal."""

Node = dict[str, Any]


def land_nodes(request: Request, kind: str, nodes: Iterable[Node], changed: Callable[[Node], str | None]) -> Arrival:
    """Land nodes, one a line. `changed` tells when a node was last changed, in ISO 8601, always of the same form.

    InputError where they are not of the form that the interface documents.
    """
    newest, rows = newest_known(request, kind), 0
    name = f"{kind}.jsonl"
    try:
        with request.landing.open(kind, name) as landed:
            for node in nodes:
                line = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
                landed.write(line.encode(errors="replace") + b"\n")  # JSON may hold halves of characters
                newest = max(newest or "", changed(node) or "") or None
                rows += 1
                request.progress(f"fetching {kind}", rows, None)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"[:200]
        raise InputError(
            f"source {request.source.name}: the shop's interface answered {kind} in another form than it documents "
            f"({said}); check the address"
        ) from error
    state: Mapping[str, Any] = {"newest": newest} if newest else {}
    return Arrival(kind, name, landed.path, landed.content_hash, request.now, state, rows)


def newest_known(request: Request, kind: str) -> str | None:
    """When the newest node of this kind that was taken had changed, as the interface wrote it; None at first."""
    last = request.ledger.last_taken(kind)
    return None if last is None else last.state.get("newest")


def changed_since(request: Request, kind: str) -> datetime | None:
    """From when on changes are asked for; None for all there is."""
    newest = newest_known(request, kind)
    return None if newest is None else datetime.fromisoformat(newest) - OVERLAP

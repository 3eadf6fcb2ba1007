"""Shopify's GraphQL Admin API: a query, its pages, and no more points than the shop has to give.

shopify.dev/docs/api/admin-graphql and /docs/apps/build/apis/graphql-admin/rate-limits: a query may cost 1,000 points,
and each answer says how many the bucket holds and how fast it fills again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from warehouse.errors import InputError
from warehouse.sources.nodes import Node
from warehouse.sources.web import Web, web_address

VERSION = "2026-10"
"""The stable version that the queries are written for; Shopify answers each for a year at least."""

_ATTEMPTS = 10
_LONGEST_WAIT = 60.0


class AdminApi:
    """The Admin API of one shop (its address, or only its host), asked through `web`."""

    def __init__(self, web: Web, shop: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        base = web_address(shop if "://" in shop else f"https://{shop}")
        self._address = str(base.join(f"/admin/api/{VERSION}/graphql.json"))
        self._web = web
        self._sleep = sleep
        self._points: float | None = None
        self._restored = 50.0

    def pages(
        self,
        document: str,
        operation: str,
        connection: tuple[str, ...],
        variables: Mapping[str, Any],
        *,
        first: int,
        after: str | None = None,
    ) -> Iterator[tuple[Node, list[Node]]]:
        """The pages of a connection: what holds the connection, and the connection's nodes.

        `connection` is the way to it in the answer; `first` the size of a page, made smaller where a page of that size
        would cost too much, `after` the cursor that they follow.
        """
        while True:
            try:
                data = self._ask(document, operation, {**variables, "first": first, "after": after})
            except _TooExpensive:
                if first == 1:
                    raise self._error(f"query {operation} costs more than the shop allows, even for one node") from None
                first = max(1, first // 2)
                continue
            holder: Any = data
            for name in connection[:-1]:
                holder = (holder or {}).get(name)
            page = (holder or {}).get(connection[-1])
            if page is None:
                raise self._error(f"query {operation} gave nothing; it was deleted meanwhile, or may not be read")
            yield holder, page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def _ask(self, document: str, operation: str, variables: Mapping[str, Any]) -> Any:
        query = (files(__package__) / f"{document}.graphql").read_text(encoding="utf-8")
        for _ in range(_ATTEMPTS):
            body = {"query": query, "operationName": operation, "variables": variables}
            answer, _headers = self._web.json("POST", self._address, body=body)
            if not isinstance(answer, dict):
                raise self._error("answered something else than GraphQL; check the address")
            cost = (answer.get("extensions") or {}).get("cost") or {}
            asked = float(cost.get("requestedQueryCost") or 0)
            self._note_points(cost.get("throttleStatus") or {})
            codes = _codes(answer)
            if "MAX_COST_EXCEEDED" in codes:
                raise _TooExpensive
            if "THROTTLED" in codes:
                self._wait_for(max(asked, 1.0))
                continue
            if answer.get("errors"):
                raise self._error(f"refuses query {operation}: {_messages(answer)}")
            # The next page costs about as much; what it does not use is given back.
            self._wait_for(asked)
            return answer["data"]
        raise self._error("is too busy for its points to be restored; try again later")

    def _note_points(self, status: Mapping[str, Any]) -> None:
        if "currentlyAvailable" in status:
            self._points = float(status["currentlyAvailable"])
            self._restored = max(1.0, float(status.get("restoreRate") or self._restored))

    def _wait_for(self, points: float) -> None:
        if self._points is not None and self._points < points:
            self._sleep(min(_LONGEST_WAIT, (points - self._points) / self._restored))

    def _error(self, problem: str) -> InputError:
        return self._web.error(self._address, problem)


class _TooExpensive(Exception):
    """A query that costs more points than any query may."""


def _codes(answer: Mapping[str, Any]) -> set[str]:
    errors = answer.get("errors")
    if not isinstance(errors, list):
        return set()
    return {str((error.get("extensions") or {}).get("code")) for error in errors if isinstance(error, dict)}


def _messages(answer: Mapping[str, Any]) -> str:
    errors = answer["errors"]
    if isinstance(errors, str):
        return errors[:300]
    return "; ".join(str(error.get("message", error)) if isinstance(error, dict) else str(error) for error in errors)[
        :300
    ]

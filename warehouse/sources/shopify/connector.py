"""A Shopify shop: orders and customers that have changed, and every variant there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from itertools import islice

from warehouse.errors import InputError
from warehouse.sources.connector import Request
from warehouse.sources.landing import Arrival, Missed
from warehouse.sources.nodes import Node, changed_since, land_nodes
from warehouse.sources.shopify.admin_api import AdminApi
from warehouse.sources.web import Web

KINDS = ("products", "customers", "orders")
"""What can be fetched."""

_SAMPLE = 50
_PAGES = {"products": 100, "customers": 100, "orders": 10}
"""Nodes a page, for a query to cost less than the 1,000 points it may; an order has lines of its own."""


def arrivals(request: Request) -> Iterator[Arrival | Missed]:
    """A landed file of nodes for each kind. ConfigError where the token is not in the environment."""
    source = request.source
    token = source.secret("token")
    headers = {"X-Shopify-Access-Token": token} if token else {}
    with Web(source.name, headers=headers) as web:
        api = AdminApi(web, source.place)
        for kind in source.kinds:
            nodes: Iterable[Node] = _orders(request, api) if kind == "orders" else _nodes(request, api, kind)
            try:
                yield land_nodes(request, kind, islice(nodes, _SAMPLE if request.sample else None), _changed)
            except InputError as error:
                yield Missed(kind, f"{kind}.jsonl", request.now, str(error))


def _changed(node: Node) -> str | None:
    changed = node.get("updatedAt")
    return None if changed is None else str(changed)


def _nodes(request: Request, api: AdminApi, kind: str) -> Iterator[Node]:
    connection = "productVariants" if kind == "products" else kind
    since = None if kind == "products" else changed_since(request, kind)
    # In quotes: a colon without them begins another term of the search.
    variables = {} if since is None else {"query": f"updated_at:>='{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"}
    for _, nodes in api.pages(kind, kind.capitalize(), (connection,), variables, first=_PAGES[kind]):
        yield from nodes


def _orders(request: Request, api: AdminApi) -> Iterator[Node]:
    """Orders, each with all of its lines and refunds."""
    for order in _nodes(request, api, "orders"):
        lines = order["lineItems"]
        page = lines.pop("pageInfo")
        if page["hasNextPage"]:
            path, known = ("node", "lineItems"), {"id": order["id"]}
            for _, more in api.pages("orders", "Lines", path, known, first=50, after=page["endCursor"]):
                lines["nodes"] += more
        order["refunds"] = [_refund(api, refund["id"]) for refund in order["refunds"]]
        yield order


def _refund(api: AdminApi, refund_id: str) -> Node:
    whole: Node = {}
    for refund, lines in api.pages("orders", "Refund", ("node", "refundLineItems"), {"id": refund_id}, first=50):
        whole = whole or {**refund, "refundLineItems": {"nodes": []}}
        whole["refundLineItems"]["nodes"] += lines
    return whole

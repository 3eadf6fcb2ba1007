"""A WooCommerce shop by its REST API (wc/v3): what has changed of orders, and all customers and products.

developer.woocommerce.com/docs/apis/rest-api/v3: pages of up to 100, how many there are in X-WP-TotalPages, the key and
secret as user and password over https.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC
from itertools import islice
from typing import Any

from warehouse.errors import InputError
from warehouse.sources.connector import Request
from warehouse.sources.landing import Arrival, Missed
from warehouse.sources.nodes import Node, changed_since, land_nodes
from warehouse.sources.web import Web, web_address

KINDS = ("products", "customers", "orders")
"""What can be fetched."""

_SAMPLE = 50
_PAGE = 100
_FROM_PARENT = ("name", "brands", "categories")
"""What a variation may leave to its product to say."""


def arrivals(request: Request) -> Iterator[Arrival | Missed]:
    """A landed file of objects for each kind. ConfigError where key or secret are not in the environment."""
    source = request.source
    key, secret = source.secret("key"), source.secret("secret")
    auth = (key, secret) if key and secret else None
    with Web(source.name, auth=auth) as web:
        api = _Api(web, source.place)
        fetch: dict[str, Callable[[], Iterator[Node]]] = {
            "products": lambda: _products(api),
            "customers": lambda: api.all("customers", {"role": "all"}),
            "orders": lambda: _orders(request, api),
        }
        for kind in source.kinds:
            nodes = islice(fetch[kind](), _SAMPLE if request.sample else None)
            try:
                yield land_nodes(request, kind, nodes, _changed)
            except InputError as error:
                yield Missed(kind, f"{kind}.jsonl", request.now, str(error))


class _Api:
    def __init__(self, web: Web, shop: str) -> None:
        self._web = web
        base = str(web_address(shop if "://" in shop else f"https://{shop}"))
        self._base = base.rstrip("/") + "/wp-json/wc/v3/"

    def all(self, path: str, params: dict[str, str] | None = None) -> Iterator[Node]:
        """Every object of a collection, oldest id first: what is added meanwhile comes at the end."""
        page, pages = 1, 1
        while page <= pages:
            asked = {"per_page": str(_PAGE), "page": str(page), "orderby": "id", "order": "asc", **(params or {})}
            objects, headers = self._web.json("GET", self._base + path, params=asked)
            if not isinstance(objects, list):
                raise self._web.error(self._base + path, "gave no list; check that the address is that of the shop")
            yield from objects
            pages = _whole(headers.get("x-wp-totalpages"))
            page += 1


def _whole(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 1


def _changed(node: Node) -> str | None:
    changed: Any = node.get("date_modified_gmt")
    return f"{changed}+00:00" if changed else None


def _orders(request: Request, api: _Api) -> Iterator[Node]:
    """Orders, each with its refunds whole, where the order itself has only their sums."""
    since = changed_since(request, "orders")
    params = {"dates_are_gmt": "true"}
    if since is not None:
        params["modified_after"] = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    for order in api.all("orders", params):
        if order.get("refunds"):
            order["refunds"] = list(api.all(f"orders/{_id(order)}/refunds"))
        yield order


def _products(api: _Api) -> Iterator[Node]:
    """Products, and the variations of those that have some."""
    for product in api.all("products", {"status": "any"}):
        yield product
        if product.get("type") != "variable":
            continue
        told = {"type": "variation", "parent_id": product.get("id")}
        for variation in api.all(f"products/{_id(product)}/variations"):
            inherited = {name: product[name] for name in _FROM_PARENT if name in product and not variation.get(name)}
            yield {**variation, **inherited, **told}


def _id(node: Node) -> int:
    """The object's number: what stands in an address must be nothing else."""
    return int(node["id"])

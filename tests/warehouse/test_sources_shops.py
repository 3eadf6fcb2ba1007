"""Shops with an interface of their own: Shopify's Admin API and WooCommerce's REST API, played by a real HTTP server.

The server answers as the platforms document it: pages by cursor or number, points that run out, queries that cost too
much, and what has changed since a moment.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from warehouse.house import Warehouse
from warehouse.sources import keeping
from warehouse.sources.checkup import try_source
from warehouse.sources.definition import new_source
from warehouse.sources.fetching import Delivered, fetch_source
from warehouse.stores import open_store

Answer = tuple[int, Any, dict[str, str]]


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: Any) -> None:
        status, answer, headers = self.server.shop(self.path, dict(self.headers), body)
        payload = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(payload))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """Serves a shop; gives its address."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(shop: Any) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.shop = shop  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def rows(warehouse: Warehouse, sql: str) -> list[tuple[object, ...]]:
    with warehouse.session() as session:
        return [tuple(row.values()) for row in session.query(sql).to_pylist()]


def money(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def line(number: int, sku: str, price: str, quantity: int = 1) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "sku": sku,
        "title": f"Thing {sku}",
        "variantTitle": None,
        "quantity": quantity,
        "currentQuantity": quantity,
        "isGiftCard": False,
        "variant": {"legacyResourceId": str(number)},
        "originalUnitPriceSet": money(price),
        "discountAllocations": [],
        "taxLines": [],
    }


class Shopify:
    """An Admin API: seven orders, the first with thirteen lines and a refund, the last a test."""

    most_nodes = 4
    """A page of more would cost too much."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.throttled = 1
        self.lines = [line(n, f"S{n}", "10.00") for n in range(1, 14)]
        self.orders = [self._order(n, "2026-05-20T10:00:00Z") for n in range(1, 8)]
        self.orders[0] |= {
            "refunds": [{"id": "gid://shopify/Refund/77"}],
            "displayFinancialStatus": "PARTIALLY_REFUNDED",
            "totalPriceSet": money("130.00"),
        }
        self.orders[6]["test"] = True

    def _order(self, number: int, changed: str) -> dict[str, Any]:
        return {
            "id": f"gid://shopify/Order/{number}",
            "legacyResourceId": str(number),
            "name": f"#100{number}",
            "createdAt": "2026-05-19T10:00:00Z",
            "updatedAt": changed,
            "cancelledAt": None,
            "test": False,
            "displayFinancialStatus": "PAID",
            "currencyCode": "EUR",
            "taxesIncluded": True,
            "discountCodes": [],
            "sourceName": "web",
            "tags": [],
            "email": None,
            "customer": {"legacyResourceId": "501"},
            "totalPriceSet": money("10.00"),
            "totalTaxSet": money("0.00"),
            "shippingLines": {"nodes": []},
            "refunds": [],
        }

    def __call__(self, path: str, headers: dict[str, str], body: Any) -> Answer:
        assert re.fullmatch(r"/admin/api/20\d\d-(01|04|07|10)/graphql.json", path)
        if headers.get("X-Shopify-Access-Token") != "shpat_0123":
            return 401, {"errors": "[API] Invalid API key or access token"}, {}
        operation, given = body["operationName"], body["variables"]
        assert f"query {operation}(" in body["query"]
        self.asked.append((operation, given))
        if given["first"] > self.most_nodes:
            return 200, {"errors": [{"message": "too much", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}, {}
        points = {"currentlyAvailable": 5 if self.throttled else 900, "restoreRate": 100}
        extensions = {"cost": {"requestedQueryCost": 10, "throttleStatus": points}}
        if self.throttled:
            self.throttled -= 1
            errors = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
            return 200, {"errors": errors, "extensions": extensions}, {}
        answers = {
            "Orders": self._orders,
            "Lines": lambda given: {"node": {"lineItems": self._page(self.lines, given)}},
            "Refund": self._refund,
            "Products": lambda given: {"productVariants": self._page(VARIANTS, given)},
            "Customers": lambda given: {"customers": self._page(CUSTOMERS, given)},
        }
        return 200, {"data": answers[operation](given), "extensions": extensions}, {}

    def _page(self, nodes: list[Any], given: dict[str, Any]) -> dict[str, Any]:
        start = int(given["after"] or 0)
        end = start + given["first"]
        return {"nodes": nodes[start:end], "pageInfo": {"hasNextPage": end < len(nodes), "endCursor": str(end)}}

    def _orders(self, given: dict[str, Any]) -> dict[str, Any]:
        since = re.fullmatch(r"updated_at:>='(.+)'", given["query"]) if "query" in given else None
        changed = [order for order in self.orders if since is None or order["updatedAt"] >= since.group(1)]
        for order in changed:
            own = self.lines if order["name"] == "#1001" else self.lines[:1]
            order["lineItems"] = {"nodes": own[:10], "pageInfo": {"hasNextPage": len(own) > 10, "endCursor": "10"}}
        return {"orders": self._page(changed, given)}

    def _refund(self, given: dict[str, Any]) -> dict[str, Any]:
        returned = [
            {
                "quantity": 1,
                "restockType": "RETURN",
                "subtotalSet": money("10.00"),
                "totalTaxSet": money("0.00"),
                "lineItem": {"id": one["id"], "sku": one["sku"]},
            }
            for one in self.lines[:6]
        ]
        whole = {
            "id": given["id"],
            "legacyResourceId": "77",
            "createdAt": "2026-05-20T09:00:00Z",
            "totalRefundedSet": money("60.00"),
            "refundLineItems": self._page(returned, given),
            "refundShippingLines": {"nodes": []},
        }
        return {"node": whole}


VARIANTS = [
    {
        "id": f"gid://shopify/ProductVariant/{n}",
        "legacyResourceId": str(n),
        "sku": f"S{n}",
        "title": "Default Title",
        "barcode": "4006381333931" if n == 1 else None,
        "price": "10.00",
        "compareAtPrice": None,
        "inventoryQuantity": 5,
        "inventoryPolicy": "DENY",
        "selectedOptions": [{"name": "Title", "value": "Default Title"}],
        "inventoryItem": {"tracked": True, "unitCost": {"amount": "4.00", "currencyCode": "EUR"}},
        "product": {
            "id": f"gid://shopify/Product/{n}",
            "legacyResourceId": str(n),
            "title": f"Thing {n}",
            "vendor": "Acme",
            "productType": "Things",
            "category": None,
            "handle": f"thing-{n}",
            "status": "ACTIVE",
            "tags": [],
            "isGiftCard": False,
            "publishedAt": "2026-01-01T00:00:00Z",
            "onlineStoreUrl": None,
            "featuredMedia": None,
        },
    }
    for n in range(1, 14)
]

CUSTOMERS = [
    {
        "id": "gid://shopify/Customer/501",
        "legacyResourceId": "501",
        "firstName": "Ann",
        "lastName": "Ames",
        "locale": "de",
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-05-01T00:00:00Z",
        "tags": [],
        "defaultEmailAddress": {
            "emailAddress": "ann@example.org",
            "marketingState": "SUBSCRIBED",
            "marketingOptInLevel": "CONFIRMED_OPT_IN",
            "marketingUpdatedAt": "2026-05-01T00:00:00Z",
        },
        "defaultPhoneNumber": None,
        "defaultAddress": {"city": "Berlin", "zip": "10115", "countryCodeV2": "DE"},
    }
]

EVERYTHING = {"products": "", "customers": "", "orders": ""}


@pytest.fixture
def home(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("SHOP_TOKEN", "shpat_0123")
    monkeypatch.setenv("WC_KEY", "ck_1")
    monkeypatch.setenv("WC_SECRET", "cs_2")
    open_store(warehouse, "main", currency="EUR", timezone="Europe/Berlin", prices_include_tax=True)
    return warehouse


def outcomes(deliveries: tuple[Delivered, ...]) -> list[tuple[str, str, str | None]]:
    return [(delivery.kind, delivery.outcome, delivery.reason) for delivery in deliveries]


ALL_TAKEN = [(kind, "imported", None) for kind in EVERYTHING]
SOLD = (
    "select sum(quantity), count(*), count(distinct order_id) from orders where line_kind = 'product' and quantity > 0"
)


def test_a_shopify_shop_comes_whole_and_then_what_has_changed(
    home: Warehouse, serve: Callable[[Any], str], clock: Any
) -> None:
    shop = Shopify()
    secrets = {"token": "SHOP_TOKEN"}
    place = serve(shop)
    told: dict[str, Any] = {"name": "shop", "type": "shopify", "place": place, "preset": "shopify", "snapshot": True}
    keeping.define(home, new_source(**told, files=EVERYTHING, secrets=secrets))
    assert outcomes(fetch_source(home, "shop").deliveries) == ALL_TAKEN
    assert rows(home, SOLD) == [(18.0, 18, 6)], "13 lines of the first order, one of each other, none of the test"
    assert rows(home, "select count(*), sum(quantity) from orders where quantity < 0") == [(6, -6.0)]
    assert rows(home, "select count(*), count(cost), sum(stock) from product_history") == [(13, 13, 65.0)]
    assert rows(home, "select channel, granted from consents") == [("email", True)]
    pages = [given["first"] for operation, given in shop.asked if operation == "Orders"]
    assert pages[:2] == [10, 5], "a page that costs too much is halved until it does not"
    assert set(pages[2:]) == {2}

    shop.asked.clear()
    shop.orders[1] |= {"updatedAt": "2026-05-25T10:00:00Z", "displayFinancialStatus": "VOIDED"}
    clock.forward(days=1)
    kinds = [delivery.kind for delivery in fetch_source(home, "shop").deliveries if delivery.outcome == "imported"]
    assert "orders" in kinds
    asked = {operation: given.get("query") for operation, given in shop.asked}
    assert asked["Orders"] == "updated_at:>='2026-05-20T09:45:00Z'"
    assert asked["Customers"] == "updated_at:>='2026-04-30T23:45:00Z'"
    assert asked["Products"] is None
    assert rows(home, "select distinct status from orders where order_id = '#1002'") == [("voided",)]


def test_a_token_that_shopify_refuses_fails_every_delivery(
    home: Warehouse, serve: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "shpat_wrong")
    told: dict[str, Any] = {"name": "shop", "type": "shopify", "place": serve(Shopify()), "preset": "shopify"}
    secrets = {"token": "SHOP_TOKEN"}
    keeping.define(home, new_source(**told, files={"orders": ""}, secrets=secrets))
    (delivery,) = fetch_source(home, "shop").deliveries
    assert "refuses access (401)" in str(delivery.reason)
    assert "shpat_wrong" not in str(delivery.reason)


def test_trying_a_shop_out_reads_no_more_than_a_sample(home: Warehouse, serve: Callable[[Any], str]) -> None:
    shop = Shopify()
    told: dict[str, Any] = {"name": "shop", "type": "shopify", "place": serve(shop), "preset": "shopify"}
    source = new_source(**told, files={"products": ""}, snapshot=True, secrets={"token": "SHOP_TOKEN"})
    (sampled,) = try_source(home, source).files
    assert (sampled.problem, len(sampled.rows)) == (None, 5)
    assert rows(home, "select count(*) from products") == [(0,)]


class WooCommerce:
    """A REST API: pages of two, a variable product, an order with a refund."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.orders = [self._order(number) for number in (11, 12, 13)]
        self.orders[0]["refunds"] = [{"id": 91, "reason": "", "total": "-10.00"}]

    def _order(self, number: int) -> dict[str, Any]:
        item = {
            "id": number * 10,
            "name": "Mug",
            "product_id": 1,
            "variation_id": 0,
            "quantity": 1,
            "sku": "M1",
            "subtotal": "10.00",
            "subtotal_tax": "0.00",
            "total": "10.00",
            "total_tax": "0.00",
            "price": 10,
        }
        return {
            "id": number,
            "number": str(number),
            "status": "completed",
            "currency": "EUR",
            "customer_id": 5,
            "date_created_gmt": "2026-05-20T08:00:00",
            "date_modified_gmt": "2026-05-20T09:00:00",
            "total": "10.00",
            "total_tax": "0.00",
            "prices_include_tax": True,
            "created_via": "checkout",
            "billing": {"email": "ann@example.org"},
            "coupon_lines": [],
            "line_items": [item],
            "shipping_lines": [],
            "fee_lines": [],
            "refunds": [],
        }

    def __call__(self, path: str, headers: dict[str, str], body: Any) -> Answer:
        login = base64.b64encode(b"ck_1:cs_2").decode()
        if headers.get("Authorization") != f"Basic {login}":
            return 401, {"code": "woocommerce_rest_cannot_view"}, {}
        asked = urlsplit(path)
        query = parse_qs(asked.query)
        self.asked.append((asked.path, query))
        objects = self._objects(asked.path.removeprefix("/wp-json/wc/v3/"), query)
        page = int(query["page"][0])
        pages = max(1, -(-len(objects) // 2))
        return 200, objects[2 * page - 2 : 2 * page], {"X-WP-TotalPages": str(pages)}

    def _objects(self, what: str, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        plain = {"status": "publish", "regular_price": "12.00", "stock_status": "instock", "on_sale": False}
        mug = {"id": 1, "name": "Mug", "type": "simple", "sku": "M1", "price": "10.00", **plain}
        shirt = {"id": 2, "name": "Shirt", "type": "variable", "sku": "T", "price": "20.00", **plain}
        variation = {"sku": "T-S", "price": "20.00", **plain}
        match what:
            case "products":
                return [mug, shirt]
            case "products/2/variations":
                return [{"id": 21, **variation}, {"id": 22, **variation, "sku": "T-L"}]
            case "customers":
                ann = {"id": 5, "email": "ann@example.org", "first_name": "Ann", "last_name": "Ames"}
                return [{**ann, "billing": {"city": "Berlin"}, "date_created_gmt": "2026-01-01T00:00:00"}]
            case "orders":
                since = query.get("modified_after", [""])[0]
                return [order for order in self.orders if order["date_modified_gmt"] > since]
            case "orders/11/refunds":
                item = {"id": 1, "name": "Mug", "product_id": 1, "quantity": -1, "sku": "M1"}
                money = {"total": "-10.00", "total_tax": "0.00"}
                refund = {"id": 91, "date_created_gmt": "2026-05-20T09:00:00", "amount": "10.00"}
                return [{**refund, "line_items": [{**item, **money}]}]
        raise AssertionError(what)


@pytest.mark.parametrize("product", [{"type": "variable"}, {"id": "1; drop", "type": "variable"}, "Mug", None])
def test_what_a_woocommerce_shop_should_not_answer(
    home: Warehouse, serve: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch, product: Any
) -> None:
    shop = WooCommerce()
    halved = {"id": 5, "email": "ann@example.org", "first_name": "Ann \ud83d", "last_name": "Ames"}
    answers = {"products": [product], "customers": [halved]}
    monkeypatch.setattr(shop, "_objects", lambda what, query: answers[what])
    told: dict[str, Any] = {"name": "shop", "type": "woocommerce", "place": serve(shop), "preset": "woocommerce"}
    secrets = {"key": "WC_KEY", "secret": "WC_SECRET"}
    kinds = {kind: EVERYTHING[kind] for kind in answers}
    keeping.define(home, new_source(**told, files=kinds, snapshot=True, secrets=secrets))
    products, customers = fetch_source(home, "shop").deliveries
    assert (products.outcome, customers.outcome) == ("failed", "imported")
    assert "answered products in another form than it documents" in str(products.reason)
    assert rows(home, "select first_name from customers") == [("Ann ?",)]


def test_a_woocommerce_shop_comes_whole_and_then_what_has_changed(
    home: Warehouse, serve: Callable[[Any], str], clock: Any
) -> None:
    shop = WooCommerce()
    told: dict[str, Any] = {"name": "shop", "type": "woocommerce", "place": serve(shop), "preset": "woocommerce"}
    secrets = {"key": "WC_KEY", "secret": "WC_SECRET"}
    keeping.define(home, new_source(**told, files=EVERYTHING, snapshot=True, secrets=secrets))
    assert outcomes(fetch_source(home, "shop").deliveries) == ALL_TAKEN
    assert rows(home, SOLD) == [(3.0, 3, 3)]
    assert rows(home, "select sku, quantity, amount from orders where quantity < 0") == [("M1", -1.0, -10)]
    assert rows(home, "select sku, title, parent_sku from products order by sku") == [
        ("M1", "Mug", None),
        ("T-L", "Shirt", "id:2"),
        ("T-S", "Shirt", "id:2"),
    ]
    shop.asked.clear()
    shop.orders[2] |= {"date_modified_gmt": "2026-05-25T09:00:00", "status": "refunded"}
    clock.forward(days=1)
    assert "orders" in [d.kind for d in fetch_source(home, "shop").deliveries if d.outcome == "imported"]
    (orders,) = [query for path, query in shop.asked if path.endswith("/orders") and query["page"] == ["1"]]
    assert orders["modified_after"] == ["2026-05-20T08:45:00"]
    assert orders["dates_are_gmt"] == ["true"]
    assert rows(home, "select distinct status from orders where order_id = '13'") == [("refunded",)]

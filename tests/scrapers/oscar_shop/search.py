"""The search engine that oscar's lists of products ask, which shops bring along: here the database answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from haystack.backends import BaseEngine, SearchNode
from haystack.backends.simple_backend import SimpleSearchBackend, SimpleSearchQuery
from haystack.models import SearchResult


class _Query(SimpleSearchQuery):
    """The categories that a list is asked for, as text; nothing for all products."""

    def build_query(self) -> str:
        return ",".join(
            str(number) for name, ids in _filters(self.query_filter) if name == "category__in" for number in ids
        )


def _filters(node: SearchNode) -> Iterator[tuple[str, Any]]:
    for child in node.children:
        if isinstance(child, SearchNode):
            yield from _filters(child)
        else:
            yield child


class _Backend(SimpleSearchBackend):
    def update(self, *_: Any, **__: Any) -> None:
        """The database is up to date by itself."""

    def search(self, query: str, start_offset: int = 0, end_offset: int | None = None, **_: Any) -> dict[str, Any]:
        """One page of the products, oldest first."""
        from oscar.core.loading import get_model

        products = get_model("catalogue", "Product").objects.browsable().order_by("pk")
        if query:
            products = products.filter(categories__in=query.split(",")).distinct()
        results = []
        for product in products[start_offset:end_offset]:
            result = SearchResult("catalogue", "product", product.pk, 0)
            result._object = product
            results.append(result)
        return {"results": results, "hits": products.count()}


class Engine(BaseEngine):
    """As HAYSTACK_CONNECTIONS names it."""

    backend = _Backend
    query = _Query

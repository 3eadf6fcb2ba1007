"""The product in schema.org's JSON-LD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scrapers.extraction.lenient_json import Json, read_lenient
from scrapers.extraction.nodes import Node, listed
from scrapers.extraction.page import Page
from scrapers.extraction.reading import Context, Reading
from scrapers.extraction.schema_org import entities, read_products

READER = "jsonld"

_REFERRED = frozenset({"offers", "brand", "hasvariant", "image"})
_MOST_NODES = 5000
_MOST_SCRIPTS = 50


def read_jsonld(page: Page, context: Context) -> list[Reading]:
    """Readings of the page's main product; none where no JSON-LD names one."""
    return read_products(_resolved(list(_nodes(page))), context, READER)


def _nodes(page: Page) -> Iterator[Node]:
    scripts = [s.text for s in page.scripts if "ld+json" in s.type and ("roduct" in s.text or "ffer" in s.text)]
    for text in scripts[:_MOST_SCRIPTS]:
        yield from entities(read_lenient(text), _MOST_NODES)


def _resolved(nodes: list[Node]) -> list[Node]:
    """The nodes, with what they give by @id alone put in place (a @graph's way)."""
    by_id = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    for node in nodes:
        for key in _REFERRED & node.keys():
            node[key] = [_referred(inner, by_id) for inner in listed(node[key])]
    return nodes


def _referred(value: Json, by_id: Mapping[str, Node]) -> Json:
    """The node that {"@id": …} stands for; any other value as it is."""
    is_reference = isinstance(value, dict) and value.keys() == {"@id"}
    return by_id.get(str(value["@id"]), value) if is_reference else value  # type: ignore[index, call-overload]

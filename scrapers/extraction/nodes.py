"""Structured data as nodes, whichever syntax it was written in: property names in small letters, without their
vocabulary's address, and values as JSON has them."""

from __future__ import annotations

import re

from scrapers.extraction.lenient_json import Json
from scrapers.extraction.reading import tidy

_UNFILLED = re.compile(
    r"null|undefined|none|nan|n/?a|not available|not applicable|does not apply|unknown|"
    r"-+|\.+|\[object Object\]|\$\w+|%\w+%|.*(?:\{\{|\$\{|<%).*",
    re.IGNORECASE,
)

Node = dict[str, Json]


def node_of(value: Json) -> Node:
    """A JSON object as a node; empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {_bare(key): inner for key, inner in value.items()}


def _bare(name: str) -> str:
    return re.split(r"[/:#]", name)[-1].lower()


def nodes_in(value: Json) -> list[Node]:
    """The objects in a value that may be one or a list of them."""
    return [node_of(inner) for inner in listed(value) if isinstance(inner, dict)]


def types_of(node: Node) -> set[str]:
    """The names of its types in small letters, such as "product"."""
    stated = listed(node.get("@type"))
    return {_bare(name.rstrip("/")) for name in stated if isinstance(name, str)}


def listed(value: Json) -> list[Json]:
    """A value as a list: none, one or several. An object with numbers for names is one too, as PHP writes lists."""
    if isinstance(value, dict) and value and all(name.isdecimal() for name in value):
        return list(value.values())
    return value if isinstance(value, list) else [] if value is None else [value]


def first(value: Json) -> Json:
    """The first of several values."""
    return value if not isinstance(value, list) else value[0] if value else None


def text_of(value: Json) -> str | None:
    """The text of a value, of its first, or of its name or @value; None for what a template left unfilled."""
    value = first(value)
    if isinstance(value, dict):
        node = node_of(value)
        value = first(node.get("name") or node.get("@value") or node.get("value"))
    text = tidy(value)
    return None if text is None or _UNFILLED.fullmatch(text) else text


def url_of(value: Json) -> str | None:
    """The address that a value is or carries."""
    value = first(value)
    if isinstance(value, dict):
        node = node_of(value)
        value = first(node.get("url") or node.get("contenturl") or node.get("@id"))
    return tidy(value)

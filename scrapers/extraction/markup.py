"""The product in schema.org's attributes: microdata (HTML standard, section 5) and RDFa Lite.

Both nest alike: an element opens a thing, elements within name its properties. The trees become the nodes that JSON-LD
has, and go the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from scrapers.extraction.lenient_json import Json
from scrapers.extraction.nodes import Node, types_of
from scrapers.extraction.page import Element, Page
from scrapers.extraction.reading import Context, Reading
from scrapers.extraction.schema_org import PRODUCTS, read_products

MICRODATA = "microdata"
RDFA = "rdfa"

_MOST_PROPERTIES = 5000
_MOST_NAMES = 10
_LONGEST = 1000
_LISTED = 3
"""Different prices outside of any product, from which on they are those of other ones."""
_LINKS = {"a": "href", "link": "href", "area": "href", "img": "src", "source": "src", "time": "datetime",
          "data": "value", "meter": "value", "object": "data"}  # fmt: skip


def _all(name: str) -> etree.XPath:
    """A search for the attributes of this name."""
    return etree.XPath(f"(descendant-or-self::*/@{name})[position() <= {_MOST_PROPERTIES}]")


@dataclass(frozen=True, slots=True)
class _Syntax:
    """The attributes by which things and their properties are written."""

    reader: str
    scope: str
    type: str
    names: etree.XPath
    """The attributes that name properties: one search takes a fraction of asking each element for its own."""
    mark: bytes
    """This stands in every page that uses the syntax."""


_SYNTAXES = (
    _Syntax(MICRODATA, "itemscope", "itemtype", _all("itemprop"), b"itemprop"),
    _Syntax(RDFA, "typeof", "typeof", _all("property"), b"typeof="),
)


def read_markup(page: Page, context: Context) -> list[Reading]:
    """Readings of the main product in each of the two syntaxes; none where neither marks one up."""
    readings: list[Reading] = []
    for syntax in _SYNTAXES:
        if page.root is not None and syntax.mark in page.source:
            readings += read_products(_things(page.root, syntax), context, syntax.reader)
    return readings


def _things(root: Element, syntax: _Syntax) -> Iterator[Node]:
    """Every thing on the page. What stands in none is taken for a product's, where no product is marked up."""
    things: dict[Element | None, Node] = {}
    for names in syntax.names(root):
        element = names.getparent()
        if syntax.reader == RDFA and "og:" in names:  # Open Graph's have their own reader
            continue
        scope = _scope(element, syntax)
        value = _thing(element, syntax, things) if element.get(syntax.scope) is not None else _value(element)
        owner = _thing(scope, syntax, things) if scope is not None else things.setdefault(None, {})
        for name in names[:_LONGEST].split()[:_MOST_NAMES]:
            values = owner.setdefault(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower(), [])
            if isinstance(values, list):
                values.append(value)
    orphans = things.pop(None, {})
    products = [thing for thing in things.values() if types_of(thing) & PRODUCTS]
    loose = [thing for thing in things.values() if types_of(thing) & {"offer", "aggregateoffer"}]
    if len(products) == 1 and "offers" not in products[0] and loose:
        products[0]["offers"] = list(loose)
    if products:
        yield from products
    elif loose or ("price" in orphans and not _is_list(orphans)):
        yield {"@type": ["Product"], "offers": list(loose) or [orphans], **orphans}


def _is_list(orphans: Node) -> bool:
    """Whether prices that no thing owns are those of many: a listing, or recommended products."""
    prices = orphans["price"]
    return isinstance(prices, list) and len({str(price) for price in prices}) >= _LISTED


def _scope(element: Element, syntax: _Syntax) -> Element | None:
    """The element that opens the thing which this one states something about."""
    above = element.getparent()
    while above is not None and above.get(syntax.scope) is None:
        above = above.getparent()
    return above


def _thing(element: Element, syntax: _Syntax, things: dict[Element | None, Node]) -> Node:
    if element not in things:
        things[element] = {"@type": list(element.get(syntax.type, "").split())}
        address = element.get("itemid") or element.get("resource")
        if address:
            things[element]["@id"] = address
    return things[element]


def _value(element: Element) -> Json:
    """A property's value: what is written for machines, else the text."""
    stated = element.get("content")
    if stated is None:
        link = _LINKS.get(element.tag)
        stated = element.get(link) if link else element.get("resource")
    if stated is None:
        stated = element.get("href") or "".join(_texts(element))
    return str(stated)[:_LONGEST].strip()


def _texts(element: Element) -> Iterator[str]:
    length = 0
    for text in element.itertext():
        yield text
        length += len(text)
        if length > _LONGEST:
            return

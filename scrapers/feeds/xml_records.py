"""The records of a feed in XML, one at a time: RSS items, Atom entries, YML offers and their like.

A record is a mapping from paths to texts: an attribute of the record is "@id", an element "price", its attribute
"link@href", an element within "shipping/price". Names are in small letters without their namespace; where a record has
both `title` and Google's `g:title`, the latter counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import Any, BinaryIO

from lxml import etree

from scrapers.feeds.products import FeedError

Record = dict[str, list[str]]
"""Texts by path, in document order."""

RECORDS = frozenset({"item", "entry", "offer", "shopitem", "product"})
_GOOGLE = ("{http://base.google.com/ns/1.0}", "{http://base.google.com/cns/1.0}", "g:")
_DEEPEST = 3
_MOST_PARTS = 2_000
"""Elements of one record: more is no product."""
_LONGEST = 20_000
"""Characters of one text that are kept."""


def read_records(file: BinaryIO, url: str) -> Iterator[tuple[str, Record]]:
    """Each record with its element's name. FeedError where the XML holds no record, is cut short or is too broken.

    Memory holds one record. Entities are not expanded and nothing is fetched: both are ways to attack whoever reads
    XML. A record that XML's rules would refuse (a bare "&", an unknown entity) is read as well as it can be.
    """
    events = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        recover=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    held: tuple[str, Record] | None = None
    for record in _records(events, url):
        if held is not None:
            yield held
        held = record
    # Only at the end is it known whether the last record was whole: libxml2 closes what a torn file left open.
    if any(error.type_name in _TORN for error in events.error_log):
        raise FeedError("cut_short", url, "the feed ends before its end")
    if held is None and any(error.level_name == "FATAL" for error in events.error_log):
        raise FeedError("unreadable", url, f"the XML cannot be read ({events.error_log[0].message[:200]})")
    if held is None:
        raise FeedError("not_a_feed", url, f"the XML holds no {', '.join(sorted(RECORDS))} element")
    yield held


_TORN = (
    "ERR_TAG_NOT_FINISHED",
    "ERR_GT_REQUIRED",
    "ERR_DOCUMENT_END",
    "ERR_CDATA_NOT_FINISHED",
    "ERR_COMMENT_NOT_FINISHED",
)


def _records(events: Iterator[tuple[str, Any]], url: str) -> Iterator[tuple[str, Record]]:
    depth, parts = 0, 0
    kind: tuple[str, int] | None = None
    """The name and depth of records: those of the first."""
    inside = False
    try:
        for event, element in events:
            if event == "start":
                depth += 1
                parts += 1
                if not inside:
                    parts = 0
                    name = _name(element)
                    if kind is None and name in RECORDS:
                        kind = (name, depth)
                    inside = kind == (name, depth)
                elif parts > _MOST_PARTS:
                    raise FeedError("unreadable", url, f"a record holds over {_MOST_PARTS} elements")
                continue
            if inside and kind is not None and depth == kind[1]:
                inside = False
                yield kind[0], _record(element)
            if not inside:
                _forget(element)
            depth -= 1
    except etree.LxmlError as error:
        raise FeedError("unreadable", url, f"the XML cannot be read ({str(error)[:200]})") from None


def _forget(element: Any) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _record(element: Any) -> Record:
    record: Record = {f"@{_local(name)}": [value] for name, value in element.attrib.items()}
    google = {_name(child) for child in element if _is_google(child)}
    for child in element:
        if isinstance(child.tag, str) and (_is_google(child) or _name(child) not in google):
            _gather(child, "", record, 1)
    return record


def _gather(element: Any, path: str, record: Record, depth: int) -> None:
    path += _name(element)
    for name, value in element.attrib.items():
        record.setdefault(f"{path}@{_local(name)}", []).append(value[:_LONGEST])
    text = _text(element)
    if text:
        record.setdefault(path, []).append(text)
    if depth < _DEEPEST:
        for child in element:
            if isinstance(child.tag, str):
                _gather(child, f"{path}/", record, depth + 1)


def _text(element: Any) -> str:
    """The element's own text; entities, which the parser leaves alone, as HTML knows them."""
    parts = [element.text or ""]
    for child in element:
        if child.tag is etree.Entity:
            parts += (unescape(child.text), child.tail or "")
    return "".join(parts).strip()[:_LONGEST]


def _is_google(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(_GOOGLE)


def _name(element: Any) -> str:
    return _local(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(maxsize=4096)
def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].lower()

"""Tags with thousands of attributes, made harmless before a page is parsed.

libxml2 compares each attribute of a tag with all before it: a tag of 100,000, which no shop writes and 1 MB holds,
takes it a quarter of a minute, and a tag of 8 MB a quarter of an hour.
"""

from __future__ import annotations

import re

MOST_ATTRIBUTES = 500
_LARGE = 2 * 1024 * 1024
_GAP = 16 * 1024
"""Bytes from where a tag opens without ">": a smaller page that has no such stretch is not worth the search."""
_MOST_FLOODS = 50

_ATTRIBUTE = rb"""[\s/]*+[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?"""
# The grammar of the HTML standard's tokenizer (13.2.5). What is looked ahead for is not tried again in another way,
# which a possessive group would say too, but Python 3.11.2 misplaces the end of one.
_WITHIN_BOUNDS = re.compile(
    rb"<(?:(?![a-zA-Z])|[a-zA-Z](?=((?:%b){0,%d}))\1(?![\s/]*+[^\s/>=]))[^<]*+" % (_ATTRIBUTE, MOST_ATTRIBUTES)
)
"""A tag that has no more attributes, or a sign that opens none, and the text behind it."""


def without_floods(body: bytes) -> bytes:
    """The page with the sign that opens such a tag blanked out, which makes text of it."""
    if len(body) < _LARGE and not _has_gap(body):
        return body
    place = 0
    for _ in range(_MOST_FLOODS):
        place = _flood(body, place)
        if place == len(body):
            return body
        body = body[:place] + b" " + body[place + 1 :]
    return body[:place]


def _flood(body: bytes, start: int) -> int:
    """Where the first tag with more attributes opens; the page's length where none does."""
    place = body.find(b"<", start)
    if place < 0:
        return len(body)
    while within := _WITHIN_BOUNDS.match(body, place):
        place = within.end()
    return place


def _has_gap(body: bytes) -> bool:
    place = 0
    while place + _GAP <= len(body):
        last = body.rfind(b">", place, place + _GAP)
        if last >= 0:
            place = last + 1
            continue
        place = body.find(b"<", place) + 1
        if not place:
            return False
        if body[place : place + 1].isalpha() and body.find(b">", place, place + _GAP) < 0:
            return True
    return False

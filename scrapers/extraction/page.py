"""One parse per page, which every reader shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree
from w3lib.encoding import html_to_unicode

LARGEST = 8 * 1024 * 1024
"""Bytes (or characters) of a page that are read: what stands behind them is not looked at."""

Element = Any
"""An lxml element; lxml ships no types."""


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page. `root` is None where there is nothing to read."""

    url: str
    root: Element | None

    @classmethod
    def parse(cls, html: bytes | str, url: str, *, content_type: str | None = None) -> Page:
        """Parse as browsers do: byte-order mark, then header, then meta tag name the encoding, else it is tried."""
        if isinstance(html, bytes):
            _, html = html_to_unicode(content_type, html[:LARGEST], auto_detect_fun=_guess_encoding)
        # Encoded anew, since lxml refuses text that names its own encoding; NUL would end the document there.
        body = html[:LARGEST].replace("\x00", "").encode("utf-8", "replace")
        # huge_tree off keeps libxml2's own bounds (256 levels, 10 MB per text), so a bomb of tags costs nothing.
        parser = etree.HTMLParser(
            encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            return cls(url, etree.fromstring(body, parser))
        except (etree.LxmlError, ValueError):
            return cls(url, None)


def _guess_encoding(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"

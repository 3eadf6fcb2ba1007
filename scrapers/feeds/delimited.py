"""The rows of a feed in text: tabs, commas, semicolons or bars between columns, the first row their names."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from w3lib.encoding import http_content_type_encoding, read_bom

from scrapers.feeds.attributes import Attributes
from scrapers.feeds.names import attribute_of, currency_in
from scrapers.feeds.products import FeedError

_SAMPLE = 1 << 16
_DELIMITERS = "\t;,|"
_MOST_COLUMNS = 1_000


def read_rows(file: BinaryIO, url: str, content_type: str | None) -> Iterator[Attributes]:
    """Each row's cells by the attribute that their column stands for; rows of another length give nothing known.

    FeedError where the first row names no address, or neither price nor availability.
    """
    sample = _peek(file)
    text = io.TextIOWrapper(file, encoding=_encoding(sample, content_type), errors="replace", newline="")
    first = sample.decode(_encoding(sample, content_type), "replace").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = _rows(text, delimiter)
    names = next(rows, [])[:_MOST_COLUMNS]
    columns = [attribute_of(name.lstrip("\ufeff")) for name in names]
    if "link" not in columns or not {"price", "sale_price", "availability"} & set(columns):
        raise FeedError("not_a_feed", url, "the first line names no columns for address and price")
    stated = next((code for name in names if attribute_of(name) == "price" and (code := currency_in(name))), None)
    for row in rows:
        found: dict[str, list[str]] = {"currency": [stated]} if stated else {}
        if len(row) == len(names):
            for attribute, cell in zip(columns, row, strict=True):
                if attribute and cell.strip():
                    found.setdefault(attribute, []).append(cell.strip())
        if row:
            yield _split(found)


def _rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[list[str]]:
    """The rows; one that the csv module refuses (a cell over 128 KB) comes as one cell, which fits no header."""
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield ["?"]


def _split(found: dict[str, list[str]]) -> Attributes:
    """Columns that hold several values: pictures, and shipping as Google writes it ("DE::DHL:4.90 EUR,AT:…")."""
    for name, mark in (("additional_image_link", ","), ("shipping", r",(?=[A-Z]{2}:)")):
        if name in found:
            found[name] = [part for text in found[name] for part in re.split(mark, text)]
    return found


def _peek(file: BinaryIO) -> bytes:
    if isinstance(file, io.BufferedReader):
        return file.peek(_SAMPLE)[:_SAMPLE]
    sample = file.read(_SAMPLE)
    file.seek(0)
    return sample


def _encoding(sample: bytes, content_type: str | None) -> str:
    """By byte-order mark, the server's word, or trial: text that is no UTF-8 is nearly always a Windows code page."""
    marked, _ = read_bom(sample)
    if marked:
        return "utf-8-sig" if marked == "utf-8" else marked
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return http_content_type_encoding(content_type) or _guessed(sample)
    return "utf-8"


def _guessed(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"

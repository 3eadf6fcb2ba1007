"""What a reader found: one value for one field, with where it stood. And what every reader knows beforehand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from scrapers.extraction.subject import NOWHERE, Subject

FIELDS = (
    "name", "price", "regularPrice", "currency", "currencyRaw", "availability", "sku", "mpn", "gtin", "brand",
    "shipping", "taxIncluded", "condition", "seller",
)  # fmt: skip
"""The fields that hold one value, named as in zyte-common-items."""

LIST_FIELDS = ("images", "variants", "offers")
"""The fields that hold several: a reader gives one reading for each of them, in the page's order."""

_EVIDENCE = 120
_TEXT = 500
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, and halves of surrogate pairs: JSON can spell them, UTF-8 cannot write the halves, and stores refuse NUL."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a page before it is read."""

    url: str
    currency: str | None = None
    """The site's own (ISO 4217), for prices that stand without one."""
    language: str | None = None
    """As the page's html element names it, such as "de" or "pt-BR"."""
    subject: Subject = NOWHERE
    """What the page is about."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the forms a product is sold in: a size, a colour. What is not stated is None."""

    name: str | None = None
    sku: str | None = None
    gtin: str | None = None
    price: Decimal | None = None
    regularPrice: Decimal | None = None  # noqa: N815 (the vocabulary's spelling)
    currency: str | None = None
    availability: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class SellerOffer:
    """One seller's offer, on a page where several sell the same product. What is not stated is None."""

    seller: str
    price: Decimal | None = None
    currency: str | None = None
    condition: str | None = None
    availability: str | None = None
    shipping: Decimal | None = None


Value = str | Decimal | bool | Variant | SellerOffer


@dataclass(frozen=True, slots=True)
class Reading:
    """One candidate for one field. `confidence` orders a reader's own candidates; it is not a measured probability."""

    field: str
    value: Value
    reader: str
    confidence: float
    evidence: str


def evidence(place: str, text: object) -> str:
    """A short note of where something stood and what was written there."""
    return f"{_one_line(place)}: {_one_line(text)}"[:_EVIDENCE]


def tidy(text: object) -> str | None:
    """`text` on one line, at most 500 characters; None where it is no text or blank."""
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        return None
    return _one_line(text)[:_TEXT].strip() or None


def _one_line(text: object) -> str:
    return " ".join(_UNWRITABLE.sub("", str(text)).split())

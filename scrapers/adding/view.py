"""A draft as a page shows it: only texts, so that whoever shows it reads no stranger's HTML."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from scrapers.adding.candidates import candidates
from scrapers.adding.discovery import read
from scrapers.adding.draft import Draft
from scrapers.adding.site_file import site_file
from scrapers.adding.trial import lasting
from scrapers.corrections import written
from scrapers.extraction.page import Page

SHOWN = ("name", "price", "regularPrice", "currency", "availability", "gtin", "sku", "mpn", "brand")
"""The fields that are shown of a page, read or not."""


def view(draft: Draft) -> dict[str, Any]:
    """What was found, each page with its fields (value, reader, evidence, confidence or null), sellers, candidates."""
    return {
        "site": draft.site.name,
        "notes": list(draft.notes),
        "known": draft.known,
        "forbidden": draft.forbidden,
        "file": site_file(draft.site, draft.notes),
        "corrections": [asdict(correction) for correction in draft.corrections],
        "trial": {**asdict(draft.trial), "lasts": lasting(draft.trial.hours)} if draft.trial else None,
        "pages": [
            {
                "url": page.url,
                "rendered": page.rendered,
                "fields": _fields(draft, number),
                "sellers": _sellers(draft, number),
                "candidates": _candidates(draft, number),
            }
            for number, page in enumerate(draft.pages)
        ],
    }


def _fields(draft: Draft, number: int) -> dict[str, Any]:
    product = read(draft.pages[number], draft.site)
    shown: dict[str, Any] = {}
    for field in SHOWN:
        source = product.sources.get(field)
        shown[field] = source and {"value": written(getattr(product, field)), **asdict(source)}
    return shown


def _sellers(draft: Draft, number: int) -> list[str]:
    """What each seller asks, where several stand on the page."""
    return [
        ", ".join(
            [
                f"{offer.seller or 'a seller without a name'}: {written(offer.price)} {offer.currency or ''}".rstrip(),
                *([f"shipping {written(offer.shipping)}"] if offer.shipping is not None else []),
                *([offer.availability] if offer.availability else []),
            ]
        )
        for offer in read(draft.pages[number], draft.site).offers
    ]


def _candidates(draft: Draft, number: int) -> dict[str, list[dict[str, Any]]]:
    fetched = draft.pages[number]
    page = Page.parse(fetched.body, fetched.url, content_type=fetched.content_type)
    found: dict[str, list[dict[str, Any]]] = {field: [] for field in SHOWN}
    for candidate in candidates(page, draft.site.currency, draft.site.selectors):
        if candidate.field in found:
            found[candidate.field].append(asdict(candidate))
    return found

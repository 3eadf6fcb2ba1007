"""Whether a product is new, out of schema.org terms and the words of shops."""

from __future__ import annotations

_TERMS = {
    "newcondition": "new",
    "new": "new",
    "neu": "new",
    "neuf": "new",
    "nuevo": "new",
    "nouveau": "new",
    "nouveauproduit": "new",
    "newproduct": "new",
    "neuware": "new",
    "nuovo": "new",
    "nieuw": "new",
    "usedcondition": "used",
    "used": "used",
    "gebraucht": "used",
    "occasion": "used",
    "refurbishedcondition": "refurbished",
    "refurbished": "refurbished",
    "reconditioned": "refurbished",
    "generalüberholt": "refurbished",
    "reconditionné": "refurbished",
    "reacondicionado": "refurbished",
    "ricondizionato": "refurbished",
    "damagedcondition": "damaged",
    "damaged": "damaged",
}
"""schema.org OfferItemCondition, Google Merchant's and Open Graph's words, and what labels say."""


def read_condition(text: str | None) -> str | None:
    """new, used, refurbished or damaged for a schema.org term or a word; None for anything else."""
    if not text:
        return None
    term = text.strip().rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    return _TERMS.get(term.replace(" ", "").replace("_", "").casefold())

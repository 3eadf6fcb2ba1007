"""What speaks for and against two listings being the same product, in a few plain words for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pricing.matching.conflicts import conflicts_between, unsaid
from pricing.matching.listing import Listing
from pricing.matching.titles import Title, squash
from warehouse.gtin import clean_gtin

_WORDS = 6
"""Words named at most: the rarest say most."""
_LONGEST = 40  # characters of a word shown; longer ones are no words
_PRICES_APART = 0.5
"""Relative difference from which on a price speaks against the pair."""

Rarity = Callable[[str], int]
"""How many titles have a word."""


def counted_words(titles: Iterable[Title]) -> Counter[str]:
    """How many titles have each word."""
    return Counter(word for title in titles for word in set(title.words))


def speaks_for(product: Listing, offer: Listing, ours: Title, theirs: Title, titles_with: Rarity) -> str | None:
    """What both sides say: identifiers, brand, the rarest words and numbers, a like price. None where nothing is."""
    said = []
    if (gtin := clean_gtin(product.gtin)) and gtin == clean_gtin(offer.gtin):
        said.append(f"same GTIN {gtin}")
    if (mpn := squash(product.mpn or "")) and mpn == squash(offer.mpn or ""):
        said.append(f"same part number {_short(product.mpn or '')}")
    brand = squash(product.brand or "")
    if brand and (brand == squash(offer.brand or "") or brand in theirs.squashed):
        said.append(f"same brand {_short(product.brand or '')}")
    shared = (set(ours.words) & set(theirs.words)) - set(_brand_words(product))
    if shared:
        said.append(f"both say {_listed(sorted(shared, key=lambda word: (titles_with(word), word)))}")
    apart = _apart(product, offer)
    if apart is not None and apart <= _PRICES_APART:
        said.append("same price" if apart < 0.005 else f"prices {apart:.0%} apart")
    return "; ".join(said) or None


def speaks_against(product: Listing, offer: Listing, ours: Title, theirs: Title, titles_with: Rarity) -> str | None:
    """What each says otherwise, and what one says alone. None where nothing is."""
    said = []
    mine, other = clean_gtin(product.gtin), clean_gtin(offer.gtin)
    if mine and other and mine != other:
        said.append(f"GTIN {mine} against {other}")
    if (number := squash(product.mpn or "")) and (theirs_number := squash(offer.mpn or "")) and number != theirs_number:
        said.append(f"part number {_short(product.mpn or '')} against {_short(offer.mpn or '')}")
    conflicts = list(conflicts_between(ours, theirs))
    said += [str(conflict) for conflict in conflicts]
    told = " ".join(said)
    for side, words in (("we", unsaid(ours, theirs)), ("they", unsaid(theirs, ours))):
        alone = sorted((w for w in words if w.split()[-1] not in told), key=lambda word: (titles_with(word), word))
        if alone:
            said.append(f"only {side} say {_listed(alone)}")
    apart = _apart(product, offer)
    if apart is not None and apart > _PRICES_APART:
        said.append(f"our price is {_times(product, offer)} theirs")
    return "; ".join(said) or None


def pack_said(ratio: float) -> str:
    """Our units in one of theirs, as people write it: 12, 1/3, 1.5."""
    whole = round(1 / ratio)
    return f"1/{whole}" if ratio < 1 and abs(1 / ratio - whole) < 0.001 * whole else f"{ratio:g}"


def _apart(product: Listing, offer: Listing) -> float | None:
    """How far the dearer price lies above the other, as a share of it; None where they cannot be compared."""
    mine, other = product.price, offer.price
    if not mine or not other or product.currency != offer.currency:
        return None
    return max(mine, other) / min(mine, other) - 1


def _times(product: Listing, offer: Listing) -> str:
    ratio = (product.price or 0) / (offer.price or 1)
    return f"{ratio:.1f} times" if ratio > 1 else f"{ratio:.0%} of"


def _brand_words(listing: Listing) -> Iterable[str]:
    return (squash(word) for word in (listing.brand or "").split())


def _listed(words: Sequence[str]) -> str:
    return ", ".join(_short(word.replace("=", " ")) for word in words[:_WORDS])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

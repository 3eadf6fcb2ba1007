"""What speaks against two titles being the same product, however alike their words are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pricing.matching.titles import Title, squash

_SAME = 0.03
"""Relative difference up to which two quantities are the same: 1 TB and 1024 GB, 1 lb and 454 g."""

_IDLE = frozenset(
    "the and or for with of in to by from on at new free shipping original genuine neu und mit fur der die das den von "
    "avec pour le la les et de du el los con para per il inc co ltd gmbh ag".split()
)
"""Words that tell no products apart."""


_SPELT = ("model", "number")
"""Conflicts that labelled matches have too, one in ten (model) and in forty (number): shops spell them their way."""


@dataclass(frozen=True)
class Conflict:
    """`about`: pack, a dimension such as mass, colour, size, model or number; `certain`: each side states its own."""

    about: str
    ours: str
    theirs: str
    certain: bool = True

    def __str__(self) -> str:
        return f"{self.about} {self.ours} against {self.theirs}"

    @property
    def rules_out(self) -> bool:
        """Whether it outweighs whatever speaks for the pair: 64 GB is not 128 GB.

        Of the labelled matches of Abt-Buy, Amazon-Google and Walmart-Amazon (train and valid) 22 of 2,520 have one, of
        the labelled non-matches 2,361 of 22,445.
        """
        return self.certain and self.about not in _SPELT


def conflict_between(ours: Title, theirs: Title) -> Conflict | None:
    """What speaks against the pair, what is certain first; None where nothing does.

    A quantity, number or model that only one side states is no conflict by itself: shops leave things out. It is one
    where each side states what the other does not. A title that names no pack means one piece, but as that is an
    inference, the conflict is not certain.
    """
    found = list(conflicts_between(ours, theirs))
    return next((c for c in found if c.certain), found[0] if found else None)


def conflicts_between(ours: Title, theirs: Title) -> Iterator[Conflict]:
    """All that speaks against the pair (see `conflict_between`)."""
    if (ours.pack or 1) != (theirs.pack or 1):
        both = ours.pack is not None and theirs.pack is not None
        yield Conflict("pack", str(ours.pack or "not named"), str(theirs.pack or "not named"), certain=both)
    for dimension in sorted({d for d, _ in ours.quantities} & {d for d, _ in theirs.quantities}):
        mine, other = _values(ours, dimension), _values(theirs, dimension)
        mine_only, other_only = _apart(mine, other), _apart(other, mine)
        if mine_only and other_only:
            yield Conflict(dimension, f"{mine_only[0]:g}", f"{other_only[0]:g}")
    for about, one, two in (("colour", ours.colours, theirs.colours), ("size", ours.sizes, theirs.sizes)):
        if one and two and one.isdisjoint(two):
            yield Conflict(about, _named(one), _named(two))
    for about, one, two in (
        ("model", _missing_models(ours, theirs), _missing_models(theirs, ours)),
        ("number", _missing_numbers(ours, theirs), _missing_numbers(theirs, ours)),
    ):
        if one and two:
            yield Conflict(about, _named(one), _named(two))


def brands_differ(ours: str | None, theirs: str | None, our_title: Title, their_title: Title) -> bool:
    """Whether both name a brand and neither is the other, part of it, or named in the other's title."""
    mine, other = squash(ours or ""), squash(theirs or "")
    if not mine or not other or mine in other or other in mine:
        return False
    return mine not in their_title.squashed and other not in our_title.squashed


def unsaid(mine: Title, other: Title) -> list[str]:
    """What `mine` says and `other` does not: telling words, numbers, quantities and model numbers, sorted.

    A word counts as said where the other has it in another spelling: plural, one slip in a long word, an abbreviation
    ("prof." for professional, "wl" for wireless), or compounds written apart.
    """
    words = {w for w in mine.words if len(w) > 1 and "=" not in w and not any(c.isdigit() for c in w)} - _IDLE
    missing = {w for w in words if not _said(w, mine, other)}
    missing |= _missing_models(mine, other) | _missing_numbers(mine, other)
    missing |= {f"{d} {v:g}" for d, v in mine.quantities if _apart([v], _values(other, d))}
    return sorted(missing)


def _said(word: str, mine: Title, other: Title) -> bool:
    if word in other.words:
        return True
    holders = [v for v in other.words if word in v]
    if any(v in mine.squashed for v in holders) or (not holders and len(word) >= 4 and word in other.squashed):
        return True
    return any(_same_word(word, v) or _shortens(word, v, mine) or _shortens(v, word, other) for v in other.words)


def _same_word(one: str, two: str) -> bool:
    from rapidfuzz.distance import OSA

    short, long = sorted((one, two), key=len)
    if len(short) >= 3 and long in (short + "s", short + "es", short + "n", short + "en", short + "e"):
        return True
    return len(short) >= 6 and OSA.distance(short, long, score_cutoff=1) <= 1


def _shortens(short: str, long: str, title: Title) -> bool:
    """Whether `short` stands in its title as an abbreviation (a dot after it, or consonants only) that fits `long`."""
    if not 2 <= len(short) < len(long) or short[0] != long[0] or any(c.isdigit() for c in long):
        return False
    if f"{short}." not in title.text and not (len(short) <= 4 and set(short).isdisjoint("aeiouy")):
        return False
    letters = iter(long)
    return all(c in letters for c in short)


def _values(title: Title, dimension: str) -> list[float]:
    return sorted(v for d, v in title.quantities if d == dimension)


def _missing_models(mine: Title, other: Title) -> frozenset[str]:
    return frozenset(m for m in mine.models if m not in other.squashed)


def _missing_numbers(mine: Title, other: Title) -> frozenset[str]:
    return mine.numbers - other.numbers - other.digits


def _apart(values: list[float], others: list[float]) -> list[float]:
    return [v for v in values if not any(abs(v - o) <= _SAME * max(v, o) for o in others)]


def _named(values: frozenset[str]) -> str:
    return "/".join(sorted(values))

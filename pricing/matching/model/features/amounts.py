"""Numbers of two listings compared: quantities in one unit, packs, versions, editions, prices."""

from __future__ import annotations

import math

from pricing.matching.model.features.reading import Reading

NAMES = (
    "quantities_equal", "quantities_conflict", "quantity_ratio", "capacity_ratio", "length_ratio", "content_ratio",
    "pack_ratio", "packs_stated",
    "numbers_shared", "left_numbers_missing", "right_numbers_missing", "numbers_conflict", "year", "version",
    "editions_shared", "editions_left", "editions_right", "platform",
    "colours", "sizes", "price_ratio", "price_distance",
)  # fmt: skip

_EDITIONS = {
    word: meaning
    for meaning, words in {
        "upgrade": "upgrade upgrd upg upgr update",
        "academic": "academic student students education edu teacher school",
        "professional": "professional pro", "standard": "standard std", "home": "home", "business": "business",
        "deluxe": "deluxe dlx", "premium": "premium", "ultimate": "ultimate", "enterprise": "enterprise",
        "basic": "basic", "lite": "lite light", "plus": "plus", "max": "max", "mini": "mini", "extended": "extended",
        "limited": "limited", "collector": "collector collectors", "licence": "license licence lic licenses",
        "oem": "oem", "refurbished": "refurbished refurb renewed used generaluberholt occasion", "bundle": "bundle kit",
        "replacement": "replacement compatible", "small": "small", "large": "large", "left": "left", "right": "right",
        "men": "men mens", "women": "women womens", "kids": "kids junior",
    }.items()
    for word in words.split()
}  # fmt: skip
_PLATFORMS = {
    word: meaning
    for meaning, words in {
        "mac": "mac macintosh osx", "windows": "windows win pc xp vista", "linux": "linux unix", "wii": "wii",
        "ps": "ps2 ps3 ps4 ps5 psp playstation", "xbox": "xbox", "ds": "ds 3ds",
    }.items()
    for word in words.split()
}  # fmt: skip


def amount_features(left: Reading, right: Reading) -> tuple[float, ...]:
    equal, conflict, ratios = _quantities(left, right)
    ours, theirs = left.title, right.title
    left_missing = ours.numbers - theirs.numbers - theirs.digits
    right_missing = theirs.numbers - ours.numbers - ours.digits
    left_editions, right_editions = _meanings(left, _EDITIONS), _meanings(right, _EDITIONS)
    price, distance = _price(left, right)
    return (
        equal,
        conflict,
        max(ratios.values(), default=math.nan),
        ratios.get("capacity", math.nan),
        ratios.get("length", math.nan),
        max(ratios.get("mass", math.nan), ratios.get("volume", math.nan)),
        abs(math.log((ours.pack or 1) / (theirs.pack or 1))),
        (ours.pack is not None) + (theirs.pack is not None),
        len(ours.numbers & theirs.numbers),
        len(left_missing),
        len(right_missing),
        float(bool(left_missing) and bool(right_missing)),
        _disjoint(_years(left), _years(right)),
        _disjoint(_versions(left), _versions(right)),
        len(left_editions & right_editions),
        len(left_editions - right_editions),
        len(right_editions - left_editions),
        _disjoint(_meanings(left, _PLATFORMS), _meanings(right, _PLATFORMS)),
        _disjoint(ours.colours, theirs.colours),
        _disjoint(ours.sizes, theirs.sizes),
        price,
        distance,
    )


def _quantities(left: Reading, right: Reading) -> tuple[int, int, dict[str, float]]:
    """Dimensions that agree, that conflict, and how far apart the nearest values of each shared one are (log)."""
    ratios: dict[str, float] = {}
    for dimension, mine in left.title.quantities:
        for other_dimension, other in right.title.quantities:
            if dimension == other_dimension and mine > 0 and other > 0:
                distance = abs(math.log(mine) - math.log(other))
                ratios[dimension] = min(distance, ratios.get(dimension, math.inf))
    equal = sum(distance <= 0.03 for distance in ratios.values())
    return equal, len(ratios) - equal, ratios


def _meanings(reading: Reading, vocabulary: dict[str, str]) -> frozenset[str]:
    return frozenset(vocabulary[w] for w in reading.words if w in vocabulary)


def _years(reading: Reading) -> frozenset[str]:
    return frozenset(w for w in reading.title.models if len(w) == 4 and w.isdigit() and w[:2] in ("19", "20"))


def _versions(reading: Reading) -> frozenset[str]:
    return frozenset(w.removesuffix(".0") for w in reading.title.numbers if len(w) <= 4)


def _disjoint(one: frozenset[str], two: frozenset[str]) -> float:
    """1 where they share something, 0 where they share nothing, null where one side is silent."""
    return math.nan if not one or not two else float(not one.isdisjoint(two))


def _price(left: Reading, right: Reading) -> tuple[float, float]:
    """Log of left over right, and how far it is from none; null where unknown or in two currencies."""
    mine, other = left.listing, right.listing
    if not mine.price or not other.price or mine.price <= 0 or other.price <= 0:
        return math.nan, math.nan
    if mine.currency and other.currency and mine.currency != other.currency:
        return math.nan, math.nan
    ratio = math.log(mine.price) - math.log(other.price)
    return ratio, abs(ratio)

"""Describable goods: what each is, how it is called, what it costs in a shop and which numbers stand on its pack."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.market.columns import Bools, Floats, Ints
from experiments.market.vocabulary import LINES, SHELVES, Size

ROOM = 1.25
"""Combinations of words for each product: some stay free, so that a near miss finds one."""


@dataclass(frozen=True)
class Goods:
    """Describable products, one entry each: places in SHELVES and in the shelf's word lists; prices in EUR."""

    shelf: Ints
    brand: Ints
    descriptor: Ints
    noun: Ints
    size: Ints
    line: Ints
    price: Floats
    gtin: list[str]
    mpn: list[str]

    def __len__(self) -> int:
        return len(self.shelf)

    @property
    def kinds(self) -> Ints:
        """What tells goods apart, columns shelf, brand, descriptor, noun, size, line."""
        return np.stack([self.shelf, self.brand, self.descriptor, self.noun, self.size, self.line], axis=1)

    def brand_of(self, i: int) -> str:
        """The brand's name."""
        return SHELVES[int(self.shelf[i])].department.brands[int(self.brand[i])]

    def size_of(self, i: int) -> Size:
        """What is in the pack."""
        return SHELVES[int(self.shelf[i])].sizes[int(self.size[i])]

    def words(self, i: int) -> tuple[str, str, str]:
        """Descriptor (after the line's name, where it has one), noun and size label."""
        shelf = SHELVES[int(self.shelf[i])]
        descriptor = shelf.department.descriptors[int(self.descriptor[i])]
        line = LINES[int(self.line[i])]
        return f"{line} {descriptor}".strip(), shelf.nouns[int(self.noun[i])], self.size_of(i).label

    def title(self, i: int) -> str:
        """The name shown to shoppers."""
        return " ".join((self.brand_of(i), *self.words(i)))


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it (GS1 General Specifications, section 7.9)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def gtins(numbers: Sequence[int], cases: Bools) -> list[str]:
    """Valid GTIN-13, or GTIN-14 for cases, under 952, the prefix GS1 keeps for demonstrations."""
    bodies = [f"{'1' if case else ''}952{number:09d}" for number, case in zip(numbers, cases, strict=True)]
    return [body + check_digit(body) for body in bodies]


def draw(ours: int, extra: int, rng: np.random.Generator) -> tuple[Goods, Goods]:
    """Distinct combinations of words: the first for us, the next for the rest of the world.

    No more lines come into use than the number of goods asks for.
    """
    chosen: list[Ints] = []
    taken: list[Ints] = []
    for s, shelf in enumerate(SHELVES):
        words = (shelf.department.brands, shelf.department.descriptors, shelf.nouns, shelf.sizes)
        shape = tuple(len(choices) for choices in words)
        n, m = (len(range(s, total, len(SHELVES))) for total in (ours, extra))
        lines = math.ceil((n + m) * ROOM / math.prod(shape))
        drawn = rng.permutation(lines * math.prod(shape))[: n + m]
        line, *places = np.unravel_index(drawn, (lines, *shape))
        columns = np.stack([np.full(n + m, s), *places, line], axis=1).astype(np.int64)
        chosen.append(columns[:n])
        taken.append(columns[n:])
    # Places are shuffled so that a sku tells nothing about its shelf.
    kinds = np.concatenate([rng.permutation(np.concatenate(chosen)), rng.permutation(np.concatenate(taken))])
    goods = describe(kinds, rng, first_number=1)
    return _slice(goods, slice(0, ours)), _slice(goods, slice(ours, None))


def describe(kinds: Ints, rng: np.random.Generator, first_number: int) -> Goods:
    """Goods of the given kinds (see `Goods.kinds`) with prices and numbers of their own."""
    shelf, brand, descriptor, noun, size, line = kinds.T
    level = np.array([s.price for s in SHELVES])[shelf]
    bulk = np.array([[s.worth for s in x.sizes] for x in SHELVES])[shelf, size]
    tier = np.linspace(0.75, 1.4, 6)[(brand * 5 + shelf + line) % 6]
    word = np.linspace(0.85, 1.2, 6)[(descriptor + noun) % 6]
    price = level * bulk * tier * word * rng.lognormal(0, 0.08, len(kinds))
    packs = [SHELVES[s].sizes[z] for s, z in zip(shelf, size, strict=True)]
    cases = np.array([pack.unit == "piece" and pack.amount >= 4 for pack in packs])
    numbers = range(first_number * 37, (first_number + len(kinds)) * 37, 37)
    mpn = [f"{SHELVES[s].name[:2].upper()}-{number:06d}" for s, number in zip(shelf, numbers, strict=True)]
    return Goods(shelf, brand, descriptor, noun, size, line, price, gtins(numbers, cases), mpn)


def _slice(goods: Goods, part: slice) -> Goods:
    shelf, brand, descriptor, noun, size, line = goods.kinds[part].T
    return Goods(shelf, brand, descriptor, noun, size, line, goods.price[part], goods.gtin[part], goods.mpn[part])

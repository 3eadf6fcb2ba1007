"""How the offers of a product are ranked: the weights of what speaks against one, from labelled matches.

Each labelled set (../shared/data/matching, train and valid together) is ranked with the weights under which the other
three miss least, so that no figure comes from weights that its own pairs chose. The weights in
pricing/matching/blocking/candidates.py are round ones near what all four choose.

Run: python -m benchmarks.fit_candidates
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.matching.blocking.candidates import find_candidates, likelihood
from pricing.matching.blocking.text_index import nth
from pricing.matching.tables import read_pairs, read_tables

TABLES = Path(__file__).parents[2] / "shared" / "data" / "matching"
TOPS = (5, 10, 20)
GRID = tuple(product((0.0, 0.25, 0.4, 0.5, 0.6, 0.75), (0.0, 0.05, 0.1, 0.15, 0.2)))
"""Weights tried: of crowding, of the price."""

Places = npt.NDArray[np.int64]
Weights = tuple[float, float]


def main() -> None:
    """Print the recall at 5, 10 and 20 of each set with no weights, the ones the others choose, and those in use."""
    if not TABLES.exists():
        print(f"the labelled tables are not at {TABLES}: nothing measured")
        return
    places = {name: dict(ranks(TABLES / name)) for name in sorted(p.name for p in TABLES.iterdir() if p.is_dir())}
    in_use = (likelihood.__kwdefaults__["crowding"], likelihood.__kwdefaults__["price"])
    for name, own in places.items():
        chosen = best([other for each, other in places.items() if each != name])
        print(f"{name}, recall among {', '.join(map(str, TOPS))} right-hand candidates for each left-hand product:")
        for said, weights in (("similarity alone", (0.0, 0.0)), ("as others choose", chosen), ("as in use", in_use)):
            recalls = ", ".join(f"{np.mean(own[weights] < top):.4f}" for top in TOPS)
            print(f"  {said:16} (crowding {weights[0]:g}, price {weights[1]:g}): {recalls}", flush=True)
    print(f"all four choose {best(list(places.values()))}")


def ranks(folder: Path) -> Iterator[tuple[Weights, Places]]:
    """For each pair of weights the rank of every labelled match among its left listing's candidates, from 0."""
    left, right = read_tables(folder / "tableA.csv", folder / "tableB.csv")
    matches: list[tuple[int, int]] = []
    for file in ("train.csv", "valid.csv"):
        labelled = read_pairs(folder / file, left, right)
        assert labelled.labels is not None
        is_match = np.flatnonzero(labelled.labels)
        matches += zip(labelled.pairs.left[is_match].tolist(), labelled.pairs.right[is_match].tolist(), strict=True)
    found = find_candidates(left, right, top=30)
    for crowding, price in GRID:
        likeliest = likelihood(left, right, found, crowding=crowding, price=price)
        ranked = found.at(np.lexsort((found.right, -likeliest, ~found.identified, found.left)))
        pairs = zip(ranked.left.tolist(), ranked.right.tolist(), strict=True)
        rank = dict(zip(pairs, nth(ranked.left).tolist(), strict=True))
        yield (crowding, price), np.array([rank.get(pair, len(right)) for pair in matches])


def best(sets: Sequence[Mapping[Weights, Places]]) -> Weights:
    """The weights with the least missed among ten, then among five: the geometric mean of the sets' missed shares, so
    that a set where much is missed does not decide alone."""
    return min(GRID, key=lambda weights: [sum(missed(one[weights], top) for one in sets) for top in (10, 5)])


def missed(ranks: Places, top: int) -> float:
    """The logarithm of the share missed among `top`, half a match added so that none is not minus infinity."""
    return float(np.log((np.sum(ranks >= top) + 0.5) / len(ranks)))


if __name__ == "__main__":
    main()

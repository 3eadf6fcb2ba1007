"""How well the scorer tells pairs apart on the labelled sets, and how fast: no figure is of pairs it learned from.

For each set: five folds by product; trained on train.csv and judged on valid.csv (other pairs of the same tables);
where matches are common, judged on products held out whole, with matches thinned to 11%. Then the shipped recipe:
trained on all the sets and judged on products held out of each, and trained on all sets but one and judged on that. F1
is at the threshold that `match score` chooses without labels; beside it stands that of the best threshold, which only
labels tell.

Run: python -m benchmarks.bench_matching [folder of labelled sets]
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.matching.figures import Figures, figures
from experiments.matching.ship import labelled_sets
from pricing.matching.listing import Ints, Pairs
from pricing.matching.model.compared import Compared
from pricing.matching.model.scorer import Scorer
from pricing.matching.model.training import Judged, LabelledSet, linked, train

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "matching"
RARE = 0.11
HELD_OUT = 4
"""One product in so many is held out whole."""


def main(folder: Path) -> None:
    sets = labelled_sets(folder)
    for labelled in sets:
        trained = train([labelled])
        show(f"{labelled.name}: five folds by product", figures(trained.judged[0], trained.scorer))
        pairs = np.arange(len(labelled.labels))
        known = len(LabelledSet.read(*files(folder / labelled.name, "train")).labels)
        scorer = train([part(labelled, pairs[:known])]).scorer
        show(f"{labelled.name}: train.csv to valid.csv", judge(scorer, part(labelled, pairs[known:])))
        if is_common(labelled):
            seen, held = by_product(labelled)
            scorer = train([part(labelled, seen)]).scorer
            held = thinned(labelled, held)
            show(f"{labelled.name}: products held out, {RARE:.0%} matches", judge(scorer, part(labelled, held)))
    apart = [by_product(labelled) for labelled in sets]
    scorer = train([part(labelled, seen) for labelled, (seen, _) in zip(sets, apart, strict=True)]).scorer
    for labelled, (_, held) in zip(sets, apart, strict=True):
        show_store("trained on all sets, products held out", scorer, labelled, held)
    for labelled in sets:
        scorer = train([other for other in sets if other is not labelled]).scorer
        show_store("trained on the other sets alone", scorer, labelled, np.arange(len(labelled.labels)))
    speed(sets)


def show_store(what: str, scorer: Scorer, labelled: LabelledSet, places: Ints) -> None:
    """Figures of some pairs of a set, where matches are common also with fewer of them."""
    show(f"{labelled.name}: {what}", judge(scorer, part(labelled, places)))
    if is_common(labelled):
        rarer = part(labelled, thinned(labelled, places))
        show(f"{labelled.name}: {what}, {RARE:.0%} matches", judge(scorer, rarer))


def is_common(labelled: LabelledSet) -> bool:
    """Whether matches are far more common among these pairs than a store would find them."""
    return bool(labelled.labels.mean() > 3 * RARE)


def files(folder: Path, name: str) -> tuple[Path, Path, list[Path]]:
    return folder / "tableA.csv", folder / "tableB.csv", [folder / f"{name}.csv"]


def part(labelled: LabelledSet, places: Ints) -> LabelledSet:
    """Some of the pairs; they are not compared again, as a pair is the same in any company."""
    pairs = Pairs(labelled.pairs.left[places], labelled.pairs.right[places])
    some = replace(labelled, pairs=pairs, labels=labelled.labels[places])
    whole = labelled.compared
    vars(some)["compared"] = replace(whole, pairs=pairs, asked=whole.asked[places])
    return some


def by_product(labelled: LabelledSet) -> tuple[Ints, Ints]:
    """The pairs of products that are not held out, and those of products that are, by place."""
    left, right = (product % HELD_OUT == 0 for product in linked(labelled))
    return np.flatnonzero(~left & ~right), np.flatnonzero(left)


def thinned(labelled: LabelledSet, places: Ints) -> Ints:
    """Of the places all that are no matches, and as many matches as make RARE of them."""
    matches, others = places[labelled.labels[places]], places[~labelled.labels[places]]
    kept = np.random.default_rng(0).choice(matches, round(RARE / (1 - RARE) * len(others)), replace=False)
    return np.sort(np.concatenate([kept, others]))


def judge(scorer: Scorer, labelled: LabelledSet) -> Figures:
    judged = Judged(labelled.name, labelled.labels, scorer.judge(labelled.compared), linked(labelled)[0])
    return figures(judged, scorer)


def speed(sets: list[LabelledSet]) -> None:
    """Pairs a second on one core, of the largest table, everything included: reading, comparing, both rounds."""
    largest = max(sets, key=lambda s: len(s.right))
    scorer = Scorer.open()
    start = time.process_time()
    compared = Compared.of(largest.left, largest.right, largest.pairs)
    scorer.judge(compared)
    spent = time.process_time() - start
    print(
        f"speed on {largest.name}: {len(compared.features):,} pairs compared to judge {len(largest.pairs):,}, "
        f"{spent:.1f} s of one core, {len(compared.features) / spent:,.0f} a second",
        flush=True,
    )


def show(what: str, found: Figures) -> None:
    print(
        f"{what}: F1 {found.f1:.3f} ({found.f1_low:.3f} to {found.f1_high:.3f}), {found.f1_best:.3f} at the best "
        f"threshold, calibration error {found.error:.3f}, {found.error_rare:.3f} where matches are a tenth as common; "
        f"{found.matches:,} of {found.pairs:,} pairs match",
        flush=True,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

"""What a store's own verdicts are worth: the shipped recipe trained on three sets goes on learning from the fourth.

Doubtful pairs of half of that set's products are decided, as if they had waited for review, as many of them matches as
not where there are; the pairs of the other products are judged. F1 is at the threshold that the probabilities ask for;
average precision depends on no threshold.

Run: python -m benchmarks.bench_own_model [folder of labelled sets]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from benchmarks.bench_matching import FOLDER
from experiments.matching.figures import at_their_share, figures
from experiments.matching.ship import labelled_sets
from pricing.matching.listing import Ints, Pairs
from pricing.matching.model.scorer import Scorer
from pricing.matching.model.training import Judged, LabelledSet, linked, train
from pricing.matching.verdicts.learned import learn_from

DECIDED = (100, 300, 1000)
DRAWS = 3
BAND = (0.1, 0.98)
"""Between these probabilities a pair counts as doubtful."""


def main(folder: Path) -> None:
    sets = labelled_sets(folder)
    for store in sets:
        shipped = train([other for other in sets if other is not store]).scorer
        for count in DECIDED:
            drawn = np.array(list(judged(store, shipped, count)))
            if len(drawn):
                told = [f"{value:.3f}" for value in drawn.mean(axis=0)]
                print(
                    f"{store.name}: {drawn[0, -1]:,.0f} pairs decided, F1 {told[0]} before and {told[1]} after, "
                    f"average precision {told[2]} and {told[3]}; better beyond chance in "
                    f"{drawn[:, 4].sum():.0f} of {DRAWS} draws",
                    flush=True,
                )


def judged(store: LabelledSet, shipped: Scorer, count: int) -> Iterator[tuple[float, ...]]:
    """For each draw F1 before and after, average precision before and after, whether it was better, pairs decided."""
    left, right = linked(store)
    probability = shipped.judge(store.compared)
    at_share = at_their_share(probability, shipped)
    doubtful = (at_share > BAND[0]) & (at_share < BAND[1])
    for seed in range(DRAWS):
        random = np.random.default_rng(seed)
        half = random.random(int(max(left.max(), right.max())) + 1) < 0.5
        pool, held = np.flatnonzero(half[left] & doubtful), np.flatnonzero(~half[left] & ~half[right])
        kinds = (pool[store.labels[pool]], pool[~store.labels[pool]])
        chosen = np.sort(np.concatenate([random.permutation(kind)[: count // 2] for kind in kinds]))
        learned = learn_from(of(store, chosen), shipped)
        after = learned.scorer.judge(of(store, held).compared)
        found = [
            figures(Judged(store.name, store.labels[held], p, left[held]), shipped).f1
            for p in (probability[held], after)
        ]
        precision = [float(average_precision_score(store.labels[held], p)) for p in (probability[held], after)]
        yield (*found, *precision, float(learned.better), float(len(chosen)))


def of(store: LabelledSet, places: Ints) -> LabelledSet:
    """Some of the pairs, of the same tables."""
    pairs = Pairs(store.pairs.left[places], store.pairs.right[places])
    return replace(store, pairs=pairs, labels=store.labels[places])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

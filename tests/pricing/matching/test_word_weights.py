"""Words' weights: what labels teach that rarity cannot, and what the numbers add up to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.matching.listing import Listing, Pairs
from pricing.matching.model.features.reading import Corpus
from pricing.matching.model.training import LabelledSet, train
from pricing.matching.model.word_weights import PairWords, WordLearner, WordWeights

WORDS = ("press", "steel", "renewed", "boxed", "kettle", "lid", "black")
titles = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=1, max_size=5)
told = st.dictionaries(st.sampled_from(WORDS), st.floats(-3, 3), max_size=5)
weighings = st.builds(WordWeights, st.floats(-3, 3), told, told)


def words_of(left: list[str], right: list[str]) -> PairWords:
    """All pairs of two tables with these titles."""
    ours, theirs = ([Listing(str(at), title) for at, title in enumerate(table)] for table in (left, right))
    every = Pairs.of((a, b) for a in range(len(left)) for b in range(len(right)))
    return PairWords.of(Corpus(ours, theirs), every)


@settings(deadline=None, max_examples=50)
@given(titles, titles, weighings)
def test_log_odds_are_the_sum_of_what_both_say_and_what_one_says_alone(
    left: list[str], right: list[str], weights: WordWeights
) -> None:
    def total(of: Mapping[str, float], words: set[str]) -> float:
        return sum(of.get(word, 0.0) for word in words)

    expected = [
        weights.bias + total(weights.both, one & other) + total(weights.alone, one ^ other)
        for one in (set(title.split()) for title in left)
        for other in (set(title.split()) for title in right)
    ]
    assert weights.log_odds(words_of(left, right)) == pytest.approx(expected, abs=1e-6)


@settings(deadline=None, max_examples=50)
@given(titles, titles, st.lists(weighings, min_size=1, max_size=4))
def test_the_mean_of_weights_says_the_mean(left: list[str], right: list[str], several: list[WordWeights]) -> None:
    pairs = words_of(left, right)
    expected = np.mean([each.log_odds(pairs) for each in several], axis=0)
    assert WordWeights.mean(several).log_odds(pairs) == pytest.approx(expected, abs=0.01)  # kept to four digits


@pytest.mark.parametrize("labels", [[True, True], [False, False]])
def test_pairs_that_tell_nothing_apart_give_no_weights(labels: list[bool]) -> None:
    learner = WordLearner([(words_of(["steel press"], ["press", "boxed press"]), np.arange(2))])
    weights = learner.fit(np.ones(2, dtype=bool), np.array(labels), np.ones(2))
    assert weights == WordWeights(0.0, {}, {})


def presses(products: int, seed: int) -> LabelledSet:
    """Each product with an offer: half of them say a word more, and "renewed" is another thing where "boxed" is not."""
    random = np.random.default_rng(seed)
    names = ["".join(random.choice(list("bdfgklmnprst"), 6)) for _ in range(products)]
    extra = random.permutation(["", "", "renewed", "boxed"] * (products // 4))
    left = [Listing(f"l{at}", f"coffee press {name}") for at, name in enumerate(names)]
    right = [
        Listing(f"r{at}", f"{name} press coffee {word}")
        for at, (name, word) in enumerate(zip(names, extra, strict=True))
    ]
    return LabelledSet("presses", left, right, Pairs.of((at, at) for at in range(products)), extra != "renewed")


def test_a_word_means_what_the_labels_say_however_rare_it_is() -> None:
    scorer = train([presses(400, seed=1)]).scorer
    other = presses(80, seed=2)
    scores = scorer.score(other.left, other.right, other.pairs)
    assert (scores[other.labels] > 0.9).all() and (scores[~other.labels] < 0.1).all()
    assert scorer.words.alone["renewed"] < -1 < 0 <= scorer.words.alone["boxed"]

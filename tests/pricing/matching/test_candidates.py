"""Candidates: what is the same is among them, they depend on nothing else, and few matches are missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.matching.blocking import text_index
from pricing.matching.blocking.candidates import Candidates, best_for_left, find_candidates
from pricing.matching.blocking.remembered import remembered_candidates
from pricing.matching.blocking.text_index import TextIndex
from pricing.matching.listing import Listing
from pricing.matching.tables import read_pairs, read_tables
from pricing.matching.titles import squash

WORDS = "kopperby compact coffee press ferrolux steel whisk 600 ml 64gb ps-lx350h schwarz größe 茶壶 大号 x".split()
GTIN, OTHER_GTIN = "4006381333931", "5901234123457"

titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
listings = st.lists(titles, min_size=1, max_size=15).map(
    lambda texts: [Listing(str(i), t) for i, t in enumerate(texts)]
)


def pairs_of(found: Candidates) -> set[tuple[int, int]]:
    return set(zip(found.left.tolist(), found.right.tolist(), strict=True))


def rows(found: Candidates) -> list[tuple[int, int, float, bool]]:
    arrays = (found.left, found.right, found.similarity, found.identified)
    return list(zip(*(array.tolist() for array in arrays), strict=True))


@settings(deadline=None, max_examples=30)
@given(listings)
def test_a_listing_is_nearest_to_itself(some: list[Listing]) -> None:
    nearest = TextIndex(some).nearest(some, 1)
    assert [some[at].title for at in nearest.found] == [listing.title for listing in some]
    np.testing.assert_allclose(nearest.similarity, 1)


@settings(deadline=None, max_examples=30)
@given(listings, listings, st.integers(1, 4), st.integers(1, 5))
def test_blocks_and_crawls_make_no_difference(
    left: list[Listing],
    right: list[Listing],
    size: int,
    cut: int,
) -> None:
    """Asked in blocks of another size, or in two crawls one after the other, offers find the same."""
    whole = find_candidates(left, right, top=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_index, "_ASKED_AT_ONCE", size)
        patch.setattr(text_index, "_PAIRS_AT_ONCE", size)
        assert rows(find_candidates(left, right, top=3)) == rows(whole)
    first, second = find_candidates(left, right[:cut], top=3), find_candidates(left, right[cut:], top=3)
    later = [(a, b + len(right[:cut]), *rest) for a, b, *rest in rows(second)]
    assert [*rows(first), *later] == rows(whole)


@settings(deadline=None, max_examples=20)
@given(listings, listings)
def test_the_nearest_are_those_of_all_pairs(left: list[Listing], right: list[Listing]) -> None:
    """Asking for few gives the best of what asking for all gives, and never two products for one place."""
    every, few = TextIndex(left).nearest(right, len(left)), TextIndex(left).nearest(right, 2)
    for at in range(len(right)):
        best = np.sort(every.similarity[every.asked == at])[::-1][:2]
        np.testing.assert_array_equal(few.similarity[few.asked == at], best)
    assert len(set(zip(few.asked.tolist(), few.found.tolist(), strict=True))) == len(few.asked)


def test_similarity_is_the_mean_of_both_cosines() -> None:
    """Against scikit-learn's own TF-IDF with the same weights, where no term is unknown to the index."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = ["red coffee press 600 ml", "blue coffee press", "steel whisk", "red steel mug 300 ml"]
    asked = ["coffee press 600 ml", "steel mug 300"]
    cosines = []
    for kind in ({"token_pattern": r"\w+"}, {"analyzer": "char", "ngram_range": (3, 4), "preprocessor": squash}):
        weigh = TfidfVectorizer(sublinear_tf=True, **kind).fit(texts)
        cosines.append((weigh.transform(asked) @ weigh.transform(texts).T).toarray())
    nearest = TextIndex([Listing(t, t) for t in texts]).nearest([Listing(t, t) for t in asked], 4)
    for a, f, similarity in zip(nearest.asked, nearest.found, nearest.similarity, strict=True):
        assert similarity == pytest.approx(sum(cosines)[a, f] / 2, abs=1e-5)
    assert nearest.similarity[0] > 0.5


def test_an_offer_goes_through_no_more_of_the_index_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for its rarest terms alone an offer still finds the product that has them."""
    monkeypatch.setattr(text_index, "_POSTINGS", 5)
    products = [Listing(str(i), f"stainless steel kitchen whisk model{i:03d}") for i in range(200)]
    found = find_candidates(products, [Listing("o", "kitchen whisk stainless steel, model117")], top=3)
    assert len(found) <= 3
    assert found.left[0] == 117


def test_the_same_identifier_comes_first_whatever_the_titles_say() -> None:
    left = [
        Listing("gtin", "Rioja", gtin=GTIN),
        Listing("mpn", "Turntable", brand="Sony", mpn="PS-LX350H"),
        Listing("text", "Red wine from Spain"),
    ]
    right = [
        Listing("a", "Red wine from Spain", gtin=f"0{GTIN}"),
        Listing("b", "Record player", brand="SONY", mpn="pslx350h"),
        Listing("c", "Record player", brand="Sanyo", mpn="pslx350h"),
        Listing("d", "Something else", gtin="4006381333932"),
    ]
    found = find_candidates(left, right)
    identified = found.at(np.flatnonzero(found.identified))
    assert pairs_of(identified) == {(0, 0), (1, 1)}
    assert found.left[found.right == 0].tolist() == [0, 2]
    assert best_for_left(left, right).identified.tolist()[0]


def test_an_identifier_on_everything_identifies_nothing() -> None:
    left = [Listing(str(i), f"Product {i}", gtin=OTHER_GTIN) for i in range(50)]
    assert not find_candidates(left, [Listing("o", "Offer", gtin=OTHER_GTIN)]).identified.any()


def test_what_resembles_every_product_gives_way() -> None:
    """An offer near to all products stands behind one that is near to this product alone, though its text is nearer."""
    kinds = ("basic", "home", "student", "premium", "teacher", "ultimate")
    left = [Listing(kind, f"Office suite {kind}") for kind in kinds]
    right = [Listing("any", "Office suite"), Listing("premium", "Premium office program full version")]
    found = best_for_left(left, right)
    of_premium = found.at(np.flatnonzero(found.left == 3))
    assert of_premium.right.tolist() == [1, 0]
    assert of_premium.similarity[0] < of_premium.similarity[1]


def test_each_product_gets_as_many_offers_as_asked_for() -> None:
    left = [Listing("a", "Coffee press"), Listing("b", "Tea pot")]
    found = best_for_left(left, [Listing(str(i), f"Coffee press {i}") for i in range(25)], top=10)
    assert found.left.tolist() == [0] * 10


def test_a_price_far_off_counts_against_and_another_currency_says_nothing() -> None:
    left = [Listing("p", "Kopperby Coffee Press", price=20.0, currency="EUR")]
    far = Listing("far", "Kopperby Coffee Press", price=200.0, currency="EUR")
    near = Listing("near", "Kopperby Coffee Press", price=21.0, currency="EUR")
    assert best_for_left(left, [far, near]).right.tolist() == [1, 0]
    zloty = [replace(far, currency="PLN"), replace(near, currency="PLN")]
    assert best_for_left(left, zloty).right.tolist() == [0, 1]


@pytest.mark.parametrize("left", [[], [Listing("p", None)], [Listing("p", "")], [Listing("p", "Press", price=0.0)]])
@pytest.mark.parametrize("right", [[], [Listing("o", None)], [Listing("o", "?!"), Listing("q", "Press", price=-1.0)]])
def test_nothing_to_compare(left: Sequence[Listing], right: Sequence[Listing]) -> None:
    for find in (find_candidates, best_for_left):
        assert all(left[a].title == right[b].title for a, b in pairs_of(find(left, right)))


@settings(deadline=None, max_examples=20)
@given(listings, st.lists(listings, max_size=3))
def test_what_is_remembered_is_what_would_be_found(
    tmp_path_factory: pytest.TempPathFactory, left: list[Listing], crawls: list[list[Listing]]
) -> None:
    path = tmp_path_factory.mktemp("kept") / "candidates.npz"
    for right in crawls:
        assert rows(remembered_candidates(path, left, right, top=2)) == rows(find_candidates(left, right, top=2))


def test_only_offers_that_say_something_new_ask_again(tmp_path: Path) -> None:
    path = tmp_path / "candidates.npz"
    left = [Listing("p", "Kopperby Coffee Press"), Listing("q", "Ferrolux Whisk")]
    offers = [Listing("a", "Coffee press"), Listing("b", "Whisk, Ferrolux"), Listing("c", "Coffee press")]
    asked: list[int] = []

    def run(left: list[Listing], offers: list[Listing]) -> Candidates:
        asked.append(0)

        def report(done: int, total: int) -> None:
            asked[-1] = total

        return remembered_candidates(path, left, offers, report=report)

    first = run(left, offers)
    stamp = path.stat().st_mtime_ns
    assert rows(run(left, offers)) == rows(first)
    assert path.stat().st_mtime_ns == stamp
    run(left, [replace(offers[0], price=3.0, id="z"), replace(offers[1], title="Whisk"), offers[2]])
    run([replace(left[0], title="Kopperby Press"), left[1]], offers)
    path.write_bytes(b"PK\x03\x04 and then nothing of the kind")
    run(left, offers)
    assert asked == [2, 0, 1, 2, 2]


@pytest.mark.parametrize("name", ["abt-buy", "amazon-google"])
def test_few_labelled_matches_are_missed(shared_data: Callable[[str], Path], name: str) -> None:
    """Ten offers for each product hold 99 of 100 matches, and so do ten products for each offer."""
    folder = shared_data(f"matching/{name}")
    left, right = read_tables(folder / "tableA.csv", folder / "tableB.csv")
    matches = set()
    for file in ("train.csv", "valid.csv"):
        labelled = read_pairs(folder / file, left, right)
        assert labelled.labels is not None
        is_match = np.flatnonzero(labelled.labels)
        matches |= set(
            zip(labelled.pairs.left[is_match].tolist(), labelled.pairs.right[is_match].tolist(), strict=True)
        )
    for find in (best_for_left, find_candidates):
        found = find(left, right, top=10)
        assert len(matches & pairs_of(found)) >= 0.99 * len(matches)
        assert len(found) <= 10 * max(len(left), len(right))

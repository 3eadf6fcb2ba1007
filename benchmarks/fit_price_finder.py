"""Fit the weights of the visible price finder, and judge them on shops left out of the fit.

The fit maximises the likelihood of the labelled prices under scrapers/extraction/visible/scorer.py: all candidates
that state an accepted amount count as right together, and on a page labelled without a price "none" is right. With few
shops the weights would follow their habits, so they are pulled (ridge) towards weights set by hand, and a page weighs
less where its shop has many. Deterministic: same pages, same weights.

Run: python -m benchmarks.fit_price_finder [--write]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.pages import LabelledPage, labelled_pages
from scrapers.extraction.page import Page, language_of
from scrapers.extraction.reading import Context
from scrapers.extraction.visible import scorer, weights
from scrapers.extraction.visible.reader import Amounts, amounts_on

Vector = NDArray[np.float64]

BY_HAND = {
    "bias": -0.5,
    # where it stands
    "after_title": 1.0,
    "title_distance": -1.0,
    "rank_after_title": -1.2,
    "button": 0.3,
    "button_distance": -0.8,
    "of_product": 0.5,
    "others": -2.0,
    "frame": -1.5,
    "cart": -3.0,
    "linked": -1.5,
    "choice": -1.0,
    "hidden": -0.7,
    "row": -0.3,
    "list": -1.2,
    # what its elements are and are called
    "named_price": 2.0,
    "named_current": 1.0,
    "named_regular": -1.0,
    "named_other_money": -1.2,
    "itemprop": 2.0,
    "struck": -7.0,
    "bold": 0.5,
    # what is written
    "signed": 1.2,
    "cents": 0.3,
    "alone": 0.5,
    "long": -1.0,
    "sentence": -1.5,
    "range": -0.3,
    "role_now": 1.0,
    "role_was": -2.0,
    "role_unit": -1.5,
    "role_instalment": -2.5,
    "role_shipping": -2.5,
    "role_saving": -2.0,
    "role_net": -2.0,
    "says_price": 1.0,
    "says_from": -0.3,
    "not_for_all": -1.0,
    "other_money": -1.5,
    # what else is on the page
    "repeated": 0.6,
    "stated": 2.0,
    "beside_higher_regular": 1.5,
    "regular_beside_lower": -2.0,
    "difference": -2.0,
    "upper_end": -2.0,
}
"""What we would say before seeing a page; the fit moves from here as far as the pages insist."""

RIDGE = 1.0
"""How hard a weight is pulled back: as right as less with one shop left out, and less sure of what it has seen."""

NAMES = tuple(sorted(BY_HAND))


@dataclass(frozen=True)
class Example:
    """A page: its amounts, and which of them are right."""

    shop: str
    url: str
    accepted: frozenset[Decimal]
    amounts: Amounts
    features: NDArray[np.float64]
    right: NDArray[np.bool_]


def example(page: LabelledPage) -> Example:
    """The page as the price finder sees it."""
    parsed = Page.parse(page.html(), page.url)
    amounts = amounts_on(parsed, Context(page.url, None, language_of(parsed)))
    rows = [[features.get(name, 0.0) if name != "bias" else 1.0 for name in NAMES] for features in amounts.described]
    accepted = frozenset(Decimal(value) for value in page.accepted.get("price", ()))
    right = np.array([candidate.amount in accepted for candidate in amounts.found], dtype=bool)
    return Example(page.shop, page.url, accepted, amounts, np.array(rows).reshape(len(rows), len(NAMES)), right)


def fit(examples: Sequence[Example], ridge: float = RIDGE) -> Vector:
    """Weights in the order of NAMES."""
    prior = np.array([BY_HAND[name] for name in NAMES])
    pages = Counter(e.shop for e in examples)
    # A page that has a price, but not where the finder looks, teaches nothing about choosing.
    useful = [e for e in examples if e.right.any() or not e.accepted]

    def loss(at: Vector) -> tuple[float, Vector]:
        total, slope = ridge * float(((at - prior) ** 2).sum()), 2 * ridge * (at - prior)
        for e in useful:
            chances = softmax(e.features @ at)
            right = np.append(e.right, not e.accepted)
            hit = float(chances[right].sum())
            share = float(pages[e.shop] ** -0.5)
            total -= share * float(np.log(hit + 1e-12))
            slope = slope + share * (chances - chances * right / (hit + 1e-12))[:-1] @ e.features
        return total, slope

    return np.asarray(minimize(loss, prior, jac=True, method="L-BFGS-B").x)


def softmax(scores: Vector) -> Vector:
    """Probabilities of the candidates, and of none as the last one."""
    scores = np.append(scores, 0.0)
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def choice(e: Example, at: Vector) -> tuple[Decimal | None, float]:
    """The amount that wins on a page, with its probability; None where "no price" does."""
    chances = softmax(e.features @ at)
    by_amount: Counter[Decimal] = Counter()
    for candidate, chance in zip(e.amounts.found, chances[:-1], strict=True):
        by_amount[candidate.amount] += float(chance)  # type: ignore[assignment]  # a counter of probabilities
    best = max(by_amount, key=lambda amount: by_amount[amount], default=None)
    if best is None or by_amount[best] <= chances[-1]:
        return None, float(chances[-1])
    return best, float(by_amount[best])


def left_out(examples: Sequence[Example], ridge: float = RIDGE) -> list[tuple[Example, Decimal | None, float]]:
    """Each page with the choice of weights that were fitted without its shop."""
    chosen = []
    for shop in sorted({e.shop for e in examples}):
        at = fit([e for e in examples if e.shop != shop], ridge)
        chosen += [(e, *choice(e, at)) for e in examples if e.shop == shop]
    return chosen


def main() -> None:
    """Print the leave-one-shop-out figures; with --write, put weights fitted on all shops into the package."""
    examples = [example(page) for page in sorted(labelled_pages(), key=lambda p: (p.shop, p.url))]
    for ridge in (0.03, 0.1, 0.3, RIDGE, 3.0, 1000.0):
        chosen = left_out(examples, ridge)
        made = [(e, amount, sure) for e, amount, sure in chosen if amount is not None]
        right = sum(amount in e.accepted for e, amount, _ in made)
        precision, recall = right / len(made), right / sum(bool(e.accepted) for e in examples)
        f1 = 2 * precision * recall / (precision + recall)
        expected = sum(sure for _, _, sure in made) / len(made)
        print(
            f"ridge {ridge:<7} precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} mean confidence {expected:.3f}"
        )
        if ridge == RIDGE:
            for e, amount, sure in chosen:
                if amount not in e.accepted and (amount is not None or e.accepted):
                    print(f"   missed: {e.url[:80]} read {amount} ({sure:.2f}), right {sorted(e.accepted)}")
    at = fit(examples)
    for name, value in zip(NAMES, at, strict=True):
        print(f"{name:<22}{value:7.2f}{BY_HAND[name]:7.2f} by hand")
    if "--write" in sys.argv:
        lines = "".join(f'    "{name}": {value:.3f},\n' for name, value in zip(NAMES, at, strict=True))
        docstring = (weights.__doc__ or "").strip()
        text = f'"""{docstring}"""\n\nWEIGHTS: dict[str, float] = {{\n{lines}}}\n'
        Path(weights.__file__).write_text(text, encoding="utf-8")
        print(f"written to {weights.__file__}; read by {scorer.__name__}")


if __name__ == "__main__":
    main()

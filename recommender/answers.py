"""Answers from the released recommender: what to show a customer, or beside a product or basket, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from recommender.for_you import WINDOW, Explanation, Top
from recommender.interactions import moment_of
from warehouse.errors import InputError, NotFound

if TYPE_CHECKING:
    from recommender.release import Released
    from warehouse.artifacts import Artifacts

KIND = "recommender"
"""The artifact kind of a released recommender."""
MOST = 200
"""The longest answer."""

Placement = Literal["for_you", "bought_together", "popular"]
Purchased = Literal["include", "exclude"]
Source = Literal["own_history", "item_to_item", "als", "bought_together", "popularity"]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One product of an answer; answers are ordered, best first, and hold no sku twice.

    `score` is comparable within one answer only; `reason` is plain English for people; `source` is the part of the
    model that put it there.
    """

    sku: str
    score: float
    reason: str
    source: Source


_DOUBLED = math.log(2)


class Recommender:
    """One release, loaded; immutable and safe to share between threads."""

    def __init__(self, version: str, released: Released, *, erased: AbstractSet[str] = frozenset()) -> None:
        self.version = version
        """The release that answers come from."""
        self._released = released
        self._customers = {
            customer: place
            for place, customer in enumerate(released.customers)
            if customer is not None and customer not in erased
        }
        self._skus = {sku: place for place, sku in enumerate(released.skus)}
        self._until = moment_of(released.until).date().isoformat()

    @classmethod
    def open(cls, artifacts: Artifacts, *, erased: AbstractSet[str] = frozenset()) -> Recommender:
        """Load the current release, its checksums verified, without the customers `erased` since it was trained.

        NotFound where none was released yet, or where it was removed this moment because another is current.
        """
        from recommender.release import read

        info = artifacts.open(KIND)
        try:
            return cls(info.version, read(info.folder), erased=erased)
        except FileNotFoundError:
            raise NotFound(f"release {info.version} of {KIND} was removed while it was being opened") from None

    def recommend(
        self,
        placement: Placement,
        *,
        customer_id: str | None = None,
        skus: Sequence[str] = (),
        limit: int = 20,
        purchased: Purchased = "include",
    ) -> list[Recommendation]:
        """Answer one placement with at most `limit` products; unknown customers and skus get what is popular.

        `skus` are the products on the page or in the basket: they are never recommended. `purchased` matters for
        `for_you` only. InputError for a placement that does not exist, or a limit outside 1..200.
        """
        check_limit(limit)
        if placement == "for_you":
            return self._for_you(customer_id, skus, limit, purchased)
        if placement == "bought_together":
            return self.bought_together(skus, limit)
        if placement == "popular":
            return self._popular(limit, set(skus))
        raise InputError(f"placement {placement!r} does not exist; use one of {', '.join(get_args(Placement))}")

    def for_you(
        self, customer_id: str | None, limit: int = 20, purchased: Purchased = "include"
    ) -> list[Recommendation]:
        """What this customer is likely to buy next; with `exclude`, only what they never bought before."""
        return self.recommend("for_you", customer_id=customer_id, limit=limit, purchased=purchased)

    def bought_together(self, skus: Sequence[str], limit: int = 20) -> list[Recommendation]:
        """What goes with these products, from orders that hold both; popular products fill up."""
        check_limit(limit)
        together = self._released.together
        given = [self._skus[sku] for sku in dict.fromkeys(skus) if sku in self._skus]
        scores: dict[int, float] = {}
        best: dict[int, tuple[int, int]] = {}
        for sku in given:
            begin, end = together.starts[sku], together.starts[sku + 1]
            columns = (together.related[begin:end], together.score[begin:end], together.orders[begin:end])
            for related, score, orders in zip(*(column.tolist() for column in columns), strict=True):
                scores[related] = scores.get(related, 0.0) + score
                best[related] = max(best.get(related, (0, 0)), (orders, sku))
        ranked = sorted((place for place in scores if place not in given), key=lambda place: (-scores[place], place))
        found = [
            Recommendation(
                self._released.skus[place],
                scores[place],
                f"bought together in {_count(best[place][0], 'order')} with {self._name(best[place][1])}",
                "bought_together",
            )
            for place in ranked[:limit]
        ]
        if len(found) < limit:
            lowest = found[-1].score if found else 1.0
            taken = {*skus, *(item.sku for item in found)}
            found += self._popular(limit - len(found), taken, scale=lowest)
        return found

    def top(self, customer_ids: Sequence[str | None], limit: int, purchased: Purchased) -> Top:
        """For you, for many customers at once (None: unknown); `Top.row` are places in `customer_ids`, `Top.sku` places
        in `skus`."""
        check_limit(limit)
        places = [-1 if customer is None else self._customers.get(customer, -1) for customer in customer_ids]
        asked = np.array(places, dtype=np.int32)
        return self._released.for_you.top(asked, limit, exclude=purchased == "exclude")

    @property
    def skus(self) -> list[str]:
        """The release's skus."""
        return self._released.skus

    def _for_you(
        self, customer_id: str | None, shown: Sequence[str], limit: int, purchased: Purchased
    ) -> list[Recommendation]:
        place = -1 if customer_id is None else self._customers.get(customer_id, -1)
        model = self._released.for_you
        customers = np.array([place], dtype=np.int32)
        if not model.knows(customers)[0]:
            return self._popular(limit, set(shown))
        top = model.top(customers, limit + len(set(shown)), exclude=purchased == "exclude")
        hidden = [self._skus[sku] for sku in shown if sku in self._skus]
        kept = np.flatnonzero(~np.isin(top.sku, hidden))[:limit]
        sku, entry = top.sku[kept], top.entry[kept]
        explanation = model.explain(place, sku)
        answer = []
        for number, (item, score) in enumerate(zip(sku.tolist(), top.score[kept].tolist(), strict=True)):
            reason, source = (
                self._again(int(entry[number])) if entry[number] >= 0 else self._why(item, number, explanation)
            )
            answer.append(Recommendation(self._released.skus[item], score, reason, source))
        return answer

    def _again(self, entry: int) -> tuple[str, Source]:
        model = self._released.for_you
        last = moment_of(int(model.last_on[entry])).date().isoformat()
        orders = int(model.orders[entry])
        if orders == 1:
            return f"you bought this on {last}", "own_history"
        return f"you bought this {orders} times, last on {last}", "own_history"

    def _why(self, sku: int, number: int, explanation: Explanation) -> tuple[str, Source]:
        """The stronger of the personal parts of a discovery's score, where it counts; else popularity.

        What everyone buys says little to a person: popularity is the reason only where no personal part doubles the
        odds of a typical candidate and none is larger.
        """
        item, als, popular = explanation.parts[:, number].tolist()
        if max(item, als) < min(popular, _DOUBLED):
            return self._liked(sku), "popularity"
        if item >= als and explanation.because[number] >= 0:
            return f"because you bought {self._name(int(explanation.because[number]))}", "item_to_item"
        return "customers who buy what you buy chose this", "als"

    def _popular(self, limit: int, hidden: set[str], *, scale: float = 1.0) -> list[Recommendation]:
        model, skus = self._released.for_you, self._released.skus
        found: list[Recommendation] = []
        for place, score in zip(model.popular.tolist(), model.popular_score.tolist(), strict=True):
            if len(found) == limit:
                break
            if skus[place] not in hidden:
                found.append(Recommendation(skus[place], score * scale, self._liked(place), "popularity"))
        return found

    def _liked(self, sku: int) -> str:
        buyers = int(self._released.for_you.buyers[sku])
        if buyers == 0:
            return f"popular before {self._until}"
        return f"popular: bought by {_count(buyers, 'customer')} in the {WINDOW} days before {self._until}"

    def _name(self, sku: int) -> str:
        return self._released.titles[sku] or self._released.skus[sku]


def check_limit(limit: int) -> None:
    """InputError unless 1 <= limit <= 200."""
    if not 1 <= limit <= MOST:
        raise InputError(f"limit {limit} is out of range; ask for 1 to {MOST} products")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"

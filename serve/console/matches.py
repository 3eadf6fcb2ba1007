"""What the page of matches shows, and what its keys and buttons do: the review queue, one offer at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import RedirectResponse, Response

from pricing.matching.verdicts.giving import decide_pairs, undo_verdict
from pricing.matching.verdicts.review import Candidate, JudgedOffer, judged_offer, review_page
from serve.console.form import Form
from serve.console.gate import Visitor, from_this_console
from serve.state import Serving
from warehouse.house import Warehouse
from warehouse.records import MatchVerdict
from warehouse.records.verdicts import WITHDRAWN, Ruling, latest_verdicts, newest_verdicts

SHOWN_VERDICTS = 8
"""How many of the latest verdicts the page lists."""


@dataclass(frozen=True)
class Decided:
    """A verdict given of late. `standing` where it is the pair's last one and can be undone; `own` where whoever looks
    gave it."""

    verdict: MatchVerdict
    standing: bool
    own: bool


@dataclass(frozen=True)
class MatchesPage:
    """One offer of the queue beside one product, with its other candidates; None where nothing waits.

    `next_after` is where the queue goes on, None at its end.
    """

    shown: JudgedOffer | None
    candidate: Candidate | None
    waiting: int
    after: str | None
    next_after: str | None
    decided: Sequence[Decided]

    @property
    def open_elsewhere(self) -> bool:
        """Whether the offer could be one of its other products still."""
        others = self.shown.candidates if self.shown else ()
        return any(other.verdict == "review" and other is not self.candidate for other in others)

    @property
    def undoable(self) -> Decided | None:
        """The verdict that the key u takes back."""
        return next((decided for decided in self.decided if decided.standing and decided.own), None)


def matches_page(
    warehouse: Warehouse, who: str, *, after: str | None, offer: str | None, sku: str | None
) -> MatchesPage:
    """The queue from `after` on, or one offer; `sku` chooses among its candidates, the likeliest by default."""
    page = review_page(warehouse, after=after, limit=1)
    if not page.offers and after is not None:  # past the end: begin again
        page, after = review_page(warehouse, limit=1), None
    shown = judged_offer(warehouse, offer) if offer else next(iter(page.offers), None)
    candidates = shown.candidates if shown else ()
    chosen = next((c for c in candidates if c.sku == sku), next(iter(candidates), None))
    return MatchesPage(
        shown=shown,
        candidate=chosen,
        waiting=page.waiting,
        after=after,
        next_after=after if offer else page.next_after,
        decided=_latest(warehouse, who),
    )


def _latest(warehouse: Warehouse, who: str) -> list[Decided]:
    with warehouse.records.reading() as tx:
        latest = latest_verdicts(tx, limit=SHOWN_VERDICTS)
        newest = newest_verdicts(tx, {verdict.offer_id for verdict in latest})
    return [
        Decided(
            verdict,
            standing=verdict.verdict != WITHDRAWN and newest[verdict.offer_id, verdict.sku].number == verdict.number,
            own=verdict.decided_by == who,
        )
        for verdict in latest
    ]


router = APIRouter(prefix="/matches", include_in_schema=False, dependencies=[Depends(from_this_console)])


@router.post("/decide")
def decide(serving: Serving, who: Visitor, form: Form) -> Response:
    """Decide the pair that was shown, and go on: with the same offer where the form says so, else with the queue."""
    ruling = Ruling(
        form.get("offer_id", ""),
        form.get("sku", ""),
        form.get("verdict", ""),
        pack_ratio=_ratio(form.get("pack_ratio")),
    )
    decide_pairs(serving.warehouse, [ruling], by=who)
    return _to(after=form.get("after"), offer=ruling.offer_id if form.get("stay") else None)


@router.post("/undo")
def undo(serving: Serving, who: Visitor, form: Form) -> Response:
    """Take a verdict back, and show its pair again."""
    offer_id, sku, number = form.get("offer_id", ""), form.get("sku", ""), form.get("number", "")
    if not number.isdecimal() or len(number) > 9:
        raise HTTPException(422, "this is no form of this console")
    undo_verdict(serving.warehouse, offer_id, sku, int(number), by=who)
    return _to(after=form.get("after"), offer=offer_id, sku=sku)


def _ratio(text: str | None) -> float | None:
    """A number as people write it, 0,5 and 1/3 too; None where there is none."""
    if not text or not text.strip():
        return None
    units, _, of = text.replace(",", ".").partition("/")
    try:
        return float(units) / float(of or 1)
    except (ValueError, ZeroDivisionError):
        raise HTTPException(
            422, "give the pack as a number: our units in one of the offer, such as 12, 0.5 or 1/3"
        ) from None


def _to(**query: str | None) -> Response:
    told = urlencode({name: value for name, value in query.items() if value})
    return RedirectResponse(f"/matches?{told}" if told else "/matches", status_code=303)

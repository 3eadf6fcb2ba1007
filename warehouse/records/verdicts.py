"""What people decide about which offer is which product. Rows are only ever added; functions over a transaction."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from warehouse.errors import InputError
from warehouse.records.audit import add_entry
from warehouse.records.locks import hold
from warehouse.records.models import MatchVerdict

WITHDRAWN = "withdrawn"
"""Takes the pair's verdict back: it is open again."""

VERDICTS = ("accept", "reject", "other_pack", "equivalent", WITHDRAWN)
"""`accept`: the same product; `other_pack`: the same in another pack, compared by unit price; `equivalent`: another
brand's product for the same use; `reject`: another product."""

_WITH_PACK = ("other_pack", "equivalent")

MOST_PACK = 100_000.0
"""Pieces of the largest pack there is: more is a slip of the pen."""

_OFFERS_AT_ONCE = 1000


class WrongRuling(InputError):
    """A verdict that cannot be; `field` is the one at fault."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


@dataclass(frozen=True)
class Ruling:
    """A verdict on a pair, and what the offer says as it is given. WrongRuling for one that cannot be.

    `decided_by` and `decided_at` are of a verdict that was given elsewhere; None: by who brings it, now.
    """

    offer_id: str
    sku: str
    verdict: str
    pack_ratio: float | None = None
    note: str | None = None
    offer_title: str | None = None
    offer_brand: str | None = None
    offer_gtin: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None

    def __post_init__(self) -> None:
        for field in ("offer_id", "sku"):
            if not getattr(self, field).strip():
                raise WrongRuling(field, "it is empty; a verdict names an offer and a product")
        if self.verdict not in VERDICTS:
            raise WrongRuling("verdict", f"there is no verdict {self.verdict!r}; choose from {', '.join(VERDICTS)}")
        if (fault := _pack_fault(self.verdict, self.pack_ratio)) is not None:
            raise WrongRuling("pack_ratio", fault)


def _pack_fault(verdict: str, ratio: float | None) -> str | None:
    if ratio is None:
        needed = "other_pack needs one: our units in one of the offer, 12 for a case of 12"
        return needed if verdict == "other_pack" else None
    if verdict not in _WITH_PACK:
        return f"it belongs to the verdict other_pack, not to {verdict}"
    if not (math.isfinite(ratio) and 0 < ratio <= MOST_PACK):
        return f"{ratio:g} cannot be: it is our units in one of the offer, above 0 and up to {MOST_PACK:,.0f}"
    if verdict == "other_pack" and ratio == 1:
        return "1 is the same pack; accept it"
    return None


def add_rulings(tx: Session, rulings: Iterable[Ruling], *, by: str, at: datetime) -> list[MatchVerdict]:
    """Keep verdicts given at once by one person, and note it in the audit log; those written.

    One that says what already stands, about an offer that says what it said, is not written again.
    """
    if not by.strip():
        raise InputError("a verdict needs the name of who decides")
    # Two who decide at once would otherwise both take a pair's next number.
    hold(tx, "match verdicts")
    given = list(rulings)
    newest = newest_verdicts(tx, {ruling.offer_id for ruling in given})
    written = []
    for ruling in given:
        pair = (ruling.offer_id, ruling.sku)
        before = newest.get(pair)
        if before is not None and _says(before) == _says(ruling):
            continue
        number = 1 if before is None else before.number + 1
        who, when = ruling.decided_by or by, ruling.decided_at or at
        newest[pair] = MatchVerdict(**{**vars(ruling), "number": number, "decided_by": who, "decided_at": when})
        written.append(newest[pair])
    if written:
        tx.add_all(written)
        tx.flush()
        detail: dict[str, object] = {"verdicts": len(written)}
        if len(written) == 1:
            detail = {"offer_id": written[0].offer_id, "sku": written[0].sku, "verdict": written[0].verdict}
        add_entry(tx, at=at, actor=by, action="match decided", subject="match verdicts", detail=detail)
    return written


def standing_verdicts(tx: Session, offer_ids: Collection[str] | None = None) -> dict[tuple[str, str], MatchVerdict]:
    """The verdict that stands by (offer_id, sku), of some offers or of all; where it was withdrawn there is none."""
    return {pair: row for pair, row in newest_verdicts(tx, offer_ids).items() if row.verdict != WITHDRAWN}


def newest_verdicts(tx: Session, offer_ids: Collection[str] | None = None) -> dict[tuple[str, str], MatchVerdict]:
    """The last verdict of each pair, by (offer_id, sku), withdrawn ones too."""
    last = select(MatchVerdict.offer_id, MatchVerdict.sku, func.max(MatchVerdict.number))
    last = last.group_by(MatchVerdict.offer_id, MatchVerdict.sku)
    key = tuple_(MatchVerdict.offer_id, MatchVerdict.sku, MatchVerdict.number)
    asked = select(MatchVerdict).order_by(MatchVerdict.offer_id, MatchVerdict.sku)
    if offer_ids is None:
        found = list(tx.scalars(asked.where(key.in_(last))))
    else:
        found = []
        for some in _batches(sorted(set(offer_ids))):
            found += tx.scalars(asked.where(key.in_(last.where(MatchVerdict.offer_id.in_(some)))))
    return {(row.offer_id, row.sku): row for row in found}


def decided_since(tx: Session, known: Mapping[tuple[str, str], MatchVerdict]) -> set[str]:
    """The offers about which people have decided otherwise than the standing verdicts that are known."""
    now = standing_verdicts(tx)
    return {
        pair[0]
        for pair in known.keys() | now.keys()
        if pair not in known or pair not in now or known[pair].number != now[pair].number
    }


def verdict_history(tx: Session, offer_id: str, sku: str) -> list[MatchVerdict]:
    """Every verdict on a pair, the newest first."""
    asked = select(MatchVerdict).where(MatchVerdict.offer_id == offer_id, MatchVerdict.sku == sku)
    return list(tx.scalars(asked.order_by(MatchVerdict.number.desc())))


def latest_verdicts(tx: Session, *, limit: int) -> list[MatchVerdict]:
    """What was decided last, on whichever pairs, the newest first."""
    asked = select(MatchVerdict).order_by(MatchVerdict.decided_at.desc(), MatchVerdict.offer_id, MatchVerdict.sku)
    return list(tx.scalars(asked.order_by(MatchVerdict.number.desc()).limit(limit)))


def _says(row: MatchVerdict | Ruling) -> tuple[object, ...]:
    return row.verdict, row.pack_ratio, row.note, row.offer_title, row.offer_brand, row.offer_gtin


def _batches(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _OFFERS_AT_ONCE):
        yield items[start : start + _OFFERS_AT_ONCE]

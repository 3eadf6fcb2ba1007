"""A person's decision about an offer and a product: kept in the records, and in `matches` at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from pricing.matching.listing import Listing
from pricing.matching.verdicts.changed import changed_since
from pricing.matching.verdicts.review import ASKED_OFFERS, asked
from warehouse.errors import InputError, NotFound
from warehouse.history import ForgottenError
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.records import MatchVerdict
from warehouse.records.verdicts import WITHDRAWN, Ruling, add_rulings, newest_verdicts, verdict_history
from warehouse.session import Session
from warehouse.tables import MATCHES, PRODUCTS

METHOD = "verdict"
"""The `method` of pairs that a person decided, or that such a decision settled along with it."""

_IN_MATCHES = {"accept": "match", "reject": "no_match", "other_pack": "other_pack", "equivalent": "equivalent"}
_SAID = {
    "accept": "accepted",
    "reject": "rejected",
    "other_pack": "said to be another pack",
    "equivalent": "said to be equivalent",
}
_SETTLING = ("accept", "other_pack")
"""Verdicts that say which product an offer is, so that it is no other one. What is equivalent may be so to several."""

_PRODUCT = pa.schema([PRODUCTS.schema.field("sku")])
_TITLED = pa.schema([PRODUCTS.schema.field(name) for name in ("sku", "title")])

_OFFER = pa.schema([MATCHES.schema.field("offer_id")])

ASKED_ROWS = Question.read(
    __name__, "asked_rows.sql", result=MATCHES.schema, key=("offer_id", "sku"), inputs={"asked": _OFFER}
)
ASKED_PRODUCTS = Question.read(
    __name__, "asked_products.sql", result=_TITLED, key=("sku",), inputs={"asked_products": _PRODUCT}
)


def judged_row(verdict: MatchVerdict) -> dict[str, Any]:
    """What a row of `matches` says of a pair that a person judged."""
    by = f"{_SAID[verdict.verdict]} by {verdict.decided_by} on {verdict.decided_at:%Y-%m-%d}"
    return {
        "verdict": _IN_MATCHES[verdict.verdict],
        "pack_ratio": 1.0 if verdict.verdict == "accept" else verdict.pack_ratio,
        "score": 1.0 if verdict.verdict in _SETTLING else 0.0,
        "method": METHOD,
        "reason": f"{by}: {verdict.note}" if verdict.note else by,
    }


def _settled_row(accepted: Iterable[str]) -> dict[str, Any]:
    """What a row of `matches` says of a pair whose offer a person said to be another product, or others."""
    others = ", ".join(sorted(accepted))
    return {"verdict": "no_match", "pack_ratio": None, "method": METHOD, "reason": f"the offer was said to be {others}"}


def _open_row(*, scored: bool) -> dict[str, Any]:
    """What a row says of a pair of which nobody knows any more what the matcher had said; a score of its own stays."""
    row = {"verdict": "review", "pack_ratio": None, "reason": "a verdict was withdrawn; the next run judges anew"}
    return row if scored else {**row, "score": None}


def decide_pairs(warehouse: Warehouse, rulings: Sequence[Ruling], *, by: str) -> list[MatchVerdict]:
    """Keep verdicts in the records and show them in `matches` at once; those that say what did not stand yet.

    What the offers say now is kept with them, where the rulings bring nothing of it. NotFound for an offer that no
    crawl has seen, or a product that does not exist; then nothing is kept.
    """
    return _decide(warehouse, rulings, by=by, matcher={})


def _decide(
    warehouse: Warehouse, rulings: Sequence[Ruling], *, by: str, matcher: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[MatchVerdict]:
    """As `decide_pairs`; `matcher` is what the matcher had said of pairs that come open again."""
    offer_ids = {ruling.offer_id for ruling in rulings}
    if not rulings:
        return []
    with warehouse.session(engine="duckdb") as session:
        known = Known.of(session, {(ruling.offer_id, ruling.sku) for ruling in rulings})
        rows = session.ask(ASKED_ROWS, inputs=asked(offer_ids)).to_pylist()
    for ruling in rulings:
        if (lack := known.lacks(ruling)) is not None:
            raise NotFound(lack[1])
    at = warehouse.clock()
    with warehouse.records.transaction() as tx:
        written = add_rulings(tx, [_as_seen(ruling, known.offers[ruling.offer_id]) for ruling in rulings], by=by, at=at)
        newest = newest_verdicts(tx, offer_ids)
    changed = [{**row, "matched_at": at} for row in _changes(rows, newest, known.offers, matcher)]
    if changed:
        warehouse.lake.merge(MATCHES, pa.Table.from_pylist(changed, schema=MATCHES.schema))
    return written


def undo_verdict(warehouse: Warehouse, offer_id: str, sku: str, number: int, *, by: str) -> None:
    """Take a pair's verdict of that number back: the one before it stands again, or what the matcher had said.

    Nothing is erased: it is a verdict of its own. NotFound where there is no such verdict; InputError where somebody
    has decided anew since.
    """
    with warehouse.records.reading() as tx:
        history = verdict_history(tx, offer_id, sku)
    if not history or not 1 <= number <= history[0].number:
        raise NotFound(f"there is no verdict {number} on offer {offer_id!r} and product {sku!r}")
    if history[0].number != number:
        raise InputError(f"product {sku!r} was decided anew since, by {history[0].decided_by}; look at it again")
    matcher: dict[tuple[str, str], dict[str, Any]] = {}
    if len(history) == 1 or history[1].verdict == WITHDRAWN:
        restored = Ruling(offer_id, sku, WITHDRAWN)
        matcher = _by_matcher(warehouse, offer_id, before=history[0].decided_at)
    else:
        before = history[1]
        restored = Ruling(
            offer_id,
            sku,
            before.verdict,
            pack_ratio=before.pack_ratio,
            note=before.note,
            offer_title=before.offer_title,
            offer_brand=before.offer_brand,
            offer_gtin=before.offer_gtin,
        )
    _decide(warehouse, [restored], by=by, matcher=matcher)


def _by_matcher(warehouse: Warehouse, offer_id: str, *, before: datetime) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of an offer as the matcher had left them; none where the lake does not remember that time."""
    try:
        with warehouse.session(as_of=before, engine="duckdb") as session:
            rows = session.ask(ASKED_ROWS, inputs=asked({offer_id})).to_pylist()
    except ForgottenError:
        return {}
    return {(row["offer_id"], row["sku"]): row for row in rows if row["method"] != METHOD}


def asked_products(skus: Collection[str]) -> dict[str, pa.Table]:
    """The input of the question about some products."""
    return {"asked_products": pa.table({"sku": sorted(skus)}, schema=_PRODUCT)}


@dataclass(frozen=True)
class Known:
    """Those of the offers and products asked for that there are: offers as last observed by id, titles by sku."""

    offers: Mapping[str, Listing]
    products: Mapping[str, str | None]

    @classmethod
    def of(cls, session: Session, pairs: Collection[tuple[str, str]]) -> Known:
        """Look up the sides of pairs (offer_id, sku)."""
        offers = session.ask(ASKED_OFFERS, inputs=asked({offer_id for offer_id, _ in pairs})).to_pylist()
        products = session.ask(ASKED_PRODUCTS, inputs=asked_products({sku for _, sku in pairs})).to_pylist()
        return cls(
            {row["offer_id"]: _listing(row) for row in offers},
            {row["sku"]: row["title"] for row in products},
        )

    def lacks(self, ruling: Ruling) -> tuple[str, str] | None:
        """What of a verdict there is not, as (column, complaint)."""
        if ruling.offer_id not in self.offers:
            return "offer_id", f"no crawl has seen an offer {ruling.offer_id!r}"
        if ruling.sku not in self.products:
            return "sku", f"there is no product {ruling.sku!r}"
        return None


def _listing(row: Mapping[str, Any]) -> Listing:
    told = {name: row[name] for name in ("title", "brand", "mpn", "gtin")}
    return Listing(id=row["offer_id"], seller=row["site"], **told)


def _as_seen(ruling: Ruling, offer: Listing) -> Ruling:
    if (ruling.offer_title, ruling.offer_brand, ruling.offer_gtin) != (None, None, None):
        return ruling
    return replace(ruling, offer_title=offer.title, offer_brand=offer.brand, offer_gtin=offer.gtin)


def _changes(
    rows: Iterable[Mapping[str, Any]],
    newest: Mapping[tuple[str, str], MatchVerdict],
    offers: Mapping[str, Listing],
    matcher: Mapping[tuple[str, str], Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """The rows of `matches` that say otherwise now.

    A verdict about what a page no longer shows leaves its row alone, and settles nothing; what was rejected never
    returns. What comes open again says what `matcher` says of it.
    """
    standing = {pair: verdict for pair, verdict in newest.items() if verdict.verdict != WITHDRAWN}
    current = {
        pair: verdict
        for pair, verdict in standing.items()
        if verdict.verdict == "reject" or not changed_since(verdict, offers[verdict.offer_id])
    }
    accepted: defaultdict[str, set[str]] = defaultdict(set)
    for (offer_id, sku), verdict in current.items():
        if verdict.verdict in _SETTLING:
            accepted[offer_id].add(sku)
    known = {(row["offer_id"], row["sku"]): row for row in rows}
    unknown = dict.fromkeys(MATCHES.schema.names) | {"model_version": METHOD}
    changed = []
    for pair in sorted(known.keys() | current.keys()):
        row = known.get(pair) or {**unknown, "offer_id": pair[0], "sku": pair[1]}
        if pair in current:
            says = judged_row(current[pair])
        elif accepted[pair[0]] and row["verdict"] not in ("no_match", "equivalent"):
            says = _settled_row(accepted[pair[0]])
        elif not accepted[pair[0]] and row["method"] == METHOD and pair not in standing:
            says = dict(matcher.get(pair) or _open_row(scored=pair not in newest))
        else:
            continue
        if any(row[name] != value for name, value in says.items()):
            changed.append({**row, **says})
    return changed

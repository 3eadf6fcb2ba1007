"""How matching stands: what a merchandiser asks of it before trusting a price report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from pricing.matching.verdicts.learned import ModelInUse, model_in_use
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.tables import FLOAT, INTEGER, MATCHES, STRING

SHOWN = 20
"""Pairs shown of each kind."""

_COUNTS = (
    "offers", "by_gtin", "by_mpn", "by_model", "by_people", "other_pack", "equivalent", "review", "changed_pages",
    "unmatched", "products",
)  # fmt: skip

SITES = Question.read(
    __name__,
    "report_sites.sql",
    result=pa.schema([("site", STRING), *((name, INTEGER) for name in _COUNTS), ("expected_precision", FLOAT)]),
    key=("site",),
)
PAIRS = Question.read(
    __name__,
    "report_pairs.sql",
    result=pa.schema(
        [
            ("kind", STRING),
            ("nth", INTEGER),
            ("pairs", INTEGER),
            ("offer_id", STRING),
            ("sku", STRING),
            *((name, STRING) for name in ("product", "product_url", "site", "offer", "offer_url")),
            *(
                MATCHES.schema.field(name)
                for name in ("verdict", "pack_ratio", "score", "reason", "speaks_for", "speaks_against")
            ),
        ]
    ),
    key=("kind", "nth"),
    params={"top": INTEGER},
)
CATALOGUE_MATCHED = Question.read(
    __name__, "report_catalogue.sql", result=pa.schema([("products", INTEGER), ("matched", INTEGER)]), key=()
)


@dataclass(frozen=True)
class SiteMatches:
    """What became of a site's offers (site "" is all), each counted once: matched by GTIN, part number, the model or
    people; other packs and equivalents that people named; under review; unmatched. `changed_pages` of them, matched
    or not, show another product since a verdict. `products` of ours have a match or another pack there.

    `expected_precision`: mean probability of the matches that the model made; None where it made none.
    """

    site: str
    offers: int
    by_gtin: int
    by_mpn: int
    by_model: int
    by_people: int
    other_pack: int
    equivalent: int
    review: int
    changed_pages: int
    unmatched: int
    products: int
    expected_precision: float | None

    @property
    def matched(self) -> int:
        """Offers that are the same product as one of ours."""
        return self.by_gtin + self.by_mpn + self.by_model + self.by_people


def _nothing() -> SiteMatches:
    return SiteMatches("", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None)


@dataclass(frozen=True)
class ShownPair:
    """An offer beside a product, with why. What is not known of either is None."""

    offer_id: str
    sku: str
    product: str | None
    product_url: str | None
    site: str | None
    offer: str | None
    offer_url: str | None
    verdict: str
    pack_ratio: float | None
    score: float | None
    reason: str | None
    speaks_for: str | None
    speaks_against: str | None


@dataclass(frozen=True)
class Shown:
    """The first pairs of a kind, the likeliest first, of `count` in all."""

    count: int = 0
    pairs: Sequence[ShownPair] = ()


@dataclass(frozen=True)
class MatchReport:
    """How matching stands at `as_of`: over the `products` on sale, `matched_products` of which have an offer, and over
    the offers of all `sites`. `model` is the one that the next run will use."""

    as_of: datetime
    model: ModelInUse
    products: int
    matched_products: int
    whole: SiteMatches
    sites: Sequence[SiteMatches]
    changed: Shown
    other_packs: Shown
    review: Shown
    nearest: Shown


def match_report(warehouse: Warehouse, *, top: int = SHOWN) -> MatchReport:
    """How matching stands now, with up to `top` pairs of each kind; all zero where nothing was seen or matched yet."""
    with warehouse.session() as session:
        sites = sorted(
            (SiteMatches(**row) for row in session.ask(SITES).to_pylist()), key=lambda s: (-s.offers, s.site)
        )
        pairs = session.ask(PAIRS, top=top).to_pylist()
        (catalogue,) = session.ask(CATALOGUE_MATCHED).to_pylist()
    pairs.sort(key=lambda row: row["nth"])
    shown: dict[str, Shown] = {}
    for row in pairs:
        kind, count = row.pop("kind"), row.pop("pairs")
        del row["nth"]
        shown[kind] = Shown(count, (*shown.get(kind, Shown()).pairs, ShownPair(**row)))
    return MatchReport(
        as_of=warehouse.clock(),
        model=model_in_use(warehouse),
        products=catalogue["products"],
        matched_products=catalogue["matched"],
        whole=next((s for s in sites if not s.site), _nothing()),
        sites=tuple(s for s in sites if s.site),
        changed=shown.get("changed", Shown()),
        other_packs=shown.get("other_pack", Shown()),
        review=shown.get("review", Shown()),
        nearest=shown.get("nearest", Shown()),
    )

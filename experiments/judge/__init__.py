"""The simulated market's judge: what Purveyor found, held against what is true."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from warehouse.questions import Question
from warehouse.session import Session
from warehouse.tables import INTEGER, MONEY, STRING

TRUE_OFFERS = pa.schema(
    [("site", STRING), ("url", STRING), ("sku", STRING), ("price", MONEY), ("availability", STRING)]
)
"""What the shops truly sell: a row per product page, with the sku of ours that it is, if any."""

_JUDGED = ("sold", "seen", "price_right", "stock_right", "invented")

CRAWL_JUDGED = Question.read(
    __name__,
    "crawl_judged.sql",
    result=pa.schema([("site", STRING), *((name, INTEGER) for name in _JUDGED)]),
    key=("site",),
    inputs={"true_offers": TRUE_OFFERS},
)

MATCHES_JUDGED = Question.read(
    __name__,
    "matches_judged.sql",
    result=pa.schema([("site", STRING), ("matched", INTEGER), ("right_matches", INTEGER), ("true_matches", INTEGER)]),
    key=("site",),
    inputs={"true_offers": TRUE_OFFERS},
)


@dataclass(frozen=True)
class CrawlJudged:
    """Of `sold` products that a polite crawler can find in a shop: how many were seen, and with the right price and
    stock state. `invented` are offers at addresses where the shop sells nothing."""

    site: str
    sold: int
    seen: int
    price_right: int
    stock_right: int
    invented: int


@dataclass(frozen=True)
class MatchesJudged:
    """Offers matched, those of them matched to the right product, and how many of the offers seen truly are ours."""

    matched: int
    right: int
    true: int

    @property
    def precision(self) -> float | None:
        """Share of the matches that are right; None where nothing was matched."""
        return self.right / self.matched if self.matched else None

    @property
    def recall(self) -> float | None:
        """Share of the true matches that were found; None where there are none."""
        return self.right / self.true if self.true else None


def judge_crawl(session: Session, true_offers: pa.Table) -> list[CrawlJudged]:
    """Each shop's crawl against what it truly sells; `true_offers` has the columns of `TRUE_OFFERS`."""
    rows = session.ask(CRAWL_JUDGED, inputs={"true_offers": true_offers}).to_pylist()
    return sorted((CrawlJudged(**row) for row in rows), key=lambda judged: judged.site)


def judge_matches(session: Session, true_offers: pa.Table) -> MatchesJudged:
    """All matches against the truth, over the offers that were seen."""
    rows = session.ask(MATCHES_JUDGED, inputs={"true_offers": true_offers}).to_pylist()
    names = ("matched", "right_matches", "true_matches")
    return MatchesJudged(*(sum(row[name] for row in rows) for name in names))

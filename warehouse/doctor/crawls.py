"""What the newest crawl of each site says of the site: whether prices still come in as they used to.

A shop changes its pages, hides its prices or locks robots out without a word. So each crawl is held against the site's
own history: how many offers it gave, and which shares of pages were fetched and of offers had a price.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from math import exp, lgamma
from typing import Any, Literal

from warehouse.crawl_causes import in_words
from warehouse.doctor.questions import CRAWLS
from warehouse.session import Session

DROPPED = 0.6
"""What is left of the usual offers or prices of a site when its coverage is said to have dropped."""

REGULAR = 3
"""Earlier crawls of a site that make a usual."""

REFUSED = 0.2
"""The share of planned pages kept from us from which on the shop is said to refuse our robot."""

MOVED = 0.5
"""The share of offers with another price from which on something else may be read as the price."""

FEW = 10
"""Offers of which fewer may all change in a night."""

_LOOK = "open the shop in a browser: it may be down or have changed; then mend its site file"
_ASK = "ask the shop for leave or a feed, or in its site file ask less often (delay) or at other hours (window)"
_REMEDIES = {
    "blocked": _ASK,
    "captcha": _ASK,
    "http_403": _ASK,
    "http_429": _ASK,
    "given_up": _ASK,
    "robots_forbid": "its robots.txt asks robots to stay away, and we do: ask the shop for leave or a feed, or let it "
    "go with: purveyor sites remove {site}",
    "outside_window": "let its crawls begin within the window of its site file",
    "no_browser": "its pages are drawn by scripts, and there is no Chromium: install one",
}
"""By the commonest cause of a crawl that read nothing."""

_BY_CHANCE = 0.00135
"""How unlikely a share must be for a drop to be called one: three standard deviations."""
_WORTH_TELLING = 0.03
"""Smaller drops of a share are nobody's business, however certain."""

FIGURES = (
    "crawl_id", "started_at", "finished_at", "outcome", "scope", "planned", "fetched", "offers", "priced", "rendered",
    "not_modified", "refused", "gone", "changed", "appeared", "stale",
)  # fmt: skip
"""What is told of a crawl beside its failures, as the crawls table has it."""

Verdict = Literal["well", "broken", "no history"]


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a site, as the doctor says it (see findings)."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True)
class SiteHealth:
    """The newest crawl of a site, its `figures` as in the crawls table, beside the site's history.

    `fill` is the share of offers with a price, `reach` that of planned pages fetched; `usual_` is what earlier crawls
    had, None where there are fewer than three. The verdict is "no history" where nothing is plainly wrong and there
    are too few to compare with.
    """

    site: str
    figures: dict[str, Any]
    earlier_crawls: int
    fill: float | None
    usual_fill: float | None
    reach: float | None
    usual_reach: float | None
    trouble: Trouble | None

    @property
    def verdict(self) -> Verdict:
        """In a word."""
        if self.trouble is not None:
            return "broken"
        return "well" if self.earlier_crawls >= REGULAR else "no history"


def site_healths(session: Session, now: datetime) -> list[SiteHealth]:
    """The health of every site that was crawled, by name."""
    return [_health(row) for row in sorted(session.ask(CRAWLS, now=now).to_pylist(), key=lambda row: str(row["site"]))]


def unlikely_drop(hits: int, of: int, earlier_hits: int, earlier_of: int, spread: float) -> bool:
    """Whether `hits` out of `of` is fewer than the history of the same share lets one expect.

    Under a beta-binomial predictive (Jeffreys prior on the earlier share; Gelman et al., Bayesian Data Analysis, 2.3),
    so few come by chance less often than once in 740. `spread` is by how much earlier shares varied beyond chance
    (variance, 1 or more): counts weigh that much less, as in quasi-likelihood (Wedderburn 1974).
    """
    if not of or not earlier_of or earlier_hits / earlier_of - hits / of < _WORTH_TELLING:
        return False
    weight = 1 / max(1.0, spread)
    n = max(1, round(of * weight))
    most = min(n, round(n * hits / of))
    a, b = earlier_hits * weight + 0.5, (earlier_of - earlier_hits) * weight + 0.5
    chance = 0.0
    for k in range(most, -1, -1):  # from the likeliest down: the rest soon weighs nothing
        term = exp(_log_choose(n, k) + _log_beta(k + a, n - k + b) - _log_beta(a, b))
        chance += term
        if chance > _BY_CHANCE:
            return False
        if term < chance * 1e-12:
            break
    return True


def _health(row: dict[str, Any]) -> SiteHealth:
    known = row["earlier_crawls"] >= REGULAR
    return SiteHealth(
        site=row["site"],
        figures={name: row[name] for name in FIGURES} | {"failures": json.loads(row["failures"] or "{}")},
        earlier_crawls=row["earlier_crawls"],
        fill=_share(row["priced"], row["offers"]),
        usual_fill=_share(row["earlier_priced"], row["earlier_offers"]) if known else None,
        reach=_share(row["fetched"], row["planned"]),
        usual_reach=_share(row["earlier_fetched"], row["earlier_planned"]) if known else None,
        trouble=_trouble(row, known),
    )


def _trouble(row: dict[str, Any], known: bool) -> Trouble | None:
    """The first that is wrong: what comes later follows from it."""
    site, planned = row["site"], row["planned"] or 0
    crawl = f"the crawl of {site} that ended {row['finished_at']:%Y-%m-%d %H:%M} UTC"
    look = f"purveyor crawl status {site}"
    if planned and (row["refused"] or 0) >= REFUSED * planned:
        return Trouble(
            "site_refuses",
            f"{crawl} was kept from {row['refused']:,} of {planned:,} pages: the shop does not want our robot, or not "
            "so fast",
            "in its site file ask less often (politeness: delay), at other hours (window) or through a proxy; then "
            + look,
        )
    if row["outcome"] == "failed":
        causes: dict[str, int] = json.loads(row["failures"] or "{}")
        why = f" ({', '.join(f'{in_words(cause)}: {count:,}' for cause, count in causes.items())})" if causes else ""
        what = f"none of {planned:,} pages" if planned else "no page"
        remedy = _REMEDIES.get(max(causes, key=lambda cause: causes[cause], default=""), _LOOK)
        return Trouble("crawl_failed", f"{crawl} read {what}{why}", remedy.format(site=site))
    if not known:
        return None
    for what, now, usual in (
        ("offers", row["offers"], row["usual_offers"]),
        ("prices", row["priced"], row["usual_priced"]),
    ):
        # Of tiers another part is due each day, so that numbers say nothing there; shares do.
        if row["scope"] == "all" and now is not None and usual and now < DROPPED * usual:
            return Trouble(
                "coverage_dropped",
                f"{crawl} gave {now:,} {what}, usually {usual:,.0f}",
                "open some of its pages: the shop may have changed; then mend its site file",
            )
    if _dropped(row, "fetched", "planned", "reach_spread"):
        return Trouble(
            "pages_failing",
            f"{crawl} fetched {_percent(row['fetched'], planned)} of its pages, usually "
            f"{_percent(row['earlier_fetched'], row['earlier_planned'])}",
            f"the causes stand in: {look}",
        )
    if _dropped(row, "priced", "offers", "fill_spread"):
        return Trouble(
            "prices_missing",
            f"{crawl} read a price from {_percent(row['priced'], row['offers'])} of its offers, usually "
            f"{_percent(row['earlier_priced'], row['earlier_offers'])}",
            "open some of its pages: the shop may have changed how it writes prices; then mend its site file",
        )
    known_before = (row["offers"] or 0) - (row["appeared"] or 0)
    if row["changed"] is not None and row["usual_moved"] is not None and known_before >= FEW:
        moved = row["changed"] / known_before
        if moved >= MOVED and moved > 2 * row["usual_moved"]:
            return Trouble(
                "prices_moved",
                f"{crawl} read another price for {row['changed']:,} of {known_before:,} offers, usually for "
                f"{row['usual_moved']:.0%}",
                "open some of its pages: it may be a sale, or something else is now read as the price; then mend its "
                "site file",
            )
    return None


def _dropped(row: dict[str, Any], part: str, whole: str, spread: str) -> bool:
    if row[part] is None or row[whole] is None:
        return False
    return unlikely_drop(row[part], row[whole], row[f"earlier_{part}"], row[f"earlier_{whole}"], row[spread] or 1.0)


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%"


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)

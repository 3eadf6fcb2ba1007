"""Which competitors there are, how their shops speak and by what rule each sets its prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.market.columns import Floats, Ints

FLOOR = 1.25
"""Who undercuts stops at this times the cost, which has no tax in it."""


@dataclass(frozen=True)
class Rule:
    """How a competitor prices what we sell too.

    - follow: our price of `days` days before, times its position.
    - undercut: `by` under our price of `days` days before, but not under `FLOOR` times the cost.
    - cost_plus: the cost, which is ours, plus `by` of it, times its position; our price plays no part.
    - high_low: our reference price times its position, and `by` less in the first quarter of each cycle of `days`
      days, which begins on another day for each product.

    The position is a factor by site and category (see `competitors.positions`); for undercut it is not used.
    """

    kind: Literal["follow", "undercut", "cost_plus", "high_low"]
    days: int = 0
    by: float = 0.0

    def price(self, product: Ints, followed: Floats, cost: Floats, reference: Floats, day: int) -> Floats:
        """The price before the position; `followed` is our price of `days` before, where the rule follows."""
        match self.kind:
            case "follow":
                return followed
            case "undercut":
                return np.maximum(followed * (1 - self.by), cost * FLOOR)
            case "cost_plus":
                return cost * (1 + self.by)
            case "high_low":
                low = (day + product) % self.days < self.days // 4
                return reference * np.where(low, 1 - self.by, 1.0)


Format = Literal["json-ld", "html", "script"]
"""How a shop's pages say what they sell: in schema.org data, in plain words, or in words that JavaScript writes."""


@dataclass(frozen=True)
class Site:
    """A competitor: its name, how its pages speak, its mean price position (log scale) and its habits.

    `path` is the form of a product page's path, `closed` the folder that robots.txt forbids, shipping is in euro cents,
    `shared` the share of our products that it also sells, `foreign` that of the goods we do not sell.
    """

    name: str
    format: Format
    level: float
    path: str
    closed: str
    gtin_shown: float
    shipping: int
    layouts: int
    rule: Rule
    shared: float = 0.6
    foreign: float = 0.5


SITES = (
    Site("lindenmarkt", "json-ld", -0.03, "/products/{slug}-{number}", "/staff/", 0.65, 395, 4, Rule("follow", 1)),
    Site("kistenhaus", "html", 0.02, "/artikel/{number}-{slug}.html", "/intern/", 0.55, 490, 3, Rule("follow", 3)),
    # A small one: drawing its pages takes a browser.
    Site(
        "szafka", "script", 0.01, "/produkt/{slug}/{number}", "/dla-obslugi/", 0.6, 350, 3, Rule("follow", 2), 0.1, 0.1
    ),
    Site("brightcart", "json-ld", 0.0, "/p/{slug}-{number}", "/staff/", 0.7, 299, 4, Rule("undercut", 1, 0.04)),
    Site("warenkai", "json-ld", 0.0, "/ware/{slug}-{number}", "/intern/", 0.6, 0, 4, Rule("cost_plus", 0, 0.8)),
    Site("oldharbour", "html", 0.03, "/item/{number}-{slug}", "/office/", 0.4, 595, 3, Rule("high_low", 28, 0.22)),
    Site("nordlada", "json-ld", 0.05, "/vara/{slug}-{number}", "/personal/", 0.5, 390, 4, Rule("follow", 6), 0.5),
    Site(
        "sparfux", "html", 0.0, "/sonder/{number}-{slug}.html", "/intern/", 0.45, 490, 3, Rule("undercut", 2, 0.09), 0.4
    ),
    Site("millgate", "json-ld", -0.02, "/shop/{slug}-{number}", "/staff/", 0.8, 350, 4, Rule("cost_plus", 0, 0.7), 0.7),
    Site("skogsbo", "html", 0.0, "/artikel/{number}-{slug}", "/intern/", 0.5, 490, 3, Rule("high_low", 42, 0.3)),
    Site("allesda", "json-ld", 0.08, "/alles/{slug}-{number}", "/intern/", 0.9, 590, 4, Rule("follow", 2), 0.8),
)
"""The first three are the ones served over HTTP; each competes with one of our stores, taken in turn."""

"""One price step under a rule: towards the market, within its limits, never under the floor. Decimal throughout."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from pricing.rules import Rule


@dataclass(frozen=True)
class Limits:
    """Where a proposal may lie, both ends allowed and both on the currency's smallest unit.

    `floor`: least price that keeps the margin over cost; `map_price`: least price agreed with the brand, if any.
    `lowest` and `highest`: the floor, the agreement and the step's limits taken together; empty if lowest > highest.
    """

    floor: Decimal
    map_price: Decimal | None
    step_down: Decimal
    step_up: Decimal

    @property
    def lowest(self) -> Decimal:
        """Least price allowed."""
        return max(self.floor, self.step_down, self.map_price or Decimal(0))

    @property
    def highest(self) -> Decimal:
        """Greatest price allowed."""
        return self.step_up

    def nearest(self, wanted: Decimal) -> Decimal:
        """The allowed price nearest to `wanted`, where any is allowed."""
        return min(max(wanted, self.lowest), self.highest)


def limits(
    rule: Rule, *, price: Decimal, cost: Decimal, tax_rate: Decimal, map_price: Decimal | None, digits: int
) -> Limits:
    """The limits for a product at `price`.

    Cost is without tax, the price holds tax at `tax_rate` (a share: 0.19): price / (1 + tax_rate) >= cost * (1 +
    margin). `digits` are the currency's decimals.
    """
    unit = Decimal(1).scaleb(-digits)
    floor = cost * (1 + rule.min_margin_percent / 100) * (1 + tax_rate)
    return Limits(
        floor=floor.quantize(unit, ROUND_CEILING),
        map_price=None if map_price is None else map_price.quantize(unit, ROUND_CEILING),
        step_down=(price * (1 - rule.max_down_percent / 100)).quantize(unit, ROUND_CEILING),
        step_up=(price * (1 + rule.max_up_percent / 100)).quantize(unit, ROUND_FLOOR),
    )


def target(rule: Rule, market: Decimal, *, digits: int) -> Decimal:
    """The price at the rule's index of the market's price, on the currency's smallest unit."""
    return (market * rule.target_index / 100).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def step(rule: Rule, within: Limits, wanted: Decimal) -> Decimal | None:
    """The price nearest to `wanted` within the limits, ending as the rule asks where such a price lies within them.

    None where the limits leave no price. The answer never falls when `wanted` rises: the prices allowed depend on the
    limits alone, and the nearest of a fixed set of prices is taken.
    """
    if within.lowest > within.highest:
        return None
    price = within.nearest(wanted)
    if rule.ending is None:
        return price
    cycle = _cycle(rule.ending)
    below = rule.ending + cycle * ((price - rule.ending) / cycle).to_integral_value(ROUND_FLOOR)
    near = [p for p in (below, below + cycle) if p > 0 and within.lowest <= p <= within.highest]
    return min(near, key=lambda p: (abs(p - price), p)) if near else price


def ends_in(price: Decimal, ending: Decimal) -> bool:
    """Whether the price ends so: 12.99 in 0.99, 29.90 in 9.9."""
    return (price - ending) % _cycle(ending) == 0


def _cycle(ending: Decimal) -> Decimal:
    """How far apart two prices with the ending are: 1 for 0.99, 10 for 9.9, 100 for 49."""
    return Decimal(1) if ending < 1 else Decimal(10).scaleb(ending.adjusted())

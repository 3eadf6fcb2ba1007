"""Price proposals: one rule over a store's assortment, each proposal with its reason, each silence with its cause."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy.orm import Session

from pricing.position import WINDOW, read_market
from pricing.rules import Rule, default_rule
from pricing.step import Limits, ends_in, limits, step, target
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.records import PriceRule
from warehouse.records.audit import add_entry, list_entries
from warehouse.records.definitions import get_definition, save_definition
from warehouse.tables import PRICE_PROPOSALS

_SUBJECT = "price rule"
"""Under this the audit log says which rule was taken into use when."""


@dataclass(frozen=True)
class Proposal:
    """A proposed price; amounts in the store's currency, `reason` in words."""

    sku: str
    title: str | None
    price: Decimal
    proposed_price: Decimal
    market_price: Decimal
    cost: Decimal
    reason: str


@dataclass(frozen=True)
class ProposalRun:
    """What a run proposes. `without`: products without a proposal, by cause; with `proposals` they make `products`."""

    run_id: str
    store_id: str
    currency: str
    rule: str
    products: int
    proposals: tuple[Proposal, ...]
    without: Mapping[str, int]


def propose(
    warehouse: Warehouse, store_id: str, rule: Rule | None = None, *, window: timedelta = WINDOW
) -> ProposalRun:
    """Make proposals for every product on sale in the store and keep them in `price_proposals`.

    Without a rule, that of the newest run of any store is used, or the one that comes with Purveyor. The rule is kept
    in the records; proposals name its version. The same rule on the same data and window at the same second is the same
    run, written once.

    Raises:
        NotFound: no such store.
        InputError: the rule lacks the tax rate that the store's prices call for.
    """
    now = warehouse.clock()
    rule = rule or _used_last(warehouse) or default_rule()
    with warehouse.session() as session:
        market = read_market(session, store_id, now, window=window)
        versions = session.versions
    store = market.store
    terms = _Terms(rule, rule.tax_rate(store_id, store.prices_include_tax), _digits(rule, store.currency), now)
    with warehouse.records.transaction() as records:
        saved = save_definition(records, PriceRule, rule.name, rule.model_dump(mode="json"), at=now)
        _note_use(records, saved, now)
        rule_name = f"{saved.name} v{saved.version}"
    outcomes = [terms.outcome(row) for row in market.products.to_pylist()]
    proposals = tuple(sorted((o for o in outcomes if isinstance(o, Proposal)), key=lambda p: p.sku))
    without = Counter(o for o in outcomes if isinstance(o, str))
    run_id = _run_id(now, store_id, rule_name, versions, window)
    if proposals:
        rows = [_row(p, run_id, store_id, store.currency, rule_name, now) for p in proposals]
        warehouse.lake.append(
            PRICE_PROPOSALS, pa.Table.from_pylist(rows, schema=PRICE_PROPOSALS.schema), batch_id=run_id
        )
    return ProposalRun(
        run_id, store_id, store.currency, rule_name, len(outcomes), proposals, dict(without.most_common())
    )


@dataclass(frozen=True)
class _Terms:
    """What holds for every product of a run: `tax_rate` is a share, `digits` are the currency's decimals."""

    rule: Rule
    tax_rate: Decimal
    digits: int
    now: datetime

    def outcome(self, row: Mapping[str, Any]) -> Proposal | str:
        """A proposal for a row of MARKET, or why there is none."""
        silence = _silence(row)
        if silence is not None:
            return silence
        within = limits(
            self.rule,
            price=row["price"],
            cost=row["cost"],
            tax_rate=self.tax_rate,
            map_price=row["map_price"],
            digits=self.digits,
        )
        market = row[f"{self.rule.market}_price"]
        wanted = target(self.rule, market, digits=self.digits)
        proposed = step(self.rule, within, wanted)
        if proposed is None:
            return _nowhere(within)
        if proposed == row["price"]:
            return "its price is already where the rule wants it"
        reason = "; ".join(self._reasons(row, market, within, wanted, proposed))
        return Proposal(row["sku"], row["title"], row["price"], proposed, market, row["cost"], reason)

    def _reasons(
        self, row: Mapping[str, Any], market: Decimal, within: Limits, wanted: Decimal, proposed: Decimal
    ) -> Iterator[str]:
        rule, money = self.rule, self._money
        shops = row["shops"]
        offers = f"{shops} offer{'s' if shops > 1 else ''}, newest {_age(self.now - row['newest'])} old"
        yield f"Market {rule.market} {money(market)} ({offers})"
        yield f"ours {money(row['price'])}"
        if rule.target_index != 100:
            yield f"index {_plain(rule.target_index)} of it is {money(wanted)}"
        if wanted > within.highest:
            yield f"raised by {_plain(rule.max_up_percent)} % at most, to {money(within.highest)}"
        elif wanted < within.lowest and within.lowest == within.floor:
            tax = f" + {_plain(self.tax_rate * 100)} % tax" if self.tax_rate else ""
            margin = f"cost {money(row['cost'])} + {_plain(rule.min_margin_percent)} % margin"
            yield f"floored at {margin}{tax} = {money(within.floor)}"
        elif wanted < within.lowest and within.lowest == within.map_price:
            yield f"kept at the minimum advertised price {money(within.lowest)}"
        elif wanted < within.lowest:
            yield f"lowered by {_plain(rule.max_down_percent)} % at most, to {money(within.lowest)}"
        if proposed != within.nearest(wanted):
            yield f"ending in {rule.ending}: {money(proposed)}"
        elif rule.ending is not None and not ends_in(proposed, rule.ending):
            yield f"no price ending in {rule.ending} lies within the limits"

    def _money(self, amount: Decimal) -> str:
        return f"{amount:.{self.digits}f}"


def _silence(row: Mapping[str, Any]) -> str | None:
    """Why a product gets no proposal before its price is even looked at."""
    if not row["matched_offers"]:
        return "no competitor's offer is matched to it"
    if not row["fresh_offers"]:
        return "no fresh offer: the last observation is too old"
    if not row["shops"]:
        return "no fresh offer in stock that can be compared"
    if row["cost"] is None:
        return "its cost is not known"
    if row["map_unclear"]:
        return "its minimum advertised price is in another currency"
    return None


def _nowhere(within: Limits) -> str:
    """Why the limits leave no price."""
    if within.floor > within.highest:
        return "its margin floor lies above what one step allows"
    if within.map_price is not None and within.map_price > within.highest:
        return "its minimum advertised price lies above what one step allows"
    # The price is not on the smallest unit, and the step is too short to reach the next one.
    return "no price in the currency's smallest unit lies within one step"


def _note_use(records: Session, rule: PriceRule, now: datetime) -> None:
    """Note in the audit log that from now on this rule is the one used."""
    used = {"rule": rule.name, "version": rule.version}
    newest = list_entries(records, subject=_SUBJECT, limit=1)
    if not newest or newest[0].detail != used:
        add_entry(records, at=now, actor="command", action="price rule used", subject=_SUBJECT, detail=used)


def _used_last(warehouse: Warehouse) -> Rule | None:
    with warehouse.records.reading() as records:
        newest = list_entries(records, subject=_SUBJECT, limit=1)
        if not newest:
            return None
        used = newest[0].detail
        return Rule.model_validate(get_definition(records, PriceRule, used["rule"], used["version"]).definition)


def _row(
    proposal: Proposal, run_id: str, store_id: str, currency: str, rule_name: str, at: datetime
) -> dict[str, object]:
    return {
        "run_id": run_id,
        "store_id": store_id,
        "sku": proposal.sku,
        "proposed_at": at,
        "price": proposal.price,
        "proposed_price": proposal.proposed_price,
        "market_price": proposal.market_price,
        "cost": proposal.cost,
        "currency": currency,
        "rule": rule_name,
        "reason": proposal.reason,
    }


def _run_id(now: datetime, store_id: str, rule: str, versions: Mapping[str, int], window: timedelta) -> str:
    read = {name: version for name, version in versions.items() if name != PRICE_PROPOSALS.name}
    content = json.dumps([store_id, rule, read, window.total_seconds()], sort_keys=True)
    return f"{now:%Y%m%dT%H%M%SZ}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _digits(rule: Rule, currency: str) -> int:
    """The currency's decimals. InputError where no price in it can have the rule's ending."""
    from babel.numbers import get_currency_precision

    digits = int(get_currency_precision(currency))
    if rule.ending is not None and rule.ending != round(rule.ending, digits):
        raise InputError(
            f"rule {rule.name!r}: no price in {currency} ends in {rule.ending}; change the ending or leave it out"
        )
    return digits


def _age(age: timedelta) -> str:
    hours = max(0, age // timedelta(hours=1))
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"

"""One brand under several names, as the store's own pairs show it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pricing.matching.brands import our_names
from pricing.matching.decide import decide
from pricing.matching.listing import Listing
from pricing.matching.sides import Sides
from tests.pricing.matching.alike import Alike
from warehouse.records import MatchVerdict

GTINS = ("4006381333931", "5901234123457", "4000417025005", "4012345678901")


def named(pairs: list[tuple[str, str]], *more: tuple[str, str | None]) -> dict[str, str]:
    """What brands of offers are called by us: of pairs (our brand, theirs) with one GTIN each, and of `more` offers
    with another GTIN or none."""
    products = [Listing(f"p{at}", "Thing", ours, gtin=GTINS[at]) for at, (ours, _) in enumerate(pairs)]
    offers = [Listing(f"o{at}", "Thing", theirs, gtin=GTINS[at]) for at, (_, theirs) in enumerate(pairs)]
    offers += [Listing(f"m{at}", "Thing", brand, gtin=gtin) for at, (brand, gtin) in enumerate(more)]
    sides = Sides(products, offers)
    return {offers[o].brand or "": name for o, name in our_names(sides, {}).items()}


def test_initials_take_one_pair_and_other_names_three() -> None:
    assert named([("HP", "Hewlett-Packard")]) == {"Hewlett-Packard": "HP"}
    assert named([("Hewlett Packard", "H.P.")]) == {"H.P.": "Hewlett Packard"}
    weber = [("Weber", "Grillmeister")] * 3
    assert named(weber) == {"Grillmeister": "Weber"}
    assert named(weber[:2]) == {}


def test_offers_without_a_gtin_are_called_so_too() -> None:
    assert named([("HP", "Hewlett-Packard")], ("hewlett packard", None))["hewlett packard"] == "HP"


def test_a_name_that_stands_for_several_brands_or_is_one_of_ours_is_no_other_name() -> None:
    assert named([("Weber", "Shop"), ("Weber", "Shop"), ("Weber", "Shop"), ("Bosch", "Shop")]) == {}
    assert named([("Weber", "Bosch"), ("Weber", "Bosch"), ("Weber", "Bosch"), ("Bosch", "Bosch")]) == {}


@pytest.mark.parametrize("shown", [True, False])
def test_an_offer_under_the_brands_other_name_matches_once_a_person_has_shown_that_it_is_one(shown: bool) -> None:
    products = [
        Listing("laser", "HP LaserJet 1018 Printer", "HP"),
        Listing("ink", "HP DeskJet 3520 Printer", "HP"),
    ]
    offers = [
        Listing("o-laser", "LaserJet 1018 Printer", "Hewlett-Packard", seller="berg"),
        Listing("o-ink", "DeskJet 3520 Printer", "Hewlett-Packard", seller="berg"),
    ]
    verdict = MatchVerdict(
        offer_id="o-ink", sku="ink", number=1, verdict="accept", decided_by="ada",
        decided_at=datetime(2026, 5, 4, tzinfo=UTC), offer_title=offers[1].title, offer_brand="Hewlett-Packard",
    )  # fmt: skip
    outcome = decide(products, offers, scorer=Alike(), verdicts={("o-ink", "ink"): verdict} if shown else None)
    (decision,) = (d for d in outcome.decisions if (d.offer_id, d.sku) == ("o-laser", "laser"))
    assert (decision.verdict == "match") is shown

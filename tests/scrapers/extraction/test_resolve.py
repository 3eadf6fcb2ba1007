"""How candidates become one value."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scrapers.extraction.reading import Reading, Value
from scrapers.extraction.resolve import resolve


def reading(field: str, value: Value, reader: str, confidence: float = 0.9) -> Reading:
    return Reading(field, value, reader, confidence, f"{reader} says")


def value_of(*readings: Reading) -> Value | None:
    (field,) = {r.field for r in readings}
    found = resolve(readings)[0].get(field)
    return found.value if found else None


def test_what_is_seen_outweighs_one_reader_that_says_otherwise() -> None:
    stale = reading("price", Decimal(12), "jsonld", 0.8)
    assert value_of(stale, reading("price", Decimal(10), "visible", 0.95)) == Decimal(10)


def test_readers_that_agree_outweigh_one_that_is_sure() -> None:
    agreeing = [reading("sku", "A1", "form", 0.8), reading("sku", "a-1", "labels", 0.8)]
    assert value_of(reading("sku", "B2", "jsonld", 0.95), *agreeing) in ("A1", "a-1")


def test_copies_of_one_database_count_less_than_different_sources() -> None:
    copies = [reading("brand", "X", name, 0.8) for name in ("jsonld", "opengraph")]
    apart = [reading("brand", "Y", name, 0.8) for name in ("jsonld", "labels")]
    confidence = [resolve(found)[0]["brand"].confidence for found in (copies, apart)]
    assert confidence[0] < confidence[1]


def test_an_unlikely_value_is_not_given() -> None:
    assert value_of(reading("sku", "A1", "labels", 0.2)) is None


def test_a_selector_overrules_everything() -> None:
    others = [reading("price", Decimal(10), name, 0.98) for name in ("jsonld", "microdata", "visible")]
    assert value_of(*others, reading("price", Decimal(9), "selector", 1.0)) == Decimal(9)


def test_a_currency_alone_says_nothing() -> None:
    assert resolve([reading("currency", "EUR", "jsonld"), reading("currencyRaw", "€", "jsonld")])[0] == {}


def test_a_sign_is_the_code_that_another_reader_gives_where_it_can_mean_that() -> None:
    price = reading("price", Decimal(5), "jsonld")

    def currency(code: str) -> Value:
        found, _ = resolve(
            [price, reading("currency", "$", "microdata", 0.95), reading("currency", code, "visible", 0.6)]
        )
        return found["currency"].value

    assert currency("CAD") == "CAD"
    assert currency("EUR") == "$"


def test_lists_come_whole_from_one_reader() -> None:
    one = [reading("images", f"/{n}.jpg", "jsonld", 0.9) for n in (1, 2)]
    other = [reading("images", f"/other-{n}.jpg", "opengraph", 0.5) for n in (1, 2, 3)]
    assert [r.value for r in resolve([*other, *one])[1]["images"]] == ["/1.jpg", "/2.jpg"]


names = st.sampled_from(["jsonld", "microdata", "opengraph", "state", "labels", "visible", "form", "unheard-of"])
candidates = st.lists(
    st.builds(reading, st.just("sku"), st.sampled_from(["A", "B", "C"]), names, st.floats(0.0, 1.0)), max_size=8
)


@given(candidates)
def test_confidence_is_a_probability_and_grows_with_agreement(found: list[Reading]) -> None:
    one = resolve(found)[0].get("sku")
    if one is None:
        return
    assert 0 < one.confidence <= 1
    assert one.value in {r.value for r in found}
    agreeing = reading("sku", one.value, "one-more-reader", 0.9)
    assert resolve([*found, agreeing])[0]["sku"].confidence >= one.confidence

"""The page's product in state that its scripts carry, whatever the software: an object with a name or number that is
the page's, and a price or other facts under the names that developers give them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from scrapers.extraction.availability import read_availability
from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.lenient_json import Json
from scrapers.extraction.nodes import first, text_of
from scrapers.extraction.offers import amount_of
from scrapers.extraction.reading import Context, Reading, evidence, tidy
from scrapers.extraction.remembered import remembered
from scrapers.extraction.short_texts import brand_in
from warehouse.gtin import clean_gtin

READER = "state"

_ROLES = {
    "name": "name itemname title productname producttitle displayname contentname",
    "price": "price itemprice productprice currentprice saleprice finalprice sellingprice offerprice pricevalue"
    " actualprice specialprice priceamount ecommtotalvalue pricewithtax priceincltax grossprice discountedprice prices",
    "regular": "regularprice listprice originalprice oldprice wasprice compareatprice baseprice strikeprice pricebefore"
    " crossedprice rrp msrp fullprice",
    "currency": "currency currencycode pricecurrency currencyiso currencyisocode",
    "sku": "sku productsku articlenumber itemnumber artikelnummer skucode articleid productcode asin variantsku",
    "id": "id productid itemid ecommprodid contentids contentid productnumber code reference pid masterid",
    "mpn": "mpn manufacturerpartnumber manufacturernumber modelnumber",
    "gtin": "gtin gtin13 ean ean13 eancode upc barcode isbn",
    "brand": "brand itembrand brandname productbrand manufacturer manufacturername",
    "stock": "availability stockstatus instock isinstock available isavailable stocklevelstatus availabilitystatus",
    "value": "value",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_FACTS = frozenset({"price", "sku", "brand", "gtin", "mpn"})
_INNER_PRICES = ("current", "sale", "selling", "final", "formatted", "now", "value", "amount", "price", "gross", "min")
_INNER_REGULAR = ("regular", "original", "was", "old", "list", "before")
_ASIDE = ("related", "recommend", "similar", "upsell", "crosssell", "cart", "recently", "suggest", "impressions")
"""Parts of a state about other products."""

_MOST_VALUES = 40_000
_MOST_FOUND = 8
_FITS = 0.6


@dataclass(frozen=True, slots=True)
class Found:
    """An object that is the page's product: its values by role, how well it fits, and the currency around it."""

    place: str
    values: dict[str, Json]
    fit: float
    currency: str | None


@remembered
def _role(key: str) -> str | None:
    return _ROLE_OF.get(key.replace("_", "").replace("-", "").replace(" ", "").lower()) if len(key) < 40 else None


@remembered
def _is_aside(key: str) -> bool:
    return any(word in key.replace("_", "").replace("-", "").lower() for word in _ASIDE)


def objects_in(place: str, value: Json, context: Context, budget: int = _MOST_VALUES) -> tuple[list[Found], int]:
    """The objects within `value` that are the page's product, and what is left of the budget of values looked at."""
    found: list[Found] = []
    waiting: list[tuple[Json, str | None]] = [(value, None)]
    while waiting and budget > 0:
        current, currency = waiting.pop()
        budget -= 1
        if isinstance(current, list):
            waiting += [(inner, currency) for inner in reversed(current[:budget]) if isinstance(inner, dict | list)]
            continue
        if not isinstance(current, dict):
            continue
        roles: dict[str, Json] = {}
        for key, inner in current.items():
            role = _role(key)
            if role and inner is not None and inner != "":
                roles.setdefault(role, inner)
        stated = roles.get("currency")
        currency = stated if isinstance(stated, str) and len(stated) <= 4 else currency
        fit = _fit(roles, context) if len(roles) > 1 else 0.0
        if fit and len(found) < _MOST_FOUND:
            found.append(Found(place, roles, fit, currency))
        budget -= len(current)
        waiting += [
            (inner, currency)
            for key, inner in reversed(current.items())
            if isinstance(inner, dict | list) and not _is_aside(key)
        ]
    return found, budget


def _fit(roles: dict[str, Json], context: Context) -> float:
    """How surely the object is the page's product, by its name and its number; 0 where neither is the page's."""
    if not _FACTS & roles.keys() and not {"value", "id"} <= roles.keys():
        return 0.0
    numbers = {text.casefold() for key in ("sku", "id", "gtin") if (text := tidy(first(roles.get(key))))}
    by_number = 0.9 if numbers & set(context.subject.ids) else 0.0
    name = roles.get("name")
    likeness = context.subject.likeness(name) if isinstance(name, str) else 0.0
    by_name = 0.9 * likeness if likeness >= _FITS else 0.0
    if isinstance(name, str) and context.subject.titles and not by_name:
        return 0.5 * by_number  # its number stands in the address, but it is called something else
    return max(by_number, by_name) + 0.05 * bool(by_number and by_name)


def readings_of(found: Found, context: Context) -> Iterator[Reading]:
    """What an object says."""
    values, sure = found.values, found.fit
    note = found.place

    def reading(field: str, value: str | Decimal | None, sure: float) -> Iterator[Reading]:
        if value is not None:
            yield Reading(field, value, READER, round(sure, 3), evidence(f"{note} {field}", value))

    currency = resolve_currency(found.currency, context.currency)
    price, regular = _prices(values, currency)
    yield from reading("name", text_of(values.get("name")), 0.8 * sure)
    if price:
        yield from reading("price", price[0], sure)
        yield from reading("currency", price[1], sure)
        yield from reading("currencyRaw", found.currency, sure)
    yield from reading("regularPrice", regular, 0.8 * sure)
    yield from reading("brand", brand_in(text_of(values.get("brand"))), sure)
    sku, number = text_of(values.get("sku")), text_of(values.get("id"))
    yield from reading("sku", sku, sure)
    if number != sku and number and len(number) >= 3:
        in_address = number.casefold() in context.subject.ids
        yield from reading("sku", number, sure * (0.7 if in_address else 0.5))
    yield from reading("mpn", text_of(values.get("mpn")), sure)
    yield from reading("gtin", clean_gtin(text_of(values.get("gtin"))), sure)
    yield from reading("availability", _stock(values.get("stock")), 0.8 * sure)


def _prices(values: dict[str, Json], currency: str | None) -> tuple[tuple[Decimal, str | None] | None, Decimal | None]:
    """The selling price with its currency, and the regular one."""
    stated = values.get("price", values.get("value"))
    regular = amount_of(values.get("regular"), currency)
    if isinstance(stated, dict):
        price, inner = _price_object(stated, currency)
        return price, regular[0] if regular else inner
    return amount_of(stated, currency), regular[0] if regular else None


def _price_object(
    stated: dict[str, Json], currency: str | None, depth: int = 3
) -> tuple[tuple[Decimal, str | None] | None, Decimal | None]:
    """A price written as an object: {"value": 12.9, "currency": "EUR"}, {"centAmount": 1290}, {"current": {…}}."""
    spelled = {key.replace("_", "").replace("-", "").lower(): inner for key, inner in list(stated.items())[:50]}
    code = next(
        (spelled[k] for k in ("currencycode", "currency", "currencyiso") if isinstance(spelled.get(k), str)), None
    )
    currency = resolve_currency(code, currency) if isinstance(code, str) else currency
    cents, digits = spelled.get("centamount"), spelled.get("fractiondigits", Decimal(2))
    if isinstance(cents, Decimal) and isinstance(digits, Decimal) and 0 <= digits <= 4:
        return amount_of(cents.scaleb(-int(digits)), currency), None
    found: list[tuple[Decimal, str | None] | None] = []
    for names in (_INNER_PRICES, _INNER_REGULAR):
        inner = next((v for name in names for k, v in spelled.items() if k in (name, f"{name}price") and v), None)
        if isinstance(inner, dict):
            found.append(_price_object(inner, currency, depth - 1)[0] if depth else None)
        else:
            found.append(amount_of(inner, currency))
    price, regular = found
    return price, regular[0] if regular else None


def _stock(value: Json) -> str | None:
    if isinstance(value, bool):
        return "in_stock" if value else "out_of_stock"
    text = text_of(value)
    return read_availability(text) if text else None

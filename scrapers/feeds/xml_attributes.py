"""Records of an XML feed in Google Merchant's words: its own feeds (RSS, Atom), YML, and feeds with names of their own.

YML is the feed of Yandex Market and of those who read the same: yandex.com/support/marketplace, "YML".
"""

from __future__ import annotations

from scrapers.feeds.attributes import Attributes
from scrapers.feeds.names import attribute_of
from scrapers.feeds.xml_records import Record


def attributes_of(record: Record) -> Attributes:
    """A record of any feed but YML, its elements known by their names."""
    found: dict[str, list[str]] = {}
    for name, texts in record.items():
        attribute = attribute_of(name)
        if attribute and "/" not in name:
            found.setdefault(attribute, []).extend(texts)
    found["shipping"] = record.get("shipping/price") or found.get("shipping", [])
    if not found.get("link"):  # Atom's <link href="…"/>
        found["link"] = record.get("link@href", [])
    return found


_YML = {
    "@id": "id", "@group_id": "item_group_id", "name": "title", "url": "link", "picture": "image_link",
    "price": "price", "oldprice": "was_price", "currencyid": "currency", "vendor": "brand", "vendorcode": "mpn",
    "barcode": "gtin", "delivery-options/option@cost": "shipping", "@available": "availability",
    "condition@type": "condition",
}  # fmt: skip
_CONDITIONS = {
    "preowned": "used",
    "used": "used",
    "likenew": "used",
    "showcasesample": "used",
    "refurbished": "refurbished",
}


def attributes_of_yml(record: Record) -> Attributes:
    """An offer of a YML feed. A vendor model has no name: it is made of the type, the vendor and the model.

    An offer that is not available, disabled, or of which there are none is out of stock.
    """
    found = {attribute: record[name] for name, attribute in _YML.items() if name in record}
    if "title" not in found:
        found["title"] = [" ".join(text for name in ("typeprefix", "vendor", "model") for text in record.get(name, ()))]
    found["currency"] = ["RUB" if text == "RUR" else text for text in found.get("currency", ())]
    found["condition"] = [_CONDITIONS.get(text.lower(), text) for text in found.get("condition", ())]
    if record.get("disabled") == ["true"] or record.get("count") == ["0"]:
        found["availability"] = ["false"]
    return found

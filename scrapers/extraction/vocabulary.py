"""The words by which shops name things: in class names and ids (small letters, words joined by "-"), and as labels."""

from __future__ import annotations

import re


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


PRICE = _any(
    "price", "preis", r"\bprix\b", "precio", "prezzo", "preco", "prijs", r"\bcena\b", r"\bpris\b", "hinta", "fiyat",
    r"\bpret\b", r"\bamount\b",
)  # fmt: skip
"""Names of an element that holds a price."""

REGULAR = _any(
    r"\bold", r"\bwas\b", "regular", r"list-?price", "strike", "struck", "crossed", "before", "original", r"\brrp\b",
    r"\bmsrp\b", r"\buvp\b", "compare", "previous", "statt", "streich", "barre", "anterior", "antes", "vecchio",
    r"\balt(er|preis)", "stara", "retail", "full-?price", "ordinary", "ordinarie",
)  # fmt: skip
"""Names of a price that is no longer asked."""

OTHER_MONEY = _any(
    "shipping", "versand", "delivery", "liefer", "livraison", "envio", "spedizione", "postage", "fracht",
    r"\bunit", "per-unit", "grundpreis", r"base-?price", r"\bppu\b", "pricepermeasure", r"per-?(kg|l|100|item|piece)",
    "instal", r"\brate\b", "raten", "monthly", "finance", "klarna", "afterpay", "deposit", "pfand", "sav(e|ing)",
    "discount", "rabatt", "spar", "ersparnis", "bonus", "points", "reward", "coupon", "voucher", "bulk", "staffel",
    r"\btier", "tax", "filter", "range-?slider", "threshold", "minicart", "mini-cart", "basket", r"\bcart\b",
    "warenkorb", "subtotal", "total", "history", "alert", "match",
)  # fmt: skip
"""Names of money that is not the price of one product: shipping, per unit, instalments, savings, the basket."""

OTHER_PRODUCTS = _any(
    "related", "recommend", "similar", "upsell", "up-sell", "cross-?sell", "carousel", "also-?bought", "also-?like",
    "accessor", "recent", "empfehl", "aehnlich", "zubehoer", "bestseller", "suggest", "bundle", "sidebar", "header",
    "footer", "modal", "popup", "cookie", "product-?list", "product-?tile", "product-?card", r"\bteaser",
)  # fmt: skip
"""Names of a part of the page that is about something else than its product."""

STOCK = _any(
    "stock", "availab", "verfuegbar", "verfugbar", "lager", "bestand", "lieferstatus", "dispo", "inventory", "voorraad"
)  # fmt: skip
"""Names of an element that says whether it can be bought."""

PER_UNIT_TEXT = _any(
    r"/\s*(?:\d+\s*)?(?:k?g|m?l|cl|m|m²|stk|st|stück|pcs|piece|unit|mo|month|monat|mois|mes)\b",
    r"\b(?:pro|per|je|par|por)\s+(?:\d+\s*)?\w",
)
SHIPPING_TEXT = _any("versand", "shipping", "delivery", "livraison", "lieferung", "spedizione", "envío", r"\+\s")

LABELS: dict[str, re.Pattern[str]] = {
    "price": _any(
        r"(?:unser |ihr |your |our |sale |now |verkaufs|angebots|end|aktions)?"
        r"(?:price|preis|prix|precio|prezzo|preço|prijs|cena|pris|hinta|fiyat|цена|ціна|τιμή|ár|preț|価格|价格)"
    ),
    "regularPrice": _any(
        "list price", "regular price", "was", "rrp", "msrp", "statt", "uvp", "früher", "listenpreis", "alter preis",
        "ursprünglich(?:er preis)?", "prix conseillé", "antes", "prezzo di listino", "adviesprijs",
    ),
    "gtin": _any(
        r"(?:ean|gtin|upc|barcode|isbn|ean/gtin|gtin/ean)(?:[ -]?(?:code|nr\.?|nummer|number|13))?",
    ),
    "sku": _any(
        "sku", r"art(?:ikel|\.)?[ -]?(?:nr\.?|nummer)", r"bestell-?(?:nr\.?|nummer)", r"item (?:no\.?|number|code)",
        "product code", "référence", "referencia", "codice prodotto", "artikkelnummer", "varenummer",
    ),
    "mpn": _any(
        "mpn", "manufacturer part number", r"hersteller-?(?:nr\.?|nummer|artikelnummer)", r"model(?: number| no\.?)?",
        r"modell(?:nr\.?)?",
    ),
    "brand": _any(
        "brand", "marke", "hersteller", "marque", "marca", "merk", "manufacturer", "märke", "značka", "марка", "бренд"
    ),
    "availability": _any(
        "availability", "verfügbarkeit", "lieferstatus", "lagerbestand", "bestand", "stock", "disponibilité",
        "disponibilidad", "disponibilità", "beschikbaarheid", "dostępność", "наличие",
    ),
}  # fmt: skip
"""By field: the label that stands before its value; matched whole."""

LABELLED_TEXT = re.compile(r"\s*([^:：]{2,40}?)\s*[:：]\s*(\S.{0,160})", re.DOTALL)
"""A label and its value in one text."""

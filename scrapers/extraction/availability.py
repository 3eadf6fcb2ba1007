"""Whether a product can be bought, out of schema.org terms and out of words on the page."""

from __future__ import annotations

import re

LONGEST = 200

_TERMS = {
    "instock": "in_stock",
    "limitedavailability": "in_stock",
    "onlineonly": "in_stock",
    "instoreonly": "in_stock",
    "madetoorder": "in_stock",
    "outofstock": "out_of_stock",
    "soldout": "out_of_stock",
    "reserved": "out_of_stock",
    "preorder": "pre_order",
    "presale": "pre_order",
    "backorder": "pre_order",
    "discontinued": "discontinued",
}
"""schema.org ItemAvailability. A back order can be bought now and comes later, as a pre-order does."""

# Read in this order: "nicht auf Lager" holds "auf Lager", and "no longer available" holds "available".
_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "discontinued",
        (
            "discontinued", "no longer available", "no longer sold", "end of life",
            "nicht mehr lieferbar", "nicht mehr verfügbar", "nicht mehr erhältlich", "auslaufartikel",
            "n'est plus disponible", "plus disponible", "plus commercialisé", "fin de série",
            "ya no está disponible", "descatalogado", "fuori produzione", "non più disponibile",
            "niet meer leverbaar", "niet meer verkrijgbaar", "uit het assortiment",
            "wycofany", "już niedostępny", "utgått", "utgår", "udgået", "poistunut",
            "снят с производства", "ukončen", "fora de linha", "descontinuado",
        ),
    ),
    (
        "pre_order",
        (
            "pre-order", "preorder", "pre order", "backorder", "back-order", "available for order",
            "vorbestell", "précommande", "pré-commande", "pre-pedido", "reserva ahora", "preventa",
            "preordine", "preordina", "pré-venda", "pré-encomenda", "voorbestel", "reserveer nu", "przedsprzedaż",
            "förbeställ", "forudbestil", "forhåndsbestill", "ennakkotilaa", "ennakkotilaus", "předobjedn",
            "предзаказ", "ön sipariş", "előrendel", "予約",
        ),
    ),
    (
        "out_of_stock",
        (
            "out of stock", "out-of-stock", "sold out", "soldout", "not in stock", "not available", "unavailable",
            "temporarily unavailable", "notify me when", "email me when", "currently no stock", "0 in stock",
            "ausverkauft", "nicht auf lager", "nicht verfügbar", "nicht lieferbar", "nicht vorrätig", "vergriffen",
            "momentan nicht", "derzeit nicht", "zurzeit nicht", "zur zeit nicht", "benachrichtigen sie mich",
            "rupture de stock", "en rupture", "épuisé", "indisponible", "non disponible", "victime de son succès",
            "agotado", "sin existencias", "no disponible", "fuera de stock", "sin stock", "avísame",
            "esaurito", "non disponibile", "non in magazzino", "terminato",
            "esgotado", "indisponível", "sem estoque", "sem stock", "avise-me",
            "uitverkocht", "niet op voorraad", "niet leverbaar", "niet beschikbaar",
            "niedostępn", "brak w magazynie", "wyprzedan", "chwilowo brak", "brak towaru",
            "slut i lager", "slutsåld", "ej i lager", "inte i lager", "finns ej",
            "udsolgt", "ikke på lager", "utsolgt", "loppu", "ei varastossa", "ei saatavilla",
            "vyprodáno", "není skladem", "nedostupn", "vypredané", "nie je na sklade",
            "нет в наличии", "распродано", "нет на складе", "закончился", "немає в наявності",
            "elfogyott", "nincs raktáron", "nem kapható", "stoc epuizat", "indisponibil",
            "tükendi", "stokta yok", "εξαντλήθηκε", "μη διαθέσιμο", "在庫切れ", "売り切れ", "缺货", "售罄", "품절",
        ),
    ),
    (
        "in_stock",
        (
            "in stock", "in-stock", "available now", "available", "ships today", "ready to ship", "add to cart",
            "add to basket", "add to bag", "left in stock",
            "auf lager", "vorrätig", "sofort lieferbar", "lieferbar", "verfügbar", "versandfertig", "lagernd",
            "in den warenkorb",
            "en stock", "disponible", "ajouter au panier", "en existencia", "hay existencias", "añadir al carrito",
            "disponibile", "in magazzino", "aggiungi al carrello", "disponível", "em estoque", "em stock",
            "op voorraad", "leverbaar", "in winkelwagen", "dostępn", "w magazynie", "na stanie", "do koszyka",
            "i lager", "finns i lager", "på lager", "varastossa", "saatavilla", "skladem", "na sklade", "do košíku",
            "в наличии", "есть на складе", "в корзину", "в наявності", "raktáron", "készleten", "kosárba",
            "în stoc", "in stoc", "stokta", "sepete ekle", "διαθέσιμο", "在庫あり", "有货", "재고 있음",
        ),
    ),
)  # fmt: skip


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    # At the start of a word: Finnish "loppu" must not be found in another word, while endings vary with grammar.
    return re.compile("|".join(rf"(?<![^\W\d_]){re.escape(p)}" for p in sorted(phrases, key=len, reverse=True)))


_PATTERNS = tuple((code, _pattern(phrases)) for code, phrases in _PHRASES)


def read_availability(text: str | None) -> str | None:
    """in_stock, out_of_stock, pre_order or discontinued for a schema.org term or a short text; None where it says none.

    A text longer than 200 characters is read up to there.
    """
    if not text:
        return None
    term = re.split(r"[/#:]", text.strip().rstrip("/"))[-1]
    known = _TERMS.get(re.sub(r"[\s_\-]", "", term).lower())
    if known:
        return known
    words = re.sub(r"\s+", " ", text[:LONGEST]).casefold().replace("’", "'")
    for code, pattern in _PATTERNS:
        if pattern.search(words):
            return code
    return None

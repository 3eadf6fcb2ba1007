"""What columns and elements of feeds are called, and the attribute each stands for."""

from __future__ import annotations

import re
from functools import cache, lru_cache

_NAMES = {
    "id": """id sku item_id itemid product_id productid artikelnummer artnr art_nr art_no artikelnr item_number item_no
        reference référence ref code product_code productcode product_number aw_product_id merchant_product_id""",
    "title": """title name product_name productname product_title item_name bezeichnung artikelbezeichnung artikelname
        produktname titel nombre nom nome naam nazwa název nazev""",
    "link": """link url product_url producturl product_link item_url page_url deeplink deep_link aw_deep_link buy_url
        merchant_deep_link landing_page produkt_url produktlink lien enlace""",
    "image_link": """image_link image image_url imageurl image_src imgurl img_url picture picture_url bild bild_url
        bildlink merchant_image_url large_image foto""",
    "additional_image_link": "additional_image_link additional_image_url imgurl_alternative",
    "price": """price preis prix precio prezzo preço preco prijs cena pris hinta fiyat price_vat price_incl_vat
        price_incl_tax gross_price bruttopreis current_price search_price store_price""",
    "sale_price": """sale_price special_price discount_price discounted_price promo_price offer_price aktionspreis
        angebotspreis sonderpreis prix_promo""",
    "was_price": """was_price old_price oldprice price_old list_price rrp rrp_price msrp uvp strike_price regular_price
        streichpreis product_price_old prix_barré""",
    "sale_price_effective_date": "sale_price_effective_date",
    "currency": "currency currency_code currencyid währung waehrung devise moneda valuta waluta měna",
    "availability": """availability availability_status stock_status in_stock is_in_stock stock quantity qty
        verfügbarkeit verfuegbarkeit lagerstatus bestand disponibilité disponibilidad disponibilità""",
    "gtin": "gtin ean ean13 ean_code eancode gtin13 upc barcode isbn ean_gtin",
    "mpn": """mpn manufacturer_part_number part_number partnumber hersteller_artikelnummer hersteller_nr han
        model_number""",
    "brand": """brand brand_name manufacturer manufacturer_name marke hersteller marque marca merk producent výrobce
        vendor""",
    "condition": "condition zustand état",
    "shipping": "shipping shipping_price shipping_cost shipping_costs delivery_cost versandkosten frais_de_port",
    "item_group_id": "item_group_id itemgroup_id parent_id parent_sku group_id",
    "color": "color colour farbe couleur",
    "size": "size größe taille",
    "material": "material",
    "pattern": "pattern",
}

_CURRENCY = re.compile(r"[ _]?[(\[]([A-Za-z]{3})[)\]]\Z")


@cache
def _attributes() -> dict[str, str]:
    return {name: attribute for attribute, names in _NAMES.items() for name in names.split()}


@lru_cache(maxsize=4096)
def attribute_of(name: str) -> str | None:
    """The attribute that a column or an element stands for, None where the name is not known."""
    plain = re.sub(r"[\s\-./:]+", "_", _CURRENCY.sub("", name.strip()).casefold().removeprefix("g:"))
    return _attributes().get(plain.strip("_"))


def currency_in(name: str) -> str | None:
    """The currency that a column's name states: "Price (EUR)"."""
    stated = _CURRENCY.search(name.strip())
    return stated[1].upper() if stated else None

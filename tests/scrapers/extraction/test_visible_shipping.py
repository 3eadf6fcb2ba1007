"""What sending costs, as pages say it beside the price."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.extraction.product import extract


@pytest.mark.parametrize(
    ("said", "costs"),
    [
        ("<p>zzgl. 4,99 € Versand</p>", "4.99"),
        ("<p>+ 4,90 € shipping</p>", "4.90"),
        ("<p>plus 4,95 € postage</p>", "4.95"),
        ("<p>Standard delivery 3,99 €</p><p>Standard delivery 3,99 €</p>", "3.99"),
        ("<p>Standard delivery 3,99 €</p><p>Express delivery 7,99 €</p>", None),
        ("<p>Free delivery over 50 €</p>", None),
        ("<p>Livraison 5,90 € offerte dès 60 €</p>", None),
        ("<p>Dostawa od 9,99 €</p>", None),
        ('<div class="related-products"><p>plus 4,95 € postage</p></div>', None),
        ("<i></i>" * 99 + "<p>plus 4,95 € postage</p>", None),
    ],
)
def test_beside_the_price(said: str, costs: str | None) -> None:
    page = f'<h1>Kettle K-17</h1><p class="price">31,00 €</p>{said}<button>Add to cart</button>'
    product = extract(page, "https://shop.example/p/1")
    assert (product.price, product.shipping) == (Decimal(31), None if costs is None else Decimal(costs))

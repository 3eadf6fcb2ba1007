"""What the shop sells: made by rule, so that the shop and the test that judges what was read of it know the same."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

SEED = 20260601
VAT = Decimal("0.20")
"""What oscar's strategy for the United Kingdom adds to the price that the shop keeps."""

CLASSES = {"Book": True, "Tool": True, "Food": True, "Download": False}
"""Product classes, and whether their stock is counted; what is not counted is always available."""

_NAMES = {
    "Book": ("Field Guide, 2nd edition", "1,001 Garden Plans", "Atlas of 1984", "The £5 Kitchen", "Short Stories"),
    "Tool": ("Cordless Drill 18 V", "Socket Set 94 pcs", "Pack of 12 Clamps", "Torque Wrench 5-25 Nm", "Spirit Level"),
    "Food": ("Olive Oil 3 x 500 ml", "Espresso Beans 1 kg", "Dark Chocolate 85%", "Sea Salt 250 g", "Green Tea"),
    "Download": ("Pattern Pack", "Font Family (9 styles)", "Map Tiles 2026", "Sound Library", "Course in 10 Lessons"),
}
_SENTENCES = (
    "Rated 4.5 by 1,204 customers.",
    "Others ask £999.99 for it.",
    "Free delivery on orders over £50.00, otherwise £3.95.",
    "That is only £0.12 per use.",
    "Or pay 3 instalments of £4.99.",
    "Out of stock in our Leeds branch? Ask there.",
    "Save £5.00 with the code SPRING.",
    "In stock again since last week.",
)


@dataclass(frozen=True)
class Item:
    """One product as a visitor sees it. `price` is in GBP with VAT; `stock` is None where it is not counted."""

    upc: str
    title: str
    kind: str
    category: str
    maker: str
    net: Decimal
    stock: int | None
    description: str

    @property
    def price(self) -> Decimal:
        """What the page asks for it."""
        return (self.net * (1 + VAT)).quantize(Decimal("0.01"))

    @property
    def availability(self) -> str:
        """As the lake writes it."""
        return "out_of_stock" if self.stock == 0 else "in_stock"


def items(count: int = 200) -> list[Item]:
    """The products, always the same. Prices run from pence to thousands, every fifth counted one is sold out."""
    chance = random.Random(SEED)
    return [_item(number, chance) for number in range(count)]


def _item(number: int, chance: random.Random) -> Item:
    kind = list(CLASSES)[number % len(CLASSES)]
    name = _NAMES[kind][number // len(CLASSES) % len(_NAMES[kind])]
    return Item(
        upc=_gtin13(f"50{number:010d}"),
        title=f"{name} No. {number}",
        kind=kind,
        category=f"{kind}s > {'Large' if chance.random() < 0.5 else 'Small'}",
        maker=chance.choice(("Northwind", "Acme & Sons", "Élan")),
        # A net price in fives of pence has a gross price without a fraction of one.
        net=Decimal(round(10 ** chance.uniform(0, 3.3) * 20)) / 20,
        stock=(0 if number // len(CLASSES) % 5 == 0 else chance.randint(1, 500)) if CLASSES[kind] else None,
        description=" ".join(chance.sample(_SENTENCES, 3)),
    )


def _gtin13(digits: str) -> str:
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"

"""What the simulated shop deals in: shelves (leaf categories) with their words, sizes, price level, season and pairing.

All brands are invented.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Department:
    """A top category: the brands sold in it and the words that tell its products apart."""

    name: str
    brands: tuple[str, ...]
    descriptors: tuple[str, ...]


@dataclass(frozen=True)
class Size:
    """What is in a pack: `label` as shown, `amount` in `unit`; `worth` is its price by that of the smallest."""

    label: str
    amount: float
    unit: str
    worth: float


@dataclass(frozen=True)
class Shelf:
    """A leaf category.

    `price` is the typical price in EUR of the smallest size, `elasticity` the mean own-price elasticity, `peak` the day
    of the year when the season is at its height and `swing` its amplitude (log scale), `gifts` the further push of
    December (log scale), `goes_with` the name of the shelf its complements stand on.
    """

    department: Department
    name: str
    nouns: tuple[str, ...]
    sizes: tuple[Size, ...]
    price: float
    elasticity: float
    peak: int
    swing: float
    gifts: float
    goes_with: str

    @property
    def category(self) -> str:
        """The path from general to special."""
        return f"{self.department.name} > {self.name}"


def _packs(amounts: tuple[int, ...], unit: str, labels: tuple[str, ...]) -> tuple[Size, ...]:
    worths = ((a / amounts[0]) ** 0.8 for a in amounts)  # more in a pack costs less by unit
    return tuple(Size(label, a, unit, worth) for label, a, worth in zip(labels, amounts, worths, strict=True))


def _grams(*amounts: int) -> tuple[Size, ...]:
    return _packs(amounts, "g", tuple(f"{a / 1000:g} kg" if a >= 1000 else f"{a} g" for a in amounts))


def _millilitres(*amounts: int) -> tuple[Size, ...]:
    return _packs(amounts, "ml", tuple(f"{a / 1000:g} l" if a >= 1000 else f"{a} ml" for a in amounts))


def _pieces(*amounts: int) -> tuple[Size, ...]:
    return _packs(amounts, "piece", tuple("1 piece" if a == 1 else f"Pack of {a}" for a in amounts))


def _models(*labels: str) -> tuple[Size, ...]:
    return tuple(Size(label, 1, "piece", 1 + 0.15 * step) for step, label in enumerate(labels))


FOOD = Department(
    "Food",
    ("Alpenhof", "Berg & Tal", "Casa Lurino", "Morgenrot", "Old Mill's", "Sanddorn"),
    ("Organic", "Classic", "Fine", "Hearty", "Mild", "Fair Trade"),
)
KITCHEN = Department(
    "Kitchen",
    ("Ferrolux", "Hausmann & Co", "Kopperby", "Nordkessel", "Tischlein", "Vermeira"),
    ("Stainless Steel", "Ceramic", "Compact", "Professional", "Enamelled", "Glass"),
)
HOME = Department(
    "Home",
    ("Daunental", "Lichtfang", "Moosgrün", "Sorella Casa", "Weberin", "Wohnlich"),
    ("Natural", "Soft", "Winter White", "Sand Beige", "Forest Green", "Large"),
)
GARDEN = Department(
    "Garden",
    ("Beetmeister", "Gluthaus", "Grünzeug", "Rosenow", "Spatenstich", "Terrana"),
    ("Weatherproof", "Terracotta", "Classic", "Premium", "Eco", "Balcony"),
)
SPORT = Department(
    "Sport",
    ("Asana Loft", "Kettenblitz", "Peak & Path", "Rundum", "Tourenkind", "Veloria"),
    ("Light", "Pro", "Trail", "Urban", "Basic", "Reflective"),
)
TECH = Department(
    "Technology",
    ("Akustra", "Datenwerk", "Klangfarbe", "Linse & Licht", "Pixelhof", "Voltaro"),
    ("Wireless", "Studio", "Travel", "Silent", "Slim", "Advanced"),
)

SHELVES: tuple[Shelf, ...] = (
    Shelf(FOOD, "Coffee", ("Coffee Beans", "Ground Coffee", "Espresso Beans", "Decaf Coffee", "Instant Coffee"),
          _grams(250, 500, 1000, 2000), 6.5, -2.2, 350, 0.12, 0.15, "Coffee Gear"),
    Shelf(KITCHEN, "Coffee Gear", ("Coffee Press", "Hand Grinder", "Coffee Dripper", "Milk Frother", "Filter Holder"),
          _millilitres(350, 600, 1000, 1500), 22, -1.8, 340, 0.15, 0.35, "Coffee"),
    Shelf(FOOD, "Tea", ("Green Tea", "Black Tea", "Herbal Tea", "Rooibos Tea", "Fruit Tea"),
          _grams(75, 100, 250, 500), 5, -2.0, 10, 0.3, 0.2, "Teaware"),
    Shelf(KITCHEN, "Teaware", ("Teapot", "Tea Strainer Jug", "Tea Warmer Set", "Iced Tea Carafe", "Kettle"),
          _millilitres(500, 800, 1200, 1700), 25, -1.7, 5, 0.2, 0.3, "Tea"),
    Shelf(FOOD, "Pasta", ("Spaghetti", "Penne", "Fusilli", "Tagliatelle", "Lasagne Sheets"),
          _grams(250, 500, 1000, 3000), 1.9, -2.8, 300, 0.05, 0.0, "Sauces"),
    Shelf(FOOD, "Sauces", ("Tomato Sauce", "Basil Pesto", "Arrabbiata Sauce", "Bolognese", "Red Pesto"),
          _grams(190, 350, 700, 1400), 2.9, -2.6, 300, 0.05, 0.0, "Pasta"),
    Shelf(KITCHEN, "Cookware", ("Frying Pan", "Saucepan", "Stock Pot", "Roasting Dish", "Wok"),
          _millilitres(1500, 2500, 4000, 6000), 38, -1.9, 330, 0.15, 0.3, "Utensils"),
    Shelf(KITCHEN, "Utensils", ("Turner", "Ladle", "Whisk", "Kitchen Tongs", "Serving Spoon"),
          _pieces(1, 2, 3, 6), 8, -2.1, 330, 0.1, 0.2, "Cookware"),
    Shelf(HOME, "Bedding", ("Duvet Cover", "Fitted Sheet", "Wool Blanket", "Summer Duvet", "Bed Throw"),
          _models("135 x 200 cm", "155 x 220 cm", "200 x 200 cm", "240 x 220 cm"), 42, -1.8, 20, 0.2, 0.1, "Pillows"),
    Shelf(HOME, "Pillows", ("Down Pillow", "Neck Pillow", "Cushion Cover", "Side Sleeper Pillow", "Floor Cushion"),
          _models("40 x 40 cm", "40 x 80 cm", "50 x 60 cm", "80 x 80 cm"), 19, -1.9, 20, 0.15, 0.15, "Bedding"),
    Shelf(HOME, "Candles", ("Scented Candle", "Pillar Candle", "Tea Lights", "Beeswax Candle", "Taper Candles"),
          _pieces(1, 4, 12, 24), 7, -2.3, 345, 0.5, 0.4, "Decoration"),
    Shelf(HOME, "Decoration", ("Candle Holder", "Lantern", "Vase", "Picture Frame", "Wall Hook"),
          _pieces(1, 2, 3, 6), 14, -1.9, 345, 0.35, 0.4, "Candles"),
    Shelf(GARDEN, "Pots", ("Flower Pot", "Planter Box", "Hanging Basket", "Herb Trough", "Pot Saucer"),
          _millilitres(2000, 5000, 12000, 30000), 11, -2.0, 120, 0.7, 0.0, "Soil and Feed"),
    Shelf(GARDEN, "Soil and Feed", ("Potting Soil", "Tomato Feed", "Rose Fertiliser", "Bark Mulch", "Lawn Feed"),
          _grams(1000, 2500, 5000, 10000), 6, -2.3, 115, 0.8, 0.0, "Pots"),
    Shelf(GARDEN, "Grills", ("Charcoal Grill", "Gas Grill", "Table Grill", "Smoker", "Fire Bowl"),
          _models("45 cm", "57 cm", "60 cm", "80 cm"), 240, -1.6, 165, 0.7, 0.0, "Grill Tools"),
    Shelf(GARDEN, "Grill Tools", ("Grill Tongs", "Grill Brush", "Grill Thermometer", "Charcoal Starter", "Skewers"),
          _pieces(1, 2, 4, 8), 13, -1.9, 165, 0.6, 0.1, "Grills"),
    Shelf(SPORT, "Yoga", ("Yoga Mat", "Yoga Block", "Yoga Strap", "Meditation Cushion", "Massage Roller"),
          _models("4 mm", "6 mm", "8 mm", "10 mm"), 24, -1.9, 12, 0.3, 0.1, "Bottles"),
    Shelf(SPORT, "Bottles", ("Drinking Bottle", "Insulated Bottle", "Shaker", "Soft Flask", "Lunch Flask"),
          _millilitres(350, 500, 750, 1000), 16, -2.1, 180, 0.25, 0.1, "Yoga"),
    Shelf(SPORT, "Bicycles", ("City Bike", "Trekking Bike", "Gravel Bike", "Folding Bike", "Cargo Trailer"),
          _models("20 inch", "26 inch", "28 inch", "29 inch"), 620, -1.7, 130, 0.5, 0.0, "Bicycle Parts"),
    Shelf(SPORT, "Bicycle Parts", ("Bike Lock", "Rear Light", "Front Light", "Inner Tube", "Chain Oil"),
          _pieces(1, 2, 3, 6), 12, -2.0, 130, 0.4, 0.0, "Bicycles"),
    Shelf(TECH, "Headphones", ("Headphones", "Earbuds", "Headset", "Neckband", "Sleep Earphones"),
          _models("Black", "White", "Blue", "Silver"), 75, -2.1, 345, 0.15, 0.5, "Cases and Cables"),
    Shelf(TECH, "Cases and Cables", ("Carry Case", "Charging Cable", "Audio Adapter", "Ear Pads", "USB Charger"),
          _pieces(1, 2, 3, 5), 13, -2.2, 345, 0.1, 0.3, "Headphones"),
    Shelf(TECH, "Printers", ("Photo Printer", "Laser Printer", "Label Printer", "Document Scanner", "Pocket Printer"),
          _models("A6", "A4", "A4 Duplex", "A3"), 145, -1.8, 250, 0.15, 0.2, "Paper and Ink"),
    Shelf(TECH, "Paper and Ink", ("Ink Cartridge", "Photo Paper", "Label Roll", "Toner", "Cleaning Kit"),
          _pieces(1, 2, 4, 10), 15, -1.7, 250, 0.1, 0.0, "Printers"),
)  # fmt: skip

LINES = ("", "Aurea", "Borea", "Cirrus", "Dorado", "Electra", "Fjord", "Gaia", "Helios", "Indigo", "Juno", "Kairos")
"""Model lines that a brand tells its products apart by. Small catalogues need the first only, which has no name."""

ABBREVIATIONS: dict[str, str] = {
    "Stainless Steel": "St. Steel",
    "Professional": "Prof.",
    "Organic": "Org.",
    "Reflective": "Refl.",
    "Weatherproof": "Weatherpr.",
    "Wireless": "WL",
    "Advanced": "Adv.",
    "Pack of": "x",
    "Premium": "Prem.",
    "Classic": "Class.",
}
"""How other shops shorten words in titles."""

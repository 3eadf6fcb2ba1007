"""A small labelled set: cameras of two shops, most of them with a rival that differs in one thing alone."""

from __future__ import annotations

import numpy as np

from pricing.matching.listing import Listing, Pairs
from pricing.matching.model.training import LabelledSet

BRANDS = "Kopperby Ferrolux Lumara Norvik Tessel".split()
KINDS = "camera flash tripod lens charger".split()


def labelled_set(products: int = 70, *, seed: int = 3) -> LabelledSet:
    """Each product with its offer, the offer of its rival and one of something else."""
    random = np.random.default_rng(seed)
    left, right = [], []
    for at in range(products):
        brand, kind = BRANDS[at % 5], KINDS[(at // 2) % 5]
        model, size = f"{brand[:2]}{100 + at // 2}", 16 * (1 + at % 2)
        price = float(random.uniform(20, 90))
        words = ["digital", kind, f"{size}gb", str(random.choice(["black", "silver"]))]
        left.append(Listing(f"l{at}", f"{brand} {kind} {model} {size} GB", brand=brand, price=round(price, 2)))
        random.shuffle(words)
        right.append(
            Listing(f"r{at}", " ".join([brand, model, *words]), price=round(price * random.uniform(0.9, 1.1), 2))
        )
    places = [
        (at, other)
        for at in range(products)
        for other in (at, at ^ 1, int(random.integers(products)))
        if other < products
    ]
    pairs = Pairs.of(dict.fromkeys(places))
    return LabelledSet("cameras", left, right, pairs, pairs.left == pairs.right)

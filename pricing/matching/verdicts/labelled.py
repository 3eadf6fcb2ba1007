"""What people decided as labelled pairs, for a model to learn from."""

from __future__ import annotations

import numpy as np

from pricing.matching.listing import Pairs
from pricing.matching.model.training import LabelledSet
from pricing.matching.run import read_listings
from pricing.matching.verdicts.changed import changed_since
from warehouse.house import Warehouse
from warehouse.records.verdicts import standing_verdicts


def verdict_labels(warehouse: Warehouse) -> LabelledSet:
    """Our products, the offers as last seen, and the pairs that stand decided: only what was accepted is a match.

    Another pack and an equivalent are none: they are sold as something else. Left out are verdicts on a product or
    offer that is no more, and on a page that shows another product now.
    """
    with warehouse.records.reading() as tx:
        standing = standing_verdicts(tx)
    with warehouse.session() as session:
        products, offers = read_listings(session)
    ours = {product.id: at for at, product in enumerate(products)}
    theirs = {offer.id: at for at, offer in enumerate(offers)}
    places, labels, left_out = [], [], []
    for (offer_id, sku), verdict in standing.items():
        if sku not in ours or offer_id not in theirs:
            left_out.append(f"offer {offer_id}, product {sku}: one of them is no more")
        elif changed_since(verdict, offers[theirs[offer_id]]):
            left_out.append(f"offer {offer_id}, product {sku}: the page has changed since")
        else:
            places.append((ours[sku], theirs[offer_id]))
            labels.append(verdict.verdict == "accept")
    return LabelledSet(
        "verdicts", products, offers, Pairs.of(places), np.array(labels, dtype=np.bool_), left_out=left_out
    )

"""The signals that the ranking weighs, on the scale of logarithms where shops large and small look alike."""

from __future__ import annotations

import numpy as np

from recommender.history import History
from recommender.interactions import Floats, Ints

_WINDOWS = (14.0, 28.0, 56.0, np.inf)
SKU = ("buyers_14", "buyers_28", "buyers_56", "buyers", "repeat_rate")
"""What is known of a sku: distinct customers who bought it lately and ever, and how many came back for it."""
CUSTOMER = ("customer_orders", "customer_last")
"""What is known of a customer: how many orders, and how long ago the last."""
AFFINITY = ("item_to_item", "als")
"""What the models say of a customer and a sku never bought."""
PAIR = ("memory_15", "memory_60", "memory_240", "orders", "last", "first", "due", "only_once")
"""What is known of a customer and a sku bought before."""
DISCOVER = (*AFFINITY, *SKU, *CUSTOMER)
REPEAT = (*PAIR, *SKU, *CUSTOMER)

_TOP = 50
_FLOOR = 0.05
_RARE = 0.01


def sku_features(history: History, skus: Ints) -> Floats:
    """SKU, one row per sku."""
    buyers = [np.log1p(history.buyers(days)[skus]) for days in _WINDOWS]
    return np.column_stack([*buyers, np.log(history.repeat_rate[skus] + _RARE)]).astype(np.float32)


def customer_features(history: History) -> Floats:
    """CUSTOMER, one row per customer; of those without orders the row means nothing."""
    last = np.where(np.isfinite(history.customer_last), history.customer_last, 0)
    return np.column_stack([np.log(np.maximum(history.customer_orders, 1)), np.log1p(last)]).astype(np.float32)


def affinity(scores: Floats) -> Floats:
    """Scores relative to the mean of the customer's 50 best, as logarithms; customers x pool.

    Relative, since a customer with many purchases has larger scores all over; floored, since beyond a twentieth of the
    best the differences are noise.
    """
    scores = np.maximum(scores, 0)
    count = min(_TOP, scores.shape[1])
    best = np.partition(scores, scores.shape[1] - count, axis=1)[:, -count:].mean(axis=1, keepdims=True)
    return np.asarray(np.log(scores / np.maximum(best, 1e-9) + _FLOOR), dtype=np.float32)


def repeat_features(history: History, entries: Ints) -> Floats:
    """REPEAT, one row for each of these entries of the history."""
    customer, sku = history.customer[entries], history.sku[entries]
    orders, first, last = history.orders[entries], history.first[entries], history.last[entries]
    usual_gap = np.maximum((first - last) / np.maximum(orders - 1, 1), 1)
    due = np.where(orders > 1, np.minimum(last / usual_gap, 10), 0)
    of_sku = sku_features(history, np.arange(history.skus, dtype=np.int32))[sku]
    columns = [
        *(np.log(memory[entries] + _RARE) for memory in history.memory),
        np.log(orders),
        np.log1p(last),
        np.log1p(first),
        due,
        orders == 1,
    ]
    return np.column_stack([*columns, of_sku, customer_features(history)[customer]]).astype(np.float32)

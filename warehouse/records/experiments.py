"""A/B tests as defined: their variants and weights, salt, metric and status."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from warehouse.errors import InputError, NotFound
from warehouse.records.locks import hold
from warehouse.records.models import Experiment


class Variant(TypedDict):
    """One arm of an experiment; weights are relative to each other."""

    name: str
    weight: float


def save_experiment(
    tx: Session, key: str, *, variants: Sequence[Variant], metric: Mapping[str, Any], salt: str | None = None
) -> Experiment:
    """Create an experiment, or change one that is still a draft.

    `salt` (the key unless given) goes into the assignment's hash, so that two experiments split customers
    independently. InputError for variants that cannot be, or for changing the variants or salt of one that has
    started: that would move customers between variants.
    """
    _check(key, variants)
    hold(tx, f"experiment {key}")
    kept: list[dict[str, Any]] = [{"name": v["name"], "weight": float(v["weight"])} for v in variants]
    salt = salt or key
    found = tx.get(Experiment, key)
    if found is None:
        found = Experiment(key=key, salt=salt, variants=kept, metric=dict(metric), status="draft", started_at=None)
        tx.add(found)
    elif found.status != "draft" and (found.variants, found.salt) != (kept, salt):
        raise InputError(f"experiment {key!r} has started, so its variants and salt stay; make one with another key")
    else:
        found.salt, found.variants, found.metric = salt, kept, dict(metric)
    tx.flush()
    return found


def start_experiment(tx: Session, key: str, *, at: datetime) -> Experiment:
    """Let a draft run; one that runs goes on. InputError for one that was stopped."""
    found = get_experiment(tx, key)
    if found.status == "stopped":
        raise InputError(f"experiment {key!r} was stopped; make one with another key")
    if found.status == "draft":
        found.status, found.started_at = "running", at
    return found


def stop_experiment(tx: Session, key: str) -> Experiment:
    """End an experiment for good."""
    found = get_experiment(tx, key)
    found.status = "stopped"
    return found


def get_experiment(tx: Session, key: str) -> Experiment:
    """The experiment; NotFound names those there are."""
    found = tx.get(Experiment, key)
    if found is None:
        known = ", ".join(e.key for e in list_experiments(tx)) or "none yet"
        raise NotFound(f"there is no experiment {key!r}; known experiments: {known}")
    return found


def list_experiments(tx: Session) -> list[Experiment]:
    """All experiments by key."""
    return list(tx.scalars(select(Experiment).order_by(Experiment.key)))


def _check(key: str, variants: Sequence[Variant]) -> None:
    if not key.strip():
        raise InputError("an experiment needs a key, such as 'free-shipping'")
    names = [v["name"] for v in variants]
    if len(names) < 2:
        raise InputError(f"experiment {key!r} has {len(names)} variants; it needs at least two")
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        raise InputError(f"experiment {key!r}: every variant needs a name of its own, but they are {names}")
    for v in variants:
        if not (math.isfinite(v["weight"]) and v["weight"] > 0):
            raise InputError(f"experiment {key!r}: variant {v['name']!r} weighs {v['weight']}; write a number above 0")

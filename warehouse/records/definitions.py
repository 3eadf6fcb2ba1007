"""Segments and price rules: named definitions, kept in versions that never change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from warehouse.errors import InputError, NotFound
from warehouse.records.locks import hold
from warehouse.records.models import PriceRule, SegmentDefinition

D = TypeVar("D", SegmentDefinition, PriceRule)

_WORDS = {SegmentDefinition: "segment", PriceRule: "price rule"}


def save_definition(tx: Session, kind: type[D], name: str, definition: Mapping[str, Any], *, at: datetime) -> D:
    """Keep a definition under its name: a new version where the content changed, else the newest one as it is.

    The order of an object's fields is no change. Versions count from 1.
    """
    if not name.strip():
        raise InputError(f"a {_WORDS[kind]} needs a name")
    # Two who save the same name at once would otherwise both take the next number.
    hold(tx, f"{kind.__tablename__} {name}")
    newest = _newest(tx, kind, name)
    if newest is not None and _content(newest.definition) == _content(definition):
        return newest
    version = 1 if newest is None else newest.version + 1
    saved = kind(name=name, version=version, definition=dict(definition), created_at=at)
    tx.add(saved)
    tx.flush()
    return saved


def get_definition(tx: Session, kind: type[D], name: str, version: int | None = None) -> D:
    """One version of a definition, the newest unless said; NotFound names what there is."""
    found = _newest(tx, kind, name) if version is None else tx.get(kind, (name, version))
    if found is not None:
        return found
    newest = _newest(tx, kind, name)
    if newest is not None:
        raise NotFound(f"{_WORDS[kind]} {name!r} has no version {version}; the newest is {newest.version}")
    known = ", ".join(d.name for d in list_definitions(tx, kind)) or "none yet"
    raise NotFound(f"there is no {_WORDS[kind]} {name!r}; known: {known}")


def list_definitions(tx: Session, kind: type[D]) -> list[D]:
    """The newest version of each, by name."""
    newest = select(kind.name, func.max(kind.version)).group_by(kind.name)
    return list(tx.scalars(select(kind).where(tuple_(kind.name, kind.version).in_(newest)).order_by(kind.name)))


def _newest(tx: Session, kind: type[D], name: str) -> D | None:
    return tx.scalars(select(kind).where(kind.name == name).order_by(kind.version.desc()).limit(1)).first()


def _content(definition: Mapping[str, Any]) -> str:
    return json.dumps(definition, sort_keys=True, allow_nan=False)

"""Which artifacts were released, and which one of each kind is current."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from warehouse.errors import NotFound
from warehouse.records.locks import hold
from warehouse.records.models import Release


def add_release(
    tx: Session, kind: str, version: str, *, manifest: Mapping[str, Any], at: datetime, current: bool = True
) -> Release:
    """Record a release and, unless said otherwise, make it the current one of its kind."""
    saved = tx.get(Release, (kind, version))
    if saved is None:
        saved = Release(kind=kind, version=version, manifest=dict(manifest), released_at=at, current=False)
        tx.add(saved)
        tx.flush()
    return make_current(tx, kind, version) if current else saved


def remove_release(tx: Session, kind: str, version: str) -> None:
    """Strike a release off; NotFound where there is none."""
    tx.delete(get_release(tx, kind, version))
    tx.flush()


def make_current(tx: Session, kind: str, version: str) -> Release:
    """Make a release, newer or older, the current one of its kind; NotFound where there is none."""
    hold(tx, f"release {kind}")
    chosen = get_release(tx, kind, version)
    tx.execute(update(Release).where(Release.kind == kind, Release.current).values(current=False))
    chosen.current = True
    tx.flush()
    return chosen


def get_release(tx: Session, kind: str, version: str) -> Release:
    """One release; NotFound where there is none."""
    found = tx.get(Release, (kind, version))
    if found is None:
        raise NotFound(f"there is no release {version!r} of {kind!r}")
    return found


def current_release(tx: Session, kind: str) -> Release | None:
    """The current release of a kind; None where nothing was released."""
    return tx.scalars(select(Release).where(Release.kind == kind, Release.current)).one_or_none()


def list_releases(tx: Session, kind: str) -> list[Release]:
    """All releases of a kind, newest first."""
    return list(tx.scalars(select(Release).where(Release.kind == kind).order_by(Release.version.desc())))

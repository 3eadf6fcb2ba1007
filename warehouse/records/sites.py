"""Competitors' sites on record, as definitions that scrapers write and read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from warehouse.errors import NotFound
from warehouse.records.models import Site


def save_site(tx: Session, site: str, definition: Mapping[str, Any], *, at: datetime) -> Site:
    """Put a site on record, or replace what is there; `updated_at` stays where the definition says the same."""
    found = tx.get(Site, site)
    if found is not None and found.definition == definition:
        return found
    saved = tx.merge(Site(site=site, definition=dict(definition), updated_at=at))
    tx.flush()
    return saved


def get_site(tx: Session, site: str) -> Site:
    """The site; NotFound names those there are."""
    found = tx.get(Site, site)
    if found is None:
        known = ", ".join(s.site for s in list_sites(tx)) or "none yet"
        raise NotFound(f"there is no site {site!r} on record; known sites: {known}")
    return found


def remove_site(tx: Session, site: str) -> None:
    """Take a site off record; NotFound where it is not on it. What was crawled stays in the lake."""
    tx.delete(get_site(tx, site))
    tx.flush()


def list_sites(tx: Session) -> list[Site]:
    """All sites by name."""
    return list(tx.scalars(select(Site).order_by(Site.site)))

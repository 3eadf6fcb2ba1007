"""Sites on record: what the shop has decided to watch, and the nightly crawl goes through."""

from __future__ import annotations

import json

from scrapers.sites import Site
from warehouse.house import Warehouse
from warehouse.records.audit import add_entry
from warehouse.records.sites import get_site, list_sites, remove_site, save_site


def register(warehouse: Warehouse, site: Site, *, actor: str = "command") -> bool:
    """Put a site on record under its name; whether that changed anything."""
    definition = json.loads(site.to_json())
    now = warehouse.clock()
    with warehouse.records.transaction() as tx:
        known = {s.site: s.definition for s in list_sites(tx)}
        if known.get(site.name) == definition:
            return False
        save_site(tx, site.name, definition, at=now)
        add_entry(tx, at=now, actor=actor, action="site saved", subject=f"site {site.name}")
    return True


def registered(warehouse: Warehouse, name: str) -> Site:
    """The site on record under this name; NotFound names those there are."""
    with warehouse.records.reading() as tx:
        return Site.from_json(json.dumps(get_site(tx, name).definition))


def all_registered(warehouse: Warehouse) -> list[Site]:
    """Every site on record, by name."""
    with warehouse.records.reading() as tx:
        return [Site.from_json(json.dumps(site.definition)) for site in list_sites(tx)]


def unregister(warehouse: Warehouse, name: str, *, actor: str = "command") -> None:
    """Take a site off record; NotFound where it is not on it. What was crawled stays."""
    with warehouse.records.transaction() as tx:
        remove_site(tx, name)
        add_entry(tx, at=warehouse.clock(), actor=actor, action="site removed", subject=f"site {name}")

"""The shop file `purveyor.yaml`: where it is found, what may stand in it, and one section of it.

Its names are checked whenever the settings are loaded, so a typing error stops every command; a section's values are
read by the module that uses them, through `section`. Secrets never stand in it: it names environment variables.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from warehouse.errors import ConfigError
from warehouse.yaml_file import Place, read_yaml

if TYPE_CHECKING:
    from warehouse.settings import Settings

NAME = "purveyor.yaml"

ROLES = ("merchandiser", "marketer", "operator")
"""Who can be told something."""


@dataclass(frozen=True)
class Section:
    """What may stand in a section: `keys` None is one value, () any names; `fields` are the names below each key."""

    keys: tuple[str, ...] | None
    fields: tuple[str, ...] = ()


SECTIONS: Mapping[str, Section] = {
    "home": Section(None),
    "timezone": Section(None),
    "settings": Section(("engine", "spark_url", "memory_limit", "records_url", "jobs_url")),
    "stores": Section((), ("name", "currency", "timezone", "country", "locale", "prices_include_tax")),
    "schedule": Section(()),
    "alerts": Section(ROLES, ("mail", "webhook", "webhook_env")),
    "mail": Section(("host", "port", "from", "username", "password_env", "tls")),
    "backup": Section(("folder", "keep_days")),
    "retention": Section(("history", "files")),
    "matching": Section(("target_precision",)),
}
"""All sections by name."""


def find_shop_file(start: Path) -> Path | None:
    """The shop file in `start` or the nearest folder above it.

    ConfigError where it belongs to another user, who could otherwise say where our data goes by leaving a file in a
    folder above ours.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        path = folder / NAME
        if path.is_file():
            _check_owner(path)
            return path
    return None


def read_shop_file(path: Path) -> dict[str, Place]:
    """The sections written in the file, by name, those left empty aside; InputError for a name that is not known."""
    found = {
        name: place
        for name, place in read_yaml(path).entries_among(SECTIONS, what="section").items()
        if not _is_empty(place)
    }
    for name, place in found.items():
        _check_names(place, SECTIONS[name])
    return found


def section(settings: Settings, name: str) -> Place | None:
    """One section of the shop file as it is written now; None where there is no such section, or no file."""
    return None if settings.shop_file is None else read_shop_file(settings.shop_file).get(name)


def _check_names(place: Place, allowed: Section) -> None:
    if allowed.keys is None:
        place.text()
        return
    entries = place.entries_among(allowed.keys, what="setting") if allowed.keys else place.entries()
    if allowed.fields:
        for entry in entries.values():
            entry.entries_among(allowed.fields, what="setting")


def _is_empty(place: Place) -> bool:
    """Whether all below the name is commented out."""
    return isinstance(place.node, yaml.ScalarNode) and place.scalar() is None


def _check_owner(path: Path) -> None:
    if not hasattr(os, "geteuid"):  # Windows
        return
    ours = {0, os.geteuid()}
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdecimal():
        ours.add(int(os.environ["SUDO_UID"]))
    if path.stat().st_uid not in ours:
        raise ConfigError(
            f"{path} belongs to another user; set PURVEYOR_SHOP_FILE={path} if you trust it, or work elsewhere"
        )

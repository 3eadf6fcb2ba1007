"""What every connector is given and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from importlib import import_module

from warehouse.progress import Progress
from warehouse.records.sources import TAKEN
from warehouse.sources.definition import Source
from warehouse.sources.landing import Arrival, Landing, Missed
from warehouse.sources.ledger import Ledger, Noted


@dataclass(frozen=True)
class Request:
    """One fetch of a source: what came before, and where files land.

    `now` (aware, UTC) is when the fetch began, `zone` the time zone of times in file names. With `retry` files that
    failed before are fetched again though they have not changed. `sample` is set where only a glance is wanted: the
    first page of an interface, the newest of a folder's snapshots. Names of files that are still being written go to
    `waiting`.
    """

    source: Source
    landing: Landing
    ledger: Ledger
    now: datetime
    zone: tzinfo
    progress: Progress
    retry: bool = False
    sample: bool = False
    waiting: list[str] = field(default_factory=list)

    def done_with(self, last: Noted | None) -> bool:
        """Whether a file that has not changed since that delivery of it needs no second look."""
        return last is not None and (last.outcome in TAKEN or not self.retry)


Connector = Callable[[Request], Iterator[Arrival | Missed]]
"""Lands what is new, file by file. InputError where the source cannot be reached at all."""

_CONNECTORS = {
    "folder": "warehouse.sources.folder:arrivals",
    "sftp": "warehouse.sources.sftp:arrivals",
    "http": "warehouse.sources.web_files:arrivals",
    "merchant-feed": "warehouse.sources.web_files:arrivals",
    "shopify": "warehouse.sources.shopify.connector:arrivals",
    "woocommerce": "warehouse.sources.woocommerce:arrivals",
}


def connector_of(source: Source) -> Connector:
    """The connector for the source's type."""
    module, _, name = _CONNECTORS[source.type].partition(":")
    found: Connector = getattr(import_module(module), name)
    return found

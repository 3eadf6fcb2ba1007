"""Files that should come by themselves: which source is late, and which deliveries were not taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from warehouse.doctor.examination import Examination
from warehouse.doctor.findings import Finding, age
from warehouse.records import Delivery
from warehouse.records.sources import late_sources, open_troubles

RECENT = timedelta(days=7)
"""How long a delivery that was not taken is worth a word."""


def sources_late(e: Examination) -> Iterator[Finding]:
    """Each source against how often it should bring something new."""
    for source in late_sources(e.records, e.now):
        last = (
            "has never brought anything"
            if source.imported_at is None
            else f"has brought nothing new for {age(e.now - source.imported_at)}"
        )
        yield Finding(
            "source_late",
            "warning",
            "operator",
            source.name,
            f"source {source.name} {last}; it should every {source.freshness_hours:.3g} hours",
            f"purveyor jobs run import {source.name}, then purveyor jobs list",
        )


def deliveries_failed(e: Examination) -> Iterator[Finding]:
    """Deliveries of the last days that were not taken, one finding for a source."""
    troubles: defaultdict[str, list[Delivery]] = defaultdict(list)
    for delivery in open_troubles(e.records, since=e.now - RECENT):
        troubles[delivery.source].append(delivery)
    for source, deliveries in sorted(troubles.items()):
        newest = deliveries[-1]
        more = f" ({len(deliveries) - 1} more before it)" if len(deliveries) > 1 else ""
        yield Finding(
            "delivery_failed",
            "warning",
            "operator",
            source,
            f"{newest.detail.get('file') or newest.delivery} of source {source}, fetched "
            f"{newest.fetched_at:%Y-%m-%d %H:%M} UTC, is {newest.outcome}{more}: "
            f"{newest.detail.get('reason') or 'no reason is known'}",
            f"mend the file or the source, then purveyor jobs run import {source}",
        )

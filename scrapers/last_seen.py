"""When each page of a site was last read: what decides which are due."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from scrapers.sites import Site
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.tables import OFFERS, STRING

LAST_SEEN = Question.read(
    __name__,
    "last_seen.sql",
    result=pa.schema([OFFERS.schema.field(name) for name in ("url", "observed_at")]),
    key=("url",),
    params={"site": STRING},
)


def last_seen(warehouse: Warehouse, site: Site) -> dict[str, datetime]:
    """When each page of the site was last read with an offer on it, by canonical address."""
    with warehouse.session(engine="duckdb") as session:
        rows = session.ask(LAST_SEEN, site=site.name)
    return dict(zip(rows["url"].to_pylist(), rows["observed_at"].to_pylist(), strict=True))

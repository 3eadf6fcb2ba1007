"""How a crawl went, as a row of the crawls table says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["finished", "partial", "failed"]
Scope = Literal["all", "due", "limited"]


@dataclass(frozen=True, slots=True)
class CrawlHealth:
    """How a crawl went: a row of the crawls table.

    `outcome` is finished (every planned page was answered), partial (some were not, or the crawl was cut short) or
    failed (no product page was answered). `failures` counts pages by cause, also those answered that gave no offer;
    "unanswered" are planned pages whose end is unknown. What cut the whole crawl short counts once: "interrupted" or
    "crawler_broke_down". The other figures are as in the table; None is unknown.
    """

    crawl_id: str
    site: str
    started_at: datetime
    finished_at: datetime
    scope: Scope
    planned: int
    fetched: int
    offers: int
    priced: int
    failures: Mapping[str, int]
    outcome: Outcome
    rendered: int = 0
    not_modified: int = 0
    refused: int = 0
    gone: int | None = None
    changed: int | None = None
    appeared: int | None = None
    stale: int | None = None
    log: Path | None = None
    """The crawling process's log, kept where that process broke down."""

    def row(self) -> dict[str, Any]:
        """The row of the crawls table."""
        values = asdict(self)
        del values["log"]
        return {**values, "failures": json.dumps(values["failures"])}

"""What the overview page shows: the data there is, the crawls, the model, the segments and the experiments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from campaigns.segments import Computation, newest_computations
from recommender.answers import KIND
from serve.fresh import Fresh, lake_versions
from warehouse.artifacts import ReleaseInfo
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.records import SegmentDefinition
from warehouse.records.definitions import list_definitions
from warehouse.records.experiments import list_experiments
from warehouse.tables import CRAWLS, INTEGER, STRING, TABLES, TIME

TABLE_SIZES = Question.read(
    __name__,
    "tables.sql",
    result=pa.schema([("name", STRING), ("rows", INTEGER), ("newest", TIME)]),
    key=("name",),
)
LAST_CRAWLS = Question.read(
    __name__,
    "crawls.sql",
    result=pa.schema(
        [
            CRAWLS.schema.field(name)
            for name in (
                "site",
                "crawl_id",
                "finished_at",
                "planned",
                "fetched",
                "offers",
                "priced",
                "failures",
                "outcome",
                "refused",
                "gone",
                "changed",
                "appeared",
                "stale",
            )
        ]
    ),
    key=("site",),
)
EXPOSED_UNITS = Question.read(
    __name__,
    "exposed.sql",
    result=pa.schema([("experiment", STRING), ("variant", STRING), ("units", INTEGER)]),
    key=("experiment", "variant"),
)


Estimate = tuple[float | None, float | None, float | None]
"""A value with the ends of its 95% interval; None where one is not known."""

_JUDGED = re.compile(r"(include|exclude)_([a-z_]+)_at_(\d+)")
_PURCHASED = {"include": "All products", "exclude": "Products new to the customer"}
_METRICS = {"hit_rate": "Hit rate", "recall": "Recall", "ndcg": "NDCG"}


@dataclass(frozen=True)
class TableSize:
    """One table: its rows and the time of its newest, null where the table has no time or no rows."""

    name: str
    doc: str
    rows: int
    newest: datetime | None


@dataclass(frozen=True)
class Crawl:
    """The newest crawl of a site; counts are null where the crawl did not tell. `failures` are pages by cause."""

    site: str
    finished_at: datetime
    planned: int | None
    fetched: int | None
    offers: int | None
    priced: int | None
    failures: Mapping[str, int]
    outcome: str
    refused: int | None
    gone: int | None
    changed: int | None
    appeared: int | None
    stale: int | None


@dataclass(frozen=True)
class SegmentSize:
    """A segment and its newest computation, null where it was never computed."""

    name: str
    description: str
    computed: Computation | None


@dataclass(frozen=True)
class RunningExperiment:
    """An experiment that runs: its variants with their share of the units to come and the units exposed so far."""

    key: str
    started_at: datetime | None
    metric: Mapping[str, Any]
    variants: tuple[tuple[str, float, int], ...]


@dataclass(frozen=True)
class LakeFacts:
    """What the lake tells: counting large tables takes a while, so this is kept until a table changes.

    `exposed` maps (experiment, variant) to the units exposed so far.
    """

    tables: tuple[TableSize, ...]
    crawls: tuple[Crawl, ...]
    exposed: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Figure:
    """A figure of the model, of popularity, and the gain: model less popularity for the same customers."""

    name: str
    model: Estimate
    popularity: Estimate
    gain: Estimate


@dataclass(frozen=True)
class Model:
    """The current release and what it was worth when judged; `figures` by kind of purchase."""

    version: str
    released_at: datetime
    figures: Mapping[str, tuple[Figure, ...]]


@dataclass(frozen=True)
class Overview:
    """All that the page shows."""

    tables: tuple[TableSize, ...]
    crawls: tuple[Crawl, ...]
    model: Model | None
    segments: tuple[SegmentSize, ...]
    experiments: tuple[RunningExperiment, ...]

    def rows(self, table: str) -> int:
        """How many rows a table holds."""
        return next(size.rows for size in self.tables if size.name == table)


def lake_facts(warehouse: Warehouse, *, poll_seconds: float) -> Fresh[LakeFacts, tuple[int, ...]]:
    """Gives what the page tells of the lake, read again when a table has changed."""
    return Fresh(
        lambda: lake_versions(warehouse, TABLES.values()),
        lambda _: _lake_facts(warehouse),
        poll_seconds=poll_seconds,
    )


def _lake_facts(warehouse: Warehouse) -> LakeFacts:
    with warehouse.session(engine="duckdb") as session:
        sizes = {row["name"]: row for row in session.ask(TABLE_SIZES).to_pylist()}
        crawls = session.ask(LAST_CRAWLS).sort_by("site").to_pylist()
        exposed = session.ask(EXPOSED_UNITS).to_pylist()
    return LakeFacts(
        tables=tuple(
            TableSize(name, table.doc, sizes[name]["rows"], sizes[name]["newest"]) for name, table in TABLES.items()
        ),
        crawls=tuple(crawl_of(row) for row in crawls),
        exposed={(row["experiment"], row["variant"]): row["units"] for row in exposed},
    )


def overview(warehouse: Warehouse, lake: LakeFacts) -> Overview:
    """The whole page: the lake's facts, and what the records say now."""
    return Overview(
        tables=lake.tables,
        crawls=lake.crawls,
        model=_model(warehouse.artifacts.current(KIND)),
        segments=_segments(warehouse),
        experiments=_experiments(warehouse, lake.exposed),
    )


def _model(release: ReleaseInfo | None) -> Model | None:
    if release is None:
        return None
    metrics: Mapping[str, float | None] = release.manifest["metrics"]
    figures: dict[str, tuple[Figure, ...]] = {}
    for name in metrics:
        judged = _JUDGED.fullmatch(name)
        if judged is None:
            continue
        purchased, metric, k = judged.groups()
        popularity, gain = (f"{purchased}_{group}_{metric}_at_{k}" for group in ("popularity", "gain"))
        if popularity in metrics:
            shown = f"{_METRICS.get(metric, metric.replace('_', ' '))} at {k}"
            found = Figure(shown, *(_estimate(metrics, each) for each in (name, popularity, gain)))
            figures[_PURCHASED[purchased]] = (*figures.get(_PURCHASED[purchased], ()), found)
    return Model(release.version, datetime.fromisoformat(release.manifest["released_at"]), figures)


def _estimate(metrics: Mapping[str, float | None], name: str) -> Estimate:
    return metrics.get(name), metrics.get(f"{name}_low"), metrics.get(f"{name}_high")


def crawl_of(row: Mapping[str, Any]) -> Crawl:
    """A crawl from its row."""
    return Crawl(
        row["site"],
        row["finished_at"],
        row["planned"],
        row["fetched"],
        row["offers"],
        row["priced"],
        _failures(row["failures"]),
        row["outcome"],
        *(row[name] for name in ("refused", "gone", "changed", "appeared", "stale")),
    )


def _failures(text: str | None) -> dict[str, int]:
    """Counts by cause; what is not such an object shows as nothing, since the page must not fall over one row."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(k): v for k, v in found.items() if isinstance(v, int)} if isinstance(found, dict) else {}


def _segments(warehouse: Warehouse) -> tuple[SegmentSize, ...]:
    computed = {found.segment: found for found in newest_computations(warehouse)}
    with warehouse.records.reading() as tx:
        definitions = list_definitions(tx, SegmentDefinition)
    return tuple(SegmentSize(d.name, d.definition.get("description", ""), computed.get(d.name)) for d in definitions)


def _experiments(warehouse: Warehouse, exposed: Mapping[tuple[str, str], int]) -> tuple[RunningExperiment, ...]:
    with warehouse.records.reading() as tx:
        running = [found for found in list_experiments(tx) if found.status == "running"]
    return tuple(
        RunningExperiment(
            found.key,
            found.started_at,
            found.metric,
            tuple(
                (
                    variant["name"],
                    variant["weight"] / sum(other["weight"] for other in found.variants),
                    exposed.get((found.key, variant["name"]), 0),
                )
                for variant in found.variants
            ),
        )
        for found in running
    )

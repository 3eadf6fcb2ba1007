"""The engines that answer questions over the lake: DuckDB in this process, or Spark.

Both take the same SQL (`dialect`), the same pinned files and the same erased customers, and answer in Arrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pyarrow as pa

from warehouse.errors import ConfigError
from warehouse.settings import Settings
from warehouse.snapshot import Snapshot


class Engine(Protocol):
    """An open engine that sees one set of table versions."""

    def answer(self, sql: str, inputs: Mapping[str, pa.Table]) -> pa.Table:
        """The rows of a SELECT in DuckDB's dialect; `inputs` are further relations it names. QueryError if it fails."""
        ...

    def close(self) -> None:
        """Let go of what the engine holds."""
        ...


def open_engine(name: str, settings: Settings, snapshots: Sequence[Snapshot], erased: pa.Table) -> Engine:
    """The engine called `name`, seeing `snapshots` without the customers in `erased` (one column, customer_id)."""
    if name == "duckdb":
        from warehouse.engines.duckdb_engine import DuckDBEngine

        return DuckDBEngine(settings, snapshots, erased)
    if name == "spark":
        from warehouse.engines.spark_engine import SparkEngine

        return SparkEngine(settings, snapshots, erased)
    raise ConfigError(f"there is no engine {name!r}; use duckdb or spark")

"""Spark, local or on a cluster: the engine a shop grows onto. PySpark takes seconds to import."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.engines.dialect import to_spark
from warehouse.errors import ConfigError, QueryError
from warehouse.settings import Settings
from warehouse.snapshot import ERASED, Snapshot, named_in, without_erased

_DDL = {
    "string": "string",
    "int64": "bigint",
    "int32": "int",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
}


class SparkEngine:
    """A Spark session of its own whose temporary views are the lake's files, read with the declared schema."""

    def __init__(self, settings: Settings, snapshots: Sequence[Snapshot], erased: pa.Table) -> None:
        self._spark = _session(settings).newSession()
        self._spark.conf.set("spark.sql.session.timeZone", "UTC")
        self._view(ERASED, erased)
        self._lake, self._any_erased = settings.lake, bool(erased.num_rows)
        self._unseen = list(snapshots)

    def answer(self, sql: str, inputs: Mapping[str, pa.Table]) -> pa.Table:
        """See `Engine.answer`."""
        from pyspark.errors import PySparkException

        for name, rows in inputs.items():
            self._view(name, rows)
        try:
            for snapshot in named_in(sql, self._unseen):
                self._view_files(snapshot)
                self._unseen.remove(snapshot)
            return self._spark.sql(to_spark(sql)).toArrow()
        except PySparkException as error:
            raise QueryError(f"Spark: {str(error).strip().splitlines()[0]}") from error
        finally:
            for name in inputs:
                self._spark.catalog.dropTempView(name)

    def close(self) -> None:
        """See `Engine.close`. The shared Spark application stays for the next session of this process."""
        for view in self._spark.catalog.listTables():
            if view.isTemporary:
                self._spark.catalog.dropTempView(view.name)

    def _view(self, name: str, rows: pa.Table) -> None:
        if rows.num_rows:
            frame = self._spark.createDataFrame(rows)
        else:
            frame = self._spark.createDataFrame([], _ddl(rows.schema))
        frame.createOrReplaceTempView(name)

    def _view_files(self, snapshot: Snapshot) -> None:
        table = snapshot.table
        if snapshot.files:
            # Hadoop takes addresses as they are written: a percent-encoded path would be looked for by that name.
            root = f"file://{self._lake / table.name}"
            uris = [f"file://{file}" for file in snapshot.files]
            frame = self._spark.read.schema(_ddl(table.schema)).option("basePath", root).parquet(*uris)
        else:
            frame = self._spark.createDataFrame([], _ddl(table.schema))
        if not self._any_erased or table.person is None:
            frame.createOrReplaceTempView(table.name)
            return
        stored = f"_stored_{table.name}"
        frame.createOrReplaceTempView(stored)
        self._spark.sql(to_spark(without_erased(table, stored))).createOrReplaceTempView(table.name)


def _session(settings: Settings) -> Any:
    # PySpark warns of pandas 3, which this engine does not use: rows go in and come out as Arrow.
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    # A failed query is told by the error that is raised; these would print its stack trace as JSON beside it.
    for logger in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise ConfigError("the engine spark needs PySpark; install it with: pip install 'purveyor[spark]'") from None
    if settings.spark_url.startswith("local") and shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise ConfigError(
            "the engine spark needs a Java runtime 17 or newer; on Debian: apt-get install openjdk-17-jre-headless"
        )
    # Spark starts Python workers by this name; without it, it takes whatever python3 the PATH has.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # Without a log configuration of ours Spark greets every user with lines about its default one.
    os.environ.setdefault("SPARK_CONF_DIR", str(Path(__file__).parent / "spark_conf"))
    builder = (
        SparkSession.builder.master(settings.spark_url)
        .appName("purveyor")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "8")
        # Nothing is kept there, but Spark makes the folder, by default where the user stands.
        .config("spark.sql.warehouse.dir", f"file://{settings.scratch / 'spark'}")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
    )
    try:
        return builder.getOrCreate()
    except Exception as error:  # whatever the JVM gateway raises when the runtime is too old or memory is short
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ConfigError(f"Spark did not start ({first}); check the Java runtime and PURVEYOR_SPARK_URL") from error


def _ddl(schema: pa.Schema) -> str:
    return ", ".join(f"`{f.name}` {_spark_type(f.type)}" for f in schema)


def _spark_type(arrow: pa.DataType) -> str:
    if pa.types.is_decimal(arrow):
        return f"decimal({arrow.precision},{arrow.scale})"
    if pa.types.is_timestamp(arrow):
        return "timestamp" if arrow.tz else "timestamp_ntz"
    return _DDL[str(arrow)]

"""The market written straight into a lake, in bounded memory: rows gather by table and leave as commits of one size."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.market.market import keep_apart, write_trial
from experiments.market.simulation import MarketSize, simulate
from experiments.market.trial import Trial
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet
from warehouse.stores import open_store
from warehouse.tables import TABLES

COMMIT_ROWS = 500_000
WAITING = 2
"""Commits that may wait for the one being written, while the market goes on."""

DICTIONARY_BYTES = 8 << 20
"""Room for the skus of the largest market in one dictionary of a Parquet file."""

_MARKER = "market.json"


def write_to(
    warehouse: Warehouse,
    truth_folder: Path,
    size: MarketSize,
    *,
    seed: int,
    start: date,
    end: date,
    trial: Trial | None = None,
    commit_rows: int = COMMIT_ROWS,
    progress: Progress = quiet,
) -> Mapping[str, int]:
    """Write the market's tables into the lake and its truth, as Parquet, into `truth_folder`; rows by lake table.

    The same arguments give the same rows as `generate`, whatever `commit_rows`. A call that was killed can be made
    again: commits that are in stay, the rest follow.

    Raises:
        InputError: the lake already holds products of something else, or `truth_folder` lies in the home folder.
    """
    test = trial or Trial()
    told = {"size": asdict(size), "seed": seed, "start": str(start), "end": str(end), "trial": asdict(test)}
    keep_apart(truth_folder, warehouse.settings.home)
    keep_apart(truth_folder, warehouse.settings.lake)
    mark = json.dumps({**told, "commit_rows": commit_rows}, indent=2) + "\n"
    _claim(warehouse, truth_folder, mark)
    parts = simulate(size, seed=seed, start=start, end=end, trial=test)
    with ExitStack() as stack:
        answers = stack.enter_context(_Answers(truth_folder))
        lake = stack.enter_context(_Commits(warehouse, sha256(mark.encode()).hexdigest()[:16], commit_rows))
        for part in parts:
            if part.secret:
                answers.write(part.name, part.table)
            elif part.name == "stores":
                for store in part.table.to_pylist():
                    open_store(warehouse, **store)
                lake.rows["stores"] = part.table.num_rows
            else:
                lake.write(part.name, part.table)
                progress("writing the market", sum(lake.rows.values()), None)
    write_trial(test, truth_folder)
    return dict(lake.rows)


def _claim(warehouse: Warehouse, truth_folder: Path, mark: str) -> None:
    """Leave word in `truth_folder` of which market it is; refuse a lake that holds another one."""
    marker = truth_folder / _MARKER
    ours = marker.exists() and marker.read_text(encoding="utf-8") == mark
    if not ours and warehouse.lake.snapshot(TABLES["products"]).files:
        raise InputError(
            f"market: the lake in {warehouse.settings.lake} already holds products; "
            "set PURVEYOR_HOME to an empty folder"
        )
    truth_folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(mark, encoding="utf-8")


@dataclass
class _Gathered:
    """Rows of one table that wait for their commit, and the number of commits before it."""

    tables: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    commits: int = 0


class _Commits:
    """Appends to the lake on a second thread, each table's in order; what cannot be written is raised here."""

    def __init__(self, warehouse: Warehouse, batch: str, commit_rows: int) -> None:
        self.rows: dict[str, int] = {}
        self._lake, self._batch, self._commit_rows = warehouse.lake, batch, commit_rows
        self._gathered: dict[str, _Gathered] = {}
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="market")
        self._waiting: deque[Future[int]] = deque()

    def __enter__(self) -> _Commits:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if error is None:
                for name in self._gathered:
                    self._commit(name)
                while self._waiting:
                    self._waiting.popleft().result()
        finally:
            self._writer.shutdown(wait=True, cancel_futures=True)

    def write(self, name: str, table: pa.Table) -> None:
        """Take rows; every full `commit_rows` of a table become a commit."""
        gathered = self._gathered.setdefault(name, _Gathered())
        self.rows[name] = self.rows.get(name, 0) + table.num_rows
        for piece in _pieces(table, self._commit_rows - gathered.rows, self._commit_rows):
            gathered.tables.append(piece)
            gathered.rows += piece.num_rows
            if gathered.rows == self._commit_rows:
                self._commit(name)

    def _commit(self, name: str) -> None:
        gathered = self._gathered[name]
        if not gathered.rows:
            return
        table, batch_id = pa.concat_tables(gathered.tables), f"market-{self._batch}-{name}-{gathered.commits}"
        gathered.tables, gathered.rows, gathered.commits = [], 0, gathered.commits + 1
        while len(self._waiting) > WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._writer.submit(self._lake.append, TABLES[name], table, batch_id=batch_id))


def _pieces(table: pa.Table, first: int, rest: int) -> Iterator[pa.Table]:
    """The table cut after `first` rows and then after every `rest`."""
    start = 0
    while start < table.num_rows:
        length = first if start == 0 else rest
        yield table.slice(start, length)
        start += length


class _Answers:
    """The truth's tables, each a Parquet file that grows part by part."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> _Answers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        for file in self._files.values():
            file.close()

    def write(self, name: str, table: pa.Table) -> None:
        """Add rows to a table."""
        if name not in self._files:
            self._files[name] = pq.ParquetWriter(
                self._folder / f"{name}.parquet", table.schema, dictionary_pagesize_limit=DICTIONARY_BYTES
            )
        self._files[name].write_table(table)

"""Questions: SQL with its parameters and a declared result, the same on every engine.

A question is written in DuckDB's dialect within the subset that `warehouse.engines.dialect` checks, declares its
result's columns, types and key, and registers itself, so that one test can run them all on both engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

import pyarrow as pa

QUESTIONS: dict[str, Question] = {}
"""Every question read from a file so far, by name ("room.module:file")."""


@dataclass(frozen=True)
class Question:
    """SQL and what it promises.

    `params` are the `$name` values it takes, with their types; `inputs` are relations it reads beside the lake's
    tables. Rows of the result are unique in `key`.
    """

    name: str
    sql: str
    result: pa.Schema
    key: tuple[str, ...]
    params: Mapping[str, pa.DataType] = field(default_factory=dict)
    inputs: Mapping[str, pa.Schema] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        package_anchor: str,
        file: str,
        *,
        result: pa.Schema,
        key: tuple[str, ...],
        params: Mapping[str, pa.DataType] | None = None,
        inputs: Mapping[str, pa.Schema] | None = None,
    ) -> Question:
        """The question in `file` beside the module `package_anchor` (pass `__name__`), checked and registered."""
        from importlib.util import find_spec

        spec = find_spec(package_anchor)
        is_package = spec is not None and spec.submodule_search_locations is not None
        package = package_anchor if is_package else package_anchor.rpartition(".")[0]
        question = cls(
            f"{package}:{file}",
            (files(package) / file).read_text(encoding="utf-8"),
            result,
            key,
            dict(params or {}),
            dict(inputs or {}),
        )
        QUESTIONS[question.name] = question
        return question

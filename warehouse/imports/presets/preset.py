"""What a preset is: how to read one well-known kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal


@dataclass(frozen=True)
class Shape:
    """A file whose rows are not the table's rows: one DuckDB statement over it gives them.

    `sql` selects from `file`: `_line` and the file's columns by the names written here, trimmed, null where empty or
    absent; those in `numbers` are decimal(18,4). It gives `_line` and columns named as fields of the kind, and
    `_left_out` where rows are left out by rule: the reason, for one row of each thing left out. It may read `stores`
    (store_id, currency, timezone, prices_include_tax), the variables `store` (of rows that name none), `now` and `file`
    (its name), and for lake tables in `knows` the views `known_addresses` (email, customer_id) of customers and
    `current_consents` (customer_id, channel, granted) of consents. The README beside this file shows the way.
    """

    sql: str
    requires: tuple[str, ...]
    """Columns by which the file is known; a file that lacks one is another file."""
    optional: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of columns, by the name written here."""
    group: str | None = None
    """The column whose value says which rows are one thing, such as an order: a row that cannot be read spoils it."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Fields that only a certain optional column tells: they stay as they are where the file lacks it."""
    knows: tuple[Literal["customers", "consents"], ...] = ()
    whole_orders: bool = False
    """Whether the file tells each of its orders whole, so that lines it no longer tells are taken back."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that the statement may name."""
        return (*self.requires, *self.optional)


@dataclass(frozen=True)
class Preset:
    """How to read one well-known kind of file, by a map of its columns or, where that is not enough, by a shape.

    `derived` gives fields as DuckDB SQL over the other fields' values; `time_format` is how its times may be written
    beside ISO 8601 (strptime). `also` are kinds that the same file tells too, read by the presets of the same name.
    """

    name: str
    kind: str
    reads: str
    """What file this is, for people."""
    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    timezone: str | None = None
    country: str | None = None
    derived: Mapping[str, str] = field(default_factory=dict)
    time_format: str | None = None
    shape: Shape | None = None
    also: tuple[str, ...] = ()


def statement(*names: str) -> str:
    """The text of the .sql files of this package called `names`, one after the other."""
    folder = files("warehouse.imports.presets")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)

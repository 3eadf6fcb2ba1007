"""Which column of the file is which field."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from warehouse.errors import InputError
from warehouse.imports.kinds import Kind
from warehouse.imports.presets.preset import Preset
from warehouse.imports.readers import Source

_LISTED = 40


def parse_map(text: str) -> dict[str, str]:
    """`field=column,field=column` as a dictionary. An entry with a comma in it is quoted: "title=Name, long"."""
    mapping: dict[str, str] = {}
    for entry in next(csv.reader([text], skipinitialspace=True), []):
        name, separator, column = (part.strip() for part in entry.partition("="))
        if not (name and separator and column):
            raise InputError(f"--map: {entry!r} is not of the form field=column")
        if name in mapping:
            raise InputError(f"--map gives {name} twice; keep one")
        mapping[name] = column
    return mapping


def choose_columns(
    kind: Kind, source: Source, mapping: Mapping[str, str] | None, preset: Preset | None
) -> dict[str, str]:
    """The cell column (its position in the file) of every field it brings.

    With a map or preset those columns and no others; without, the columns named as the fields are. InputError names a
    field or column that is not there, with the nearest that is, and fields that the file must bring but does not.
    """
    fields = [field.name for field in kind.fields]
    if mapping or preset:
        named = {**(preset.columns if preset else {}), **(mapping or {})}
    else:
        named = {name: name for name in fields if name in source.columns}
    for name, column in named.items():
        if name not in fields:
            raise InputError(
                f"--map: {kind.name} have no field {name!r}{_nearest(name, fields)}; fields: {', '.join(fields)}"
            )
        if column in source.unreadable:
            raise InputError(
                f"{source.name}: column {column!r} holds {source.unreadable[column]}, not plain values; flatten it"
            )
        if column not in source.columns:
            raise InputError(
                f"{source.name} has no column {column!r} for {name}{_nearest(column, source.columns)}; "
                f"{_columns(source)}; map another with --map {name}=COLUMN"
            )
    derived = preset.derived if preset else {}
    missing = [name for name in kind.needs if name not in named and name not in derived]
    if missing:
        raise InputError(
            f"{source.name} has no column for {', '.join(missing)}; {_columns(source)}; "
            f"name every field to take with --map {_suggested(kind, named, source.columns)}"
        )
    return {name: str(source.columns.index(column)) for name, column in named.items()}


def _nearest(name: str, known: Iterable[str]) -> str:
    found = _closest(name, known)
    return f" (did you mean {found!r}?)" if found else ""


def _suggested(kind: Kind, named: Mapping[str, str], columns: Iterable[str]) -> str:
    """A map of the fields a file must bring, with the columns that are known or likely."""
    free = [column for column in columns if column not in named.values()]
    entries = []
    for name in kind.needs:
        column = named.get(name) or _closest(name, free) or "COLUMN"
        if column in free:
            free.remove(column)
        entries.append(f"{name}={column}")
    return ",".join(entries)


def _closest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, whatever its capitals and separators."""
    plain = {"".join(c for c in other.lower() if c.isalnum()): other for other in known}
    found = get_close_matches("".join(c for c in name.lower() if c.isalnum()), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else None


def _columns(source: Source) -> str:
    sheet = source.read_as.get("sheet")
    place = f" in sheet {sheet!r} (--sheet names another)" if sheet else ""
    return f"its columns{place} are {_listed(source.columns)}"


def _listed(columns: tuple[str, ...]) -> str:
    shown = ", ".join(columns[:_LISTED])
    return shown if len(columns) <= _LISTED else f"{shown} and {len(columns) - _LISTED} more"

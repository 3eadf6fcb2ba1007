"""JSON as rows of text: one object a line (JSON lines), or a file that is one array of objects.

The objects' own keys are the columns, in order of first appearance; the file is read twice, so that a key of its last
row is a column like any other. Texts stand as their text, numbers and nested values as the file writes them, null and
what is left out as nothing. An array is read object by object, so that its size does not matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn, TextIO

from warehouse.errors import InputError
from warehouse.imports.readers.encodings import detect_encoding
from warehouse.imports.readers.files import open_bytes, whole
from warehouse.imports.readers.source import AMBIGUOUS_NUMBER, LONGEST_LINE, MOST_COLUMNS, Row, Source, batched

_CHUNK = 1 << 20
_LONGEST = 16 * LONGEST_LINE
"""Characters of one object: an order as an API tells it, with everything in it."""

_BLANK = re.compile(r"[ \t\r\n]*")


def read_json(path: Path, encoding: str | None = None) -> Source:
    """A file of JSON lines, or of one array of objects, `.gz` for a compressed one. A row's place is its line."""
    encoding = encoding or detect_encoding(path)
    columns: dict[str, int] = {}
    typed: set[int] = set()
    doubtful: set[int] = set()
    count = 0
    for record in _records(path, encoding):
        count += 1
        for key, value in record.pairs:
            place = columns.setdefault(key, len(columns))
            if isinstance(value, _Number) and "." in value:
                typed.add(place)
            elif isinstance(value, str) and AMBIGUOUS_NUMBER.fullmatch(value):
                doubtful.add(place)
        if len(columns) > MOST_COLUMNS:
            raise InputError(f"{path.name} line {record.line}: over {MOST_COLUMNS} different keys; it is no table")
    if not columns:
        raise InputError(f"{path.name} holds no JSON objects; it needs one a line, or an array of them")
    read_as = {"format": "JSON", "encoding": encoding.removesuffix("-sig")}
    rows = batched(_rows(path, encoding, columns), len(columns))
    return Source(path, "line", tuple(columns), rows, count, {}, read_as, typed, doubtful)


class _Number(str):
    """A number as the file writes it."""

    __slots__ = ()


class _Pairs(list[tuple[str, object]]):
    """A JSON object, with keys that stand twice."""

    __slots__ = ()


@dataclass(frozen=True)
class _Record:
    """An object: the line where it begins, its text and what was read from it; or what is wrong with that line."""

    line: int
    text: str
    pairs: _Pairs
    fault: str | None = None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_float=_Number, parse_int=_Number, parse_constant=_refuse_constant
)


def _records(path: Path, encoding: str) -> Iterator[_Record]:
    line = 1
    try:
        with (
            whole(path, lambda: f" near line {line}"),
            open_bytes(path) as binary,
            TextIOWrapper(binary, encoding) as file,
        ):
            is_array = file.read(_CHUNK).lstrip()[:1] == "["
            file.seek(0)
            for record in _elements(path, file) if is_array else _lines(path, file):
                line = record.line
                yield record
    except UnicodeDecodeError:
        raise InputError(
            f"{path.name} is not {encoding.removesuffix('-sig')} after line {line}; save it as UTF-8"
        ) from None


def _lines(path: Path, file: TextIO) -> Iterator[_Record]:
    """The objects of a file with one on each line; blank lines are passed over."""
    number = 0
    while line := file.readline(_LONGEST):
        number += 1
        if len(line) == _LONGEST:
            raise InputError(f"{path.name} line {number} has over {_LONGEST} characters; check its line ends")
        text = line.strip()
        if not text:
            continue
        try:
            value, end = _decoded(text, 0)
        except ValueError as error:
            yield _Record(number, text, _Pairs(), f"is not valid JSON ({error})")
            continue
        if isinstance(value, _Pairs) and end == len(text):
            yield _record(number, text, value)
        else:
            yield _Record(number, text, _Pairs(), "is not one JSON object")


def _elements(path: Path, file: TextIO) -> Iterator[_Record]:
    """The objects of an array."""
    array = _Array(path, file)
    array.take()
    mark = "," if array.at_hand() != "]" else array.take()
    while mark == ",":
        if array.at_hand() != "{":
            raise array.fault("an object is missing here")
        line = array.line
        text, pairs = array.decoded()
        yield _record(line, text, pairs)
        mark = array.take()
    if mark != "]":
        raise array.fault("a comma or the array's end is missing here")
    if array.at_hand():
        raise array.fault("something stands after the array")


class _Array:
    """The text of an array, of which no more is kept than what is being read."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self.line = 1
        self._path = path
        self._file = file
        self._text = ""
        self._at = 0

    def at_hand(self) -> str:
        """The next character that is no blank; empty at the end of the file."""
        while True:
            self._move(_blank(self._text, self._at))
            if self._at < len(self._text) or not self._read_on():
                return self._text[self._at : self._at + 1]

    def take(self) -> str:
        """The same, and pass over it."""
        mark = self.at_hand()
        self._move(self._at + len(mark))
        return mark

    def decoded(self) -> tuple[str, _Pairs]:
        """The object that begins here: its text, and its keys and values."""
        while True:
            try:
                value, end = _decoded(self._text, self._at)
            except ValueError as error:
                # Cut off where the text ends, perhaps.
                if len(self._text) - self._at > _LONGEST:
                    raise self.fault(f"this object has over {_LONGEST} characters, or is cut off") from None
                if not self._read_on():
                    raise self.fault(str(error)) from None
                continue
            text = self._text[self._at : end]
            self._move(end)
            assert isinstance(value, _Pairs)
            return text, value

    def fault(self, what: str) -> InputError:
        """What to say where the array is no array of objects."""
        return InputError(f"{self._path.name} line {self.line} is not valid JSON: {what}; have the file mended")

    def _move(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def _read_on(self) -> bool:
        # As much again as there is, so that a long object is not read over and over.
        more = self._file.read(max(_CHUNK, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + more, 0
        return bool(more)


def _decoded(text: str, at: int) -> tuple[object, int]:
    """The value that begins at `at`, and where it ends; ValueError says what is wrong."""
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise ValueError(error.msg) from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _record(line: int, text: str, pairs: _Pairs) -> _Record:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        return _Record(line, text, _Pairs(), f"has the key {twice!r} twice")
    # \ud800 alone is half of a character, which no file and no database takes.
    if "\\u" in text and any(not _is_whole(part) for pair in pairs for part in pair):
        return _Record(line, text, _Pairs(), "holds half of a character (a lone surrogate)")
    return _Record(line, text, pairs)


def _is_whole(value: object) -> bool:
    try:
        return not isinstance(value, str) or bool(value.encode() or True)
    except UnicodeEncodeError:
        return False


def _rows(path: Path, encoding: str, columns: dict[str, int]) -> Iterator[Row]:
    for record in _records(path, encoding):
        row: list[str | None] = [None] * len(columns)
        if record.fault is not None:
            row[0] = record.text  # so that a rejects file shows it
        elif any(isinstance(value, list) for _, value in record.pairs):
            for key, text in _as_written(record.text):
                row[_place(path, columns, key)] = text
        else:
            for key, value in record.pairs:
                row[_place(path, columns, key)] = _text(value)
        yield record.line, record.fault, row


def _place(path: Path, columns: dict[str, int], key: str) -> int:
    if key not in columns:
        raise InputError(f"{path.name} changed while it was read; run the import again")
    return columns[key]


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _as_written(text: str) -> Iterator[tuple[str, str | None]]:
    """The keys of a (valid) object with their values' texts; nested values as they stand there, to the digit."""
    at = _blank(text, 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        start = _blank(text, _blank(text, at) + 1)
        value, end = _DECODER.raw_decode(text, start)
        yield key, text[start:end] if isinstance(value, list) else _text(value)
        at = _blank(text, end)
        at = _blank(text, at + 1) if text[at] == "," else at


def _blank(text: str, at: int) -> int:
    """Where the blanks that begin at `at` end."""
    found = _BLANK.match(text, at)
    assert found is not None
    return found.end()

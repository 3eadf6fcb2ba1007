"""Reading a small YAML file written by a person: every value knows its line, so that every complaint can name it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import yaml

from warehouse.errors import InputError

_LARGEST = 1_000_000
"""Bytes; a definition is a page at most, and YAML of hostile size is not worth parsing."""

_LONGEST = 1000
"""Digits before the point; a number such as 1e9999999 would overflow in the simplest sum."""

_TRUE = ("true", "yes", "on")
_FALSE = ("false", "no", "off")


@dataclass(frozen=True)
class Place:
    """A value in the file, with the way to it: `field` is dotted, such as `where.orders.at_least`."""

    file: str
    field: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """The line it stands on, from 1."""
        return int(self.node.start_mark.line) + 1

    def error(self, problem: str) -> InputError:
        """An error about this value; `problem` says what is wrong and what to write instead."""
        where = f"{self.file}, line {self.line}" + (f", {self.field[:100]}" if self.field else "")
        # What the file says stands in it, line breaks and all; an error is one line.
        return InputError(" ".join(f"{where}: {problem}".split()))

    def entries(self) -> dict[str, Place]:
        """The mapping here, by key in the order written; its keys are text and each stands once."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("this must be a mapping of 'name: value' lines")
        found: dict[str, Place] = {}
        for key, value in self.node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Place(self.file, self.field, key).error("a name must be plain text")
            place = Place(self.file, f"{self.field}.{key.value}" if self.field else key.value, value)
            if key.value in found:
                raise Place(self.file, place.field, key).error("stands twice; keep one")
            found[key.value] = place
        return found

    def entries_among(self, known: Collection[str], *, what: str, required: Collection[str] = ()) -> dict[str, Place]:
        """The mapping here, whose keys must all be `known`; `what` is what a key is called in the complaint."""
        found = self.entries()
        for name, place in found.items():
            if name not in known:
                raise place.error(f"no such {what}{nearest(name, known)}")
        for name in required:
            if name not in found:
                raise self.error(f"{name!r} is missing; add it")
        return found

    def items(self) -> Iterator[Place]:
        """The values of the list here."""
        if not isinstance(self.node, yaml.SequenceNode) or not self.node.value:
            raise self.error("this must be a list of values, such as [a, b]")
        for node in self.node.value:
            yield Place(self.file, self.field, node)

    def one_or_more(self) -> tuple[Place, ...]:
        """The values of the list here, none where it is empty, or the one value that stands in a list's place."""
        nodes = self.node.value if isinstance(self.node, yaml.SequenceNode) else [self.node]
        return tuple(Place(self.file, self.field, node) for node in nodes)

    def scalar(self) -> str | None:
        """The one value here exactly as written, whatever its type; None where it is null or left out."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error("this must be one value")
        return None if self.node.tag.endswith(":null") else str(self.node.value)

    def text(self) -> str:
        """The text here as written; an id such as 007 stays what it is."""
        written = (self.scalar() or "").strip()
        if not written:
            raise self.error("this must be text; write some, in quotes where it is a word such as null")
        return written

    def number(self) -> Decimal:
        """The number here, exactly as written."""
        try:
            value = Decimal(self.text().replace("_", ""))
        except InvalidOperation:
            raise self.error(f"{self.text()!r} is not a number") from None
        if not value.is_finite():
            raise self.error("this must be a finite number")
        if value.adjusted() >= _LONGEST:
            raise self.error(f"this number is too large; write one of at most {_LONGEST:,} digits")
        return value

    def whole(self) -> int:
        """The whole number here."""
        value = self.number()
        if value != value.to_integral_value() or abs(value) > 10**15:
            raise self.error(f"{value} is not a whole number in range")
        return int(value)

    def yes_no(self) -> bool:
        """The true or false here."""
        written = self.text().lower()
        if written not in (*_TRUE, *_FALSE):
            raise self.error(f"{self.text()!r} is neither true nor false")
        return written in _TRUE


def nearest(name: str, known: Collection[str]) -> str:
    """The remedy for an unknown name: the nearest known one, else all of them."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(sorted(known))}"


def read_yaml(path: Path) -> Place:
    """The one document of a YAML file.

    Raises:
        InputError: no such file, not UTF-8 YAML, empty, or too large.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise InputError(f"{path}: cannot be read ({problem.strerror}); name an existing YAML file") from None
    return parse_yaml(content, str(path))


def parse_yaml(content: bytes | str, name: str) -> Place:
    """The one YAML (or JSON) document in `content`; `name` stands for the file in complaints.

    Raises:
        InputError: not UTF-8 YAML, empty, or too large.
    """
    if len(content) > _LARGEST:
        raise InputError(f"{name}: larger than {_LARGEST:,} bytes; a definition file is a page at most")
    try:
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise InputError(f"{name}, line {line}: not valid YAML ({problem.problem}); mend that line") from None
    except (yaml.YAMLError, RecursionError, UnicodeError):
        raise InputError(f"{name}: not YAML text in UTF-8; save it as such") from None
    if node is None:
        raise InputError(f"{name}: empty; write a definition into it")
    return Place(name, "", node)

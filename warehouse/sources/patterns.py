"""Patterns of file names, and the time that a name tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from warehouse.errors import InputError

_PARTS = {
    "*": r".*",
    "?": r".",
    "{date}": r"(?P<year>\d{4})[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)",
    "{time}": r"(?P<hour>\d\d)[-_.:]?(?P<minute>\d\d)(?:[-_.:]?(?P<second>\d\d))?",
}
_TOKEN = re.compile(r"\*|\?|\{[^}]*\}|[^*?{]+|\{")

_HALF_WRITTEN = re.compile(r"\..*|~.*|.*(~|\.(tmp|temp|part|partial|filepart|crdownload|swp|lock))", re.IGNORECASE)
"""Names that programs give to files they are still writing, and rename in the end."""


@dataclass(frozen=True)
class FilePattern:
    """A pattern such as `products-{date}.csv`: * is any text, ? any character, {date} a day, {time} a time of day."""

    text: str
    expression: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> FilePattern:
        """Read a pattern; InputError where it is none."""
        if not text or "/" in text or "\\" in text or text in (".", ".."):
            raise InputError(f"{text!r} is no pattern of file names; write one without folders, such as orders-*.csv")
        expression = ""
        for token in _TOKEN.findall(text):
            if token.startswith("{") and token not in _PARTS:
                raise InputError(f"pattern {text!r}: {token} is not known; there are {{date}} and {{time}}")
            expression += _PARTS.get(token) or re.escape(token)
        if text.count("{date}") > 1 or text.count("{time}") > 1 or ("{time}" in text and "{date}" not in text):
            raise InputError(f"pattern {text!r}: {{date}} and {{time}} stand once, and {{time}} only beside {{date}}")
        return cls(text, re.compile(expression, re.DOTALL))

    @property
    def dated(self) -> bool:
        """Whether names of this pattern tell a time."""
        return "{date}" in self.text

    def matches(self, name: str) -> bool:
        """Whether a file of this name is meant; never one that is still being written."""
        return self.expression.fullmatch(name) is not None and not _HALF_WRITTEN.fullmatch(name)

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        """The moment that the name tells, the start of its day where it tells no time; None where it tells none.

        InputError where it is not in the calendar.
        """
        found = self.expression.fullmatch(name)
        if found is None or not self.dated:
            return None
        parts = {part: int(digits) for part, digits in found.groupdict().items() if digits is not None}
        try:
            return datetime(**parts, tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise InputError(f"the name {name} tells no day of the calendar; rename the file") from None

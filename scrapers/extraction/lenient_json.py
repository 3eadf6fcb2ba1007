"""JSON as shops write it: with comments, trailing commas, raw line breaks, CDATA wraps, quotes within strings; and the
object literals of JavaScript that hold data only.

Strict JSON goes to the standard library. What that refuses is read by one pass over the tokens, which takes what it can
make out: no recursion, no backtracking, time in proportion to the text.
"""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal

from scrapers.extraction.remembered import remembered

Json = dict[str, "Json"] | list["Json"] | str | Decimal | bool | None
"""Numbers are Decimal, so that a price never passes through a float."""

LARGEST = 2 * 1024 * 1024
"""Characters of a text that are read."""

_MOST_TOKENS = 300_000
_DEEPEST = 200
_MOST_TRIES = 10
"""Containers within a broken one that are found to be no strict JSON either: then no more are tried."""

_WRAP = re.compile(r"(?:\s|//(?=\s*<!)|/\*(?=\s*<!)|<!\[CDATA\[|<!--|\*/)*+")
_OPENING = re.compile(r"[\[{]")
_BETWEEN = re.compile(r"(?:\s++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|<!--|-->|\]\]>)*+")
_WORD = re.compile(r"[^\s,:{}\[\]\"'`]++")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}
_WORDS: dict[str, Json] = {"true": True, "!0": True, "false": False, "!1": False}

_KEY_ENDS = re.compile(r"\s*+:")
_VALUE_ENDS = re.compile(
    r"\s*+(?:[}\]]|\Z|;|\"[\w@-]{1,40}+\"\s*+:|,\s*+(?:[\"'{\[}\]\d-]|\Z|/[/*]|true|false|null|undefined|[A-Za-z_$][\w$]*+\s*+:))"
)
"""What follows the quote that ends a value; another quote stands within it, as in "19" monitor"."""
_QUOTE = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*+", re.DOTALL) for quote in "\"'`"}


def read_lenient(text: str) -> Json:
    """The first object or list in `text`; None where there is none. Of what is broken as much as can be made out."""
    text = text[:LARGEST]
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    opening = _OPENING.search(text, _end(_WRAP, text, 0))
    return read_literal(text, opening.start())[0] if opening else None


def read_literal(text: str, start: int, limit: int = LARGEST) -> tuple[Json, int]:
    """The object or list that begins at `start`, and where it ends; `limit` characters are read leniently."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return _Tokens(text[: start + limit], start).value()
    return value, end


def read_strict(text: str, start: int) -> tuple[Json, int]:
    """As `read_literal`, for strict JSON alone: (None, start) for anything else."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start
    return value, end


def unescape(text: str) -> str:
    """What stands between the quotes of a JSON or JavaScript string."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


class _Tokens:
    """One pass over a text: containers still open on a stack, and a place where the next token begins."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._at = start

    def value(self) -> tuple[Json, int]:
        """The container at the start and where it ends."""
        text = self._text
        whole: dict[str, Json] | list[Json] = {} if text[self._at] == "{" else []
        open_: list[dict[str, Json] | list[Json]] = [whole]
        keys: list[str | None] = [None]
        self._at += 1
        tries = _MOST_TRIES
        for _ in range(_MOST_TOKENS):
            sign = text[self._at : self._at + 1]
            if sign.isspace() or sign in "/<-]":
                self._at = _end(_BETWEEN, text, self._at)
                sign = text[self._at : self._at + 1]
            if not sign:
                break
            if sign in ",:":  # every other token
                self._at += 1
                if sign == ",":
                    keys[-1] = None
                continue
            container = open_[-1]
            wants_key = isinstance(container, dict) and keys[-1] is None
            if sign in "}]":
                self._at += 1
                open_.pop()
                keys.pop()
                if not open_:
                    break
            elif sign in "{[":
                strict, end = read_strict(text, self._at) if tries else (None, self._at)
                if end > self._at:  # what is broken in one place is whole in most of its parts
                    _put(container, keys, strict)
                    self._at = end
                    continue
                tries -= tries > 0
                self._at += 1
                inner: dict[str, Json] | list[Json] = {} if sign == "{" else []
                if len(open_) >= _DEEPEST:
                    break
                _put(container, keys, inner)
                open_.append(inner)
                keys.append(None)
            else:
                read = self._string(sign, wants_key) if sign in _QUOTE else self._word(wants_key)
                if wants_key:
                    keys[-1] = str(read)
                else:
                    _put(container, keys, read)
        return whole, self._at

    def _string(self, quote: str, is_key: bool) -> str:
        """The string at this place; it ends at the first quote behind which JSON could go on."""
        ends = _KEY_ENDS if is_key else _VALUE_ENDS
        begin = place = self._at + 1
        while True:
            place = min(_end(_QUOTE[quote], self._text, place), len(self._text))
            if place >= len(self._text) or ends.match(self._text, place + 1) or quote != '"':
                break
            place += 1
        self._at = place + 1
        return unescape(self._text[begin:place])

    def _word(self, is_key: bool) -> Json:
        word = _WORD.match(self._text, self._at)
        if word is None:  # nothing that a literal may hold
            self._at += 1
            return None
        self._at = word.end()
        if is_key:
            return word[0]
        number = _NUMBER.fullmatch(word[0])
        return _number(word[0]) if number else _WORDS.get(word[0])


def _put(container: dict[str, Json] | list[Json], keys: list[str | None], value: Json) -> None:
    if isinstance(container, list):
        container.append(value)
    elif keys[-1] is not None:
        container.setdefault(keys[-1], value)
        keys[-1] = None


@remembered
def _number(digits: str) -> Decimal | None:
    # An exponent of a million is valid JSON and a trap for whoever adds to it.
    return Decimal(digits) if len(digits) <= 40 and "e" not in digits.lower() else None


_DECODER = json.JSONDecoder(strict=False, parse_float=_number, parse_int=_number, parse_constant=lambda _: None)

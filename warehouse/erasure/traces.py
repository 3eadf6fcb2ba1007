"""Recognising erased customers in text: by id, mail address and phone number, in whatever file they turn up."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Text is bytes decoded as Latin-1: every byte is one character, so that what is found in any encoding that extends
# ASCII can be replaced in its place.

_BETWEEN = r"\s,;|\"'=()\[\]{}<>"
_APART = re.compile(
    r'\\(?:[nrtbf/"\\]|u[0-9a-fA-F]{4})'  # line ends and the like as JSON writes them
    "|\xe2\x80[\x80-\xbf]|\xc2[\x80-\xbf]"  # spaces, dashes and quotes of typography in UTF-8
    "|[&!?*`]"
)
"""What mostly stands between words, but in few names and addresses is part of them: text is looked at both ways."""
_WORD = re.compile(f"[^{_BETWEEN}]+")
_MAIL = re.compile(rf"[^{_BETWEEN}:@/]+@[^{_BETWEEN}:@/]+")
_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]{0,3}\d){5,24}")
_NUMBER_DIGITS = 9
"""A phone number is known by its last nine digits: the country code may be written, or not."""


@dataclass(frozen=True)
class Person:
    """What one erased customer may be known by. Mail and phone are all that the lake ever held, as written there."""

    customer_id: str
    mails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


class Traces:
    """Finds some customers in text. Thousands are found as fast as one, but for names of an unusual shape."""

    def __init__(self, people: Iterable[Person], *, ids: bool = True) -> None:
        """`ids` says whether the customers' ids count too, or mail and phone alone."""
        people = list(people)
        mails = {mail.strip().lower() for person in people for mail in person.mails}
        phones = {phone.strip() for person in people for phone in person.phones}
        hashes = {hashed for mail in mails for hashed in _hashes(mail)} | {
            hashed for phone in phones for hashed in _hashes(phone)
        }
        words = {person.customer_id for person in people} if ids else set()
        self._words = {_as_bytes(w) for w in words} | hashes
        self._mails = {_as_bytes(m).lower() for m in mails}
        self._numbers = {digits[-_NUMBER_DIGITS:] for phone in phones if len(digits := _digits(phone)) >= 7}
        self._lengths = sorted({len(number) for number in self._numbers})
        odd = [w for w in words if not _WORD.fullmatch(w) or w != w.strip(".:")]
        odd += [m for m in mails if not _MAIL.fullmatch(m)]
        odd += [p for p in phones if len(_digits(p)) < 7]
        odd += [text for text in (words | mails) if not text.isascii()]
        written = {_as_bytes(form) for text in odd for form in (text, json.dumps(text)[1:-1]) if text}
        forms = "|".join(re.escape(text) for text in sorted(written, key=len, reverse=True))
        ends = f"[^{_BETWEEN}]"
        self._odd = re.compile(f"(?<!{ends})(?:{forms})(?!{ends})", re.IGNORECASE) if forms else None

    def __bool__(self) -> bool:
        return bool(self._words or self._mails or self._numbers or self._odd)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where in `text` (bytes as Latin-1) these customers are named: start and end, in no order."""
        yield from self._spans(text)
        apart = _APART.sub(lambda match: " " * len(match.group()), text)
        if apart != text:
            yield from self._spans(apart)

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for match in _WORD.finditer(text):
            word = match.group()
            if word in self._words or word.strip(".:") in self._words:
                yield match.span()
        if "@" in text:
            for match in _MAIL.finditer(text):
                mail = match.group().lower()
                if mail in self._mails or mail.rstrip(".") in self._mails:
                    yield match.span()
        if self._numbers:
            for match in _NUMBER.finditer(text):
                if self._within(_digits(match.group())):
                    yield match.span()
        if self._odd:
            for match in self._odd.finditer(text):
                yield match.span()

    def named_in(self, text: str) -> bool:
        """Whether any of them is."""
        return next(self.spans(text), None) is not None

    def masked(self, text: str) -> str:
        """The text, an x for every character that names one of them."""
        for start, end in self.spans(text):
            text = f"{text[:start]}{'x' * (end - start)}{text[end:]}"
        return text

    def _within(self, digits: str) -> bool:
        """Whether one of the numbers stands in these digits, which may have run together with others."""
        return any(
            digits[i : i + length] in self._numbers for length in self._lengths for i in range(len(digits) - length + 1)
        )


def _hashes(value: str) -> Iterator[str]:
    """The SHA-256 of a mail address or phone number as audiences carry it: as it stands, and as Google writes mail."""
    forms = {value}
    name, at, domain = value.partition("@")
    if at and domain in ("gmail.com", "googlemail.com"):
        forms.add(f"{name.partition('+')[0].replace('.', '')}@{domain}")
    if digits := _digits(value) if not at else "":
        forms.add(f"+{digits}")
    for form in forms:
        yield hashlib.sha256(form.encode()).hexdigest()


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _as_bytes(text: str) -> str:
    return text.encode(errors="surrogatepass").decode("latin-1")

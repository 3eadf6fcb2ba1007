"""The labels that stand before a product's facts on a page, in many languages: labels.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from scrapers.extraction.remembered import remembered

LONGEST_LABEL = 40
"""Characters of a text that may be a label."""

_IGNORED = re.compile(r"[^\w#]|_")
_JOINT = re.compile(r"[/(),|]")
"""What stands between labels that are one: "SKU / Article no", "Item number (SKU)"."""
_SECTION = re.compile(r"\[(\w+) ([\d.]+)\]")


@lru_cache(maxsize=4096)  # the words that stand on every page of a shop
def known_label(text: str) -> tuple[str, float] | None:
    """The field that a label names and how surely (0 to 1), such as sku; "SKU#" is "SKU"."""
    key = _key(text)
    known = LABELS.get(key) or LABELS.get(key.rstrip("#"))
    if known is None and key.endswith("#"):
        known = LABELS.get(f"{key[:-1]}no")  # "Part #" is "Part no"
    if known is None and _JOINT.search(text):
        parts = {LABELS.get(_key(part)) for part in _JOINT.split(text) if part.strip()}
        known = parts.pop() if len(parts) == 1 else None
    return known


def _key(text: str) -> str:
    """A label as it is compared: letters, digits and "#" in small letters, so that "Art.-Nr.:" is "artnr"."""
    return _IGNORED.sub("", text.casefold())


@remembered
def may_begin_label(characters: str) -> bool:
    """Whether a label begins with these three characters: by them alone most texts are none."""
    return _beginning(characters) in _BEGINNINGS


def _beginning(text: str) -> str:
    return text[:3].rstrip(" :.#").casefold()


def _entries() -> Iterator[tuple[str, str, float]]:
    """The labels of the file with their field and certainty; a label may run on over a line's end."""
    text = re.sub(r"^#.*\n", "", Path(__file__).with_name("labels.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    _, *sections = _SECTION.split(text)
    for field, sure, words in zip(sections[::3], sections[1::3], sections[2::3], strict=True):
        for word in words.split(";"):
            if word.strip():
                yield " ".join(word.split()), field, float(sure)


LABELS: dict[str, tuple[str, float]] = {}
"""The field that each label names and how surely, by what is compared of it."""
for _word, _field, _sure in _entries():
    LABELS.setdefault(_key(_word), (_field, _sure))
_BEGINNINGS = frozenset(_beginning(word) for word, _, _ in _entries())

"""Whether a product can be bought, out of schema.org terms and out of what shops print, in forty languages.

A text is read as words. `stock_words.txt` says of phrases what they mean by language; here are the rules that hold in
all of them: a word for stock is denied by a "not" near it in the same clause and in the same language, made a matter of
the future by a date or by "soon", and says nothing behind "when" or "notify me". What tells more against buying wins:
"in stock again soon" and "sold out, but in stock in Leeds" are not for sale here and now.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

LONGEST = 300
"""Characters of a text that are read."""

_TERMS = {
    "instock": "in_stock",
    "limitedavailability": "in_stock",
    "onlineonly": "in_stock",
    "instoreonly": "in_stock",
    "madetoorder": "in_stock",
    "outofstock": "out_of_stock",
    "soldout": "out_of_stock",
    "reserved": "out_of_stock",
    "preorder": "pre_order",
    "presale": "pre_order",
    "backorder": "pre_order",
    "discontinued": "discontinued",
}
"""schema.org ItemAvailability. A back order can be bought now and comes later, as a pre-order does."""

_ADDRESS_ENDS, _JOINTS = re.compile(r"[/#:]"), re.compile(r"[\s_\-]")

_NEAR = 4
"""Words between a "not" and what it denies."""


def read_availability(text: str | None) -> str | None:
    """in_stock, out_of_stock, pre_order or discontinued for a schema.org term or a short text; None where it says none.

    A text longer than 300 characters is read up to there. Time is linear in the text.
    """
    return _read(text[:LONGEST]) if text else None


@lru_cache(maxsize=4096)  # a shop says the same of many products
def _read(text: str) -> str | None:
    term = _ADDRESS_ENDS.split(text.strip().rstrip("/"))[-1]
    known = _TERMS.get(_JOINTS.sub("", term).lower())
    return known or _said(text)


def _said(text: str) -> str | None:
    said = {code for words in _clauses(text) for code in _codes(words)}
    first = next((code for code in _ORDER if code in said), None)
    return "out_of_stock" if first == "notify" else first


_ORDER = ("discontinued", "pre_order", "out_of_stock", "in_stock", "notify")
"""What counts where a text says several things; an offer to notify, where it says nothing else, means sold out."""

# ------------------------------------------------------------------------------------------------------------ the words

_NUMERIC_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./]\s?\d{1,2}[./](?:\s?\d{4}|\d\d)?|\d{4}-\d\d-\d\d)(?!\d)")
# The dot behind a counted piece ("2 stk. tilbage") ends no clause.
_CLAUSE_ENDS = re.compile(r"(?<!\d [^\W\d_]{2})(?<!\d [^\W\d_]{3})\.|[!?;|,•·()\[\]\n\u3001\u3002]|\s[-–—/]\s|[–—]")
# A letter of a script that puts no blanks between words is a word of its own.
_WORD = re.compile(r"[@#]|[0-9]+|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_]+\*?")


def _clauses(text: str) -> Iterator[list[str]]:
    """The words of each clause; a date is "@", a number "#" (0 stays)."""
    plain = _plain(text.replace("@", " ").replace("#", " "))[: 2 * LONGEST]
    for clause in _CLAUSE_ENDS.split(_NUMERIC_DATE.sub(" @ ", plain)):
        words = _WORD.findall(clause)
        if words:
            yield [("#" if word.strip("0") else "0") if word.isdecimal() else word for word in words]


def _plain(text: str) -> str:
    """Small letters without accents, in one form whatever way they are encoded."""
    if text.isascii():
        return text.lower()
    bare = "".join([c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)])
    return unicodedata.normalize("NFC", bare).casefold()


# ---------------------------------------------------------------------------------------------------------- the phrases


@dataclass(slots=True)
class _Node:
    """A place in the tree of phrases: what follows word by word, and what the phrase that ends here means."""

    words: dict[str, _Node] = field(default_factory=dict)
    beginnings: dict[str, _Node] = field(default_factory=dict)
    meanings: dict[str, set[str]] = field(default_factory=dict)
    """Languages by kind."""

    def following(self, word: str) -> Iterator[_Node]:
        if word in self.words:
            yield self.words[word]
        if self.beginnings:
            for end in range(2, len(word) + 1):
                if word[:end] in self.beginnings:
                    yield self.beginnings[word[:end]]

    def add(self, words: Sequence[str], kind: str, language: str) -> None:
        node = self
        for word in words:
            branch = node.beginnings if word.endswith("*") else node.words
            node = branch.setdefault(word.rstrip("*"), _Node())
        node.meanings.setdefault(kind, set()).add(language)


def _read_phrases() -> _Node:
    root = _Node()
    language = ""
    for line in files("scrapers.extraction").joinpath("stock_words.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
        elif line and not line.startswith("#"):
            kind, _, phrases = line.partition(": ")
            for phrase in phrases.split(", "):
                root.add(_WORD.findall(_plain(phrase)), kind, language)
    return root


_PHRASES = _read_phrases()

_PIECES = frozenset(
    _plain(
        """piece pieces pc pcs unit units item items copy copies stuck exemplar exemplare artikel produkte st styck stk
        eksemplarer vare varer kpl kappaletta szt sztuki sztuk ks kus kusy kusu kom komad komada kosov db darab buc
        bucata bucati produse exemplaire exemplaires article articles piece pieces unidad unidades ud uds pieza piezas
        articulo articulos unidade unidades un peca pecas pezzo pezzi articoli stuks exemplaren шт штука штуки штук
        экз бр броя бројки комада ком штуки одиниць од adet urun τεμ τεμαχια τεμαχιο κομματια vnt gab tk toode toodet
        קטעים יחידות פריטים قطع قطعة حبة وحدات عدد عددی buah unit barang item chiec cai"""
    ).split()
)
"""Words for what is counted, behind a number."""


@lru_cache(maxsize=8192)
def _first(word: str) -> tuple[_Node, ...]:
    """Where the phrases go on that begin with a word."""
    return tuple(_PHRASES.following(word))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase found in a clause, from word to word, and the languages in which it means something."""

    start: int
    end: int
    meanings: dict[str, set[str]]

    def languages(self, *kinds: str) -> set[str]:
        return set().union(*(self.meanings.get(kind, ()) for kind in kinds))


def _found(words: list[str]) -> list[_Phrase]:
    """The phrases in a clause, the longest at each place, none within another."""
    found: list[_Phrase] = []
    at = 0
    while at < len(words):
        longest: _Phrase | None = None
        nodes: Sequence[_Node] = _first(words[at])
        end = at
        while nodes:
            end += 1
            meanings: dict[str, set[str]] = {}
            for node in nodes:
                for kind, languages in node.meanings.items():
                    meanings[kind] = meanings.get(kind, set()) | languages
            if meanings:
                longest = _Phrase(at, end, meanings)
            nodes = [*_after(nodes, words, end)] if end < len(words) else ()
        if longest:
            found.append(longest)
        at = longest.end if longest else at + 1
    return found


def _after(nodes: Sequence[_Node], words: list[str], at: int) -> Iterator[_Node]:
    """Where the phrases go on with the word `at`; "3 pcs left" says what "3 left" does."""
    for node in nodes:
        yield from node.following(words[at])
    if words[at - 1] == "#" and words[at] in _PIECES:
        yield from nodes


# ------------------------------------------------------------------------------------------------------------ the rules

_DENIABLE = ("stock", "available", "sold", "level", "in")
_CLAIMS = (*_DENIABLE, "out", "pre_order", "discontinued")


def _codes(words: list[str]) -> Iterator[str]:
    """What a clause says, phrase by phrase."""
    phrases = _found(words)
    for place, phrase in enumerate(phrases):
        if "discontinued" in phrase.meanings:
            yield "discontinued"
        if "notify" in phrase.meanings or "notify_after" in phrase.meanings:
            yield "notify"
        if "pre_order" in phrase.meanings:
            yield "out_of_stock" if _refused(phrase, phrases[place + 1 :]) else "pre_order"
        elif "out" in phrase.meanings:
            yield "out_of_stock"
        elif any(kind in phrase.meanings for kind in _DENIABLE):
            code = _of_stock(words, phrases, place)
            if code:
                yield code


def _of_stock(words: list[str], phrases: list[_Phrase], place: int) -> str | None:
    """What a word for stock says where it stands."""
    phrase = phrases[place]
    languages = phrase.languages(*_DENIABLE)
    before, behind = phrases[:place], phrases[place + 1 :]
    if any(other.languages("when", "notify") & languages for other in before):
        return None
    if any(other.languages("notify_after") & languages for other in behind):
        return None
    if _denied_for_good(phrase, before):
        of_now = any(other.languages("for_now", "stock", "level") & languages for other in phrases)
        return "out_of_stock" if of_now else "discontinued"
    near = _near(phrase, before)
    follows = [other for other in behind if other.start - phrase.end < 3]
    denied = any(other.languages("not", "soon") & languages for other in near)
    denied = denied or any(other.languages("not_after", "soon") & languages for other in follows)
    if denied or "0" in words[max(phrase.start - 2, 0) : phrase.start]:
        return "out_of_stock"
    if any(other.start == phrase.end and _dated(words, other, languages) for other in follows):
        return "pre_order"
    if phrase.languages("stock", "available", "in"):
        return "in_stock" if "0" not in words[phrase.end : phrase.end + 1] else "out_of_stock"
    if "level" in phrase.meanings:
        rest = words[phrase.end : phrase.end + 2]
        if "0" in rest or any(other.start == phrase.end and other.languages("not") & languages for other in follows):
            return "out_of_stock"
        return "in_stock" if "#" in rest else None
    return None


def _refused(phrase: _Phrase, behind: list[_Phrase]) -> bool:
    """Whether a pre-order is spoken of to say that there is none: "Vorbestellung nicht möglich"."""
    return any(
        other.start - phrase.end < 2 and other.languages("not", "not_after", "out") & phrase.languages("pre_order")
        for other in behind
    )


def _near(phrase: _Phrase, before: list[_Phrase]) -> list[_Phrase]:
    """What stands so close before a phrase that it may deny it, with no other claim in between."""
    near: list[_Phrase] = []
    for other in reversed(before):
        limit = 1 if phrase.meanings.keys() <= {"in"} else _NEAR
        if phrase.start - other.end > limit or other.languages(*_CLAIMS):
            break
        near.append(other)
    return near


def _denied_for_good(phrase: _Phrase, before: list[_Phrase]) -> bool:
    languages = phrase.languages(*_DENIABLE)
    return any(other.languages("no_longer") & languages for other in _near(phrase, before))


def _dated(words: list[str], phrase: _Phrase, languages: set[str]) -> bool:
    """Whether the phrase is a "from" with a date behind it."""
    if not phrase.languages("from") & languages:
        return False
    rest = words[phrase.end : phrase.end + 3]
    dates = (node.meanings.get("date", set()) for word in rest for node in _PHRASES.following(word))
    return "@" in rest or any(date & languages for date in dates)

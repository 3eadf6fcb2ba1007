"""Which encoding a text file is in: told by its first bytes, else UTF-8 where all of it is valid, else the likeliest.

Of the older encodings the one wins under which most letters beyond ASCII form words of one language: they stand in its
alphabet, and a word is small, Capitalised or LARGE. Between two that explain a file equally well (they mostly read it
equally, too) the first in `_FAMILIES` stands, so that a file is always read the same; the command shows which it was.
East Asian encodings of two bytes a letter are told apart by charset-normalizer.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path

from warehouse.errors import InputError
from warehouse.imports.readers.files import DAMAGE, open_bytes, whole
from warehouse.imports.readers.source import LONGEST_LINE

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks; those of UTF-32 before UTF-16's, with which they begin."""

_WESTERN = "äöüß àâæçéèêëîïôœùûüÿ áéíóúüñ ãõáâàçéêíóôú àèéìòù åäöæøé éëïóèêö áéíóúæö àèéíïòóúüç".split()
_CENTRAL = "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű ăâîşţșț čćđšž".split()
_TURKISH = ["âçğıîöşüûİ"]
_BALTIC = "āčēģīķļņšūž ąčęėįšųūž äõöüšž".split()
_CYRILLIC = [
    "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдежзийклмнопрстуфхцчшщъьюя",
    "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
]
_GREEK = ["αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"]
_HEBREW = ["אבגדהוזחטיךכלםמןנסעףפץצקרשת"]
_WITHIN = re.compile("[ךםןףץ].")
"""Letters that only end a Hebrew word; without this, words in small Cyrillic letters would pass for Hebrew ones."""
_ARABIC = ["ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيپچژگ"]

_FAMILIES = (
    ("cp1252", _WESTERN),
    ("cp1255", _HEBREW),
    ("cp1251", _CYRILLIC),
    ("cp1250", _CENTRAL),
    ("iso8859-15", _WESTERN),
    ("iso8859-2", _CENTRAL),
    ("cp1254", _TURKISH),
    ("cp1257", _BALTIC),
    ("cp1253", _GREEK),
    ("iso8859-7", _GREEK),
    ("cp1256", _ARABIC),
    ("koi8-u", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("iso8859-5", _CYRILLIC),
    ("mac-roman", _WESTERN),
    ("cp850", _WESTERN),
    ("cp852", _CENTRAL),
)
"""The encodings of one byte a letter with the alphabets (beyond ASCII) of languages written in them."""

_TWO_BYTES = ["gb18030", "big5", "cp932", "euc_jp", "euc_kr"]
_SYMBOLS = frozenset("€£©®™°«»‹›„“”‚‘’–—…•·×²³½¼¾§№¡¿ºª±\xa0")
_SURE = 0.9
"""The share of letters explained below which a file may be of an East Asian encoding."""

_MIXED = 0.9
"""What a letter of another language of the same family counts, beside one of the main language."""

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_WORDS = re.compile(r"[^\W\d_]+")


def detect_encoding(path: Path) -> str:
    """The Python name of the file's encoding; InputError where none fits."""
    with whole(path), open_bytes(path) as file:
        head = file.read(4)
        for mark, name in _MARKS.items():
            if head.startswith(mark):
                return name
    if _is_utf8(path):
        return "utf-8"
    sample = _lines_beyond_ascii(path)
    scores = {name: score for name, alphabets in _FAMILIES if (score := _score(sample, name, alphabets)) is not None}
    best = max(scores, key=scores.__getitem__, default=None)
    if best is None or scores[best] < _SURE:
        best = _two_bytes(sample) or best
    if best is None:
        raise InputError(f"{path.name} is in no encoding known here; save it as UTF-8, or name its own with --encoding")
    return best


def checked_encoding(name: str) -> str:
    """The encoding that a person named; InputError where Python knows none of that name or it gives no text."""
    try:
        "a".encode(name)
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        raise InputError(f"--encoding: {name!r} is no encoding; write one such as utf-8 or windows-1251") from None
    # A byte order mark is no part of the first column's name, whoever named the encoding.
    return "utf-8-sig" if known == "utf-8" else known


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with whole(path), open_bytes(path) as file:
        try:
            while chunk := file.read(_CHUNK):
                if not (chunk.isascii() and decoder.getstate()[0] == b""):
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        except DAMAGE:
            return True  # for whoever reads the file to say where
    return True


def _lines_beyond_ascii(path: Path) -> bytes:
    """A sample of the file: its first lines that are not ASCII."""
    lines: list[bytes] = []
    size = 0
    with whole(path), open_bytes(path) as file:
        while size < _SAMPLE and (line := file.readline(LONGEST_LINE)):
            if not line.isascii():
                lines.append(line)
                size += len(line)
    return b"".join(lines)


def _score(sample: bytes, encoding: str, alphabets: list[str]) -> float | None:
    """The share of the characters beyond ASCII that make sense; None where the sample is no such text at all."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    beyond = sum(not character.isascii() for character in text)
    symbols = sum(
        character in _SYMBOLS
        and (character == "’" or not (text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha()))
        for at, character in enumerate(text)
        if not character.isascii()
    )
    words = Counter(word for word in _WORDS.findall(text) if not word.isascii())
    letters = {word: sum(not letter.isascii() for letter in word) * count for word, count in words.items()}
    sound = [word for word in words if word.islower() or word.isupper() or word.istitle() or not _has_case(word)]
    of_one = max(sum(letters[word] for word in sound if _is_in(word, alphabet)) for alphabet in alphabets)
    of_any = sum(letters[word] for word in sound if _is_in(word, "".join(alphabets)))
    return (symbols + of_one + _MIXED * (of_any - of_one)) / beyond


def _has_case(word: str) -> bool:
    return word.lower() != word.upper()


def _is_in(word: str, alphabet: str) -> bool:
    """Whether the word's letters beyond ASCII are of the alphabet; only Latin words mix them with ASCII's."""
    beyond = [letter for letter in word if not letter.isascii()]
    if len(beyond) < len(word) and not any("\u00c0" <= letter <= "\u024f" for letter in alphabet):
        return False
    if _WITHIN.search(word):
        return False
    return all(letter in alphabet or letter.lower() in alphabet for letter in beyond)


def _two_bytes(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_TWO_BYTES).best()
    return None if best is None else best.encoding

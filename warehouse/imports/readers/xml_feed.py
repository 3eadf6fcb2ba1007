"""Product feeds in XML: Google Merchant as RSS or Atom, and YML (Yandex Market), each record one row.

Records are the `item` (RSS), `entry` (Atom) or `offer` (YML) elements, whichever comes first, at the depth where it
first stands. A row's place is the line of its opening tag. What becomes which column, in order of first appearance:

| in the record | column | cell |
|---|---|---|
| attribute of the record, `<offer id="7">` | `@id` | its value |
| element, `<title>`, `<g:price>` | `title`, `price` | its text, trimmed; nothing where it is empty |
| attribute of such an element, `<link href="…"/>` | `link@href` | its value |
| `<param name="Size" unit="EU">40</param>` | `param` | all of them as one JSON object, `{"Size": "40 EU"}` |
| element that holds others, `<g:shipping><g:price>…` | `shipping` | JSON, `{"price": "…"}`; attributes as `@name` |
| element with text around others, `one <b>two</b>` | as usual | the text without the tags, `one two` |
| `<categoryId>` of a feed with a `categories` tree | `category_path` | the path, `Shoes > Boots`, beside `categoryId` |

Of names the prefix `g:` is dropped, other prefixes stay (`media:content`); where both `title` and `g:title` stand in a
record, the latter counts. The texts of a repeated element are joined by line ends in document order, as are its
attributes; repeated elements that hold others, and repeated names of `param`, become a JSON array.

A document type is passed over; declarations of entities, and entities that XML itself does not define, are refused.
Depth and size of a record are bounded. The encoding is the one the file declares (windows-1251 too), or as told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from warehouse.errors import InputError
from warehouse.imports.readers.files import open_bytes, whole
from warehouse.imports.readers.source import LONGEST_LINE, Row, Source, batched, refuse_repeated

_RECORDS = ("item", "entry", "offer")
_DEEPEST = 40
_MOST_CATEGORIES = 1_000_000
_CHUNK = 1 << 20
_UNFINISHED = 16 * _CHUNK
"""Bytes that one tag or one run of markup may take before it is no feed any more."""

_JSON = str | dict[str, "_JSON"] | list["_JSON"] | None


def read_xml(path: Path, encoding: str | None = None) -> Source:
    """A product feed in XML. It is read twice: once for the columns, since records leave out what they do not have."""
    columns: dict[str, int] = {}
    count = 0
    declared: list[str] = []
    for _, cells in _records(path, encoding, declared):
        count += 1
        for name in cells:
            columns.setdefault(name, len(columns))
        if len(columns) > len(cells):
            refuse_repeated(path, tuple(columns))
    if not count:
        raise InputError(f"{path.name} holds no {', '.join(_RECORDS)} element; it is no product feed")
    return Source(
        path,
        "line",
        tuple(columns),
        batched(_rows(path, encoding, columns), len(columns)),
        count,
        read_as={"format": "XML", "encoding": encoding or (declared[0] if declared else "utf-8")},
    )


def _rows(path: Path, encoding: str | None, columns: dict[str, int]) -> Iterator[Row]:
    for line, cells in _records(path, encoding, []):
        if not cells.keys() <= columns.keys():
            raise InputError(f"{path.name} changed while it was read; run the import again")
        row: list[str | None] = [None] * len(columns)
        for name, cell in cells.items():
            row[columns[name]] = cell
        yield line, None, row


def _records(path: Path, encoding: str | None, declared: list[str]) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Each record's line and cells; the encoding that the document declares is put into `declared`."""
    document = _Document(path, encoding, declared)
    with whole(path, lambda: f" near line {document.parser.CurrentLineNumber}"), open_bytes(path) as file:
        while chunk := file.read(_CHUNK):
            yield from document.feed(chunk)
        yield from document.feed(b"", last=True)


@dataclass
class _Element:
    """An element of a record: its parts are texts and elements in document order."""

    name: str
    attributes: dict[str, str]
    line: int
    parts: list[str | _Element] = field(default_factory=list)

    @property
    def children(self) -> list[_Element]:
        """The elements within, where there is no text of their own around them."""
        return [part for part in self.parts if isinstance(part, _Element)] if not self._own_text else []

    @property
    def text(self) -> str:
        """All of the text within, trimmed."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts).strip()

    @property
    def _own_text(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str)).strip()


class _Document:
    """A document on its way through the parser, of which no more than one record is kept."""

    def __init__(self, path: Path, encoding: str | None, declared: list[str]) -> None:
        self._path = path
        self._declared = declared
        self._names: list[str] = []
        self._record: tuple[str, int] | None = None  # name and depth
        self._open: list[_Element] = []
        self._size = 0
        self._fed = 0
        self._done: list[tuple[int, dict[str, str | None]]] = []
        self._categories: dict[str, tuple[str, str | None]] = {}  # id: name, parent's id
        self.parser = expat.ParserCreate(encoding)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.XmlDeclHandler = self._declaration
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.SkippedEntityHandler = self._refuse_unknown

    def feed(self, chunk: bytes, *, last: bool = False) -> list[tuple[int, dict[str, str | None]]]:
        """Read on; the records that ended in this chunk."""
        self._done = []
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            # The parser's own text ends in ": line 3, column 4".
            reason = expat.ErrorString(error.code) or str(error)
            raise InputError(
                f"{self._path.name} line {error.lineno} is not well-formed XML ({reason}); have the feed mended"
            ) from None
        except (LookupError, ValueError) as error:
            raise InputError(
                f"{self._path.name} is in an encoding that XML is not read in ({error}); save it as UTF-8"
            ) from None
        self._fed += len(chunk)
        if self._fed - max(self.parser.CurrentByteIndex, 0) > _UNFINISHED:
            raise self._fault("holds markup that does not end")
        return self._done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._names.append(name)
        depth = len(self._names)
        if depth > _DEEPEST:
            raise self._fault(f"is nested over {_DEEPEST} deep")
        if self._open:
            self._grow(len(name) + sum(len(key) + len(value) for key, value in attributes.items()))
            element = _Element(name, attributes, self.parser.CurrentLineNumber)
            self._open[-1].parts.append(element)
            self._open.append(element)
            return
        if self._record is None and name in _RECORDS:
            self._record = (name, depth)
        if self._record == (name, depth) or self._names[-2:] == ["categories", "category"]:
            self._size = 0
            self._open.append(_Element(name, attributes, self.parser.CurrentLineNumber))

    def _text(self, text: str) -> None:
        if self._open:
            self._grow(len(text))
            self._open[-1].parts.append(text)

    def _end(self, name: str) -> None:
        depth = len(self._names)
        self._names.pop()
        if not self._open:
            return
        element = self._open.pop()
        if self._open:
            return
        if self._record == (name, depth):
            self._done.append((element.line, self._cells(element)))
        else:
            self._categorise(element)

    def _categorise(self, element: _Element) -> None:
        if self._record is not None:
            raise self._fault("names a category after the first record; categories must stand before")
        if len(self._categories) == _MOST_CATEGORIES:
            raise self._fault(f"has over {_MOST_CATEGORIES} categories")
        if "id" in element.attributes:
            parent = element.attributes.get("parentId")
            self._categories[element.attributes["id"].strip()] = (element.text, parent.strip() if parent else None)

    def _cells(self, record: _Element) -> dict[str, str | None]:
        cells: dict[str, str | None] = {f"@{name}": value for name, value in record.attributes.items()}
        for name, elements in _named(record.children).items():
            if name == "param":
                cells[name] = _params(elements)
                continue
            if any(element.children for element in elements):
                nested = [_nested(element) for element in elements]
                cells[name] = json.dumps(nested[0] if len(nested) == 1 else nested, ensure_ascii=False)
                continue
            cells[name] = "\n".join(filter(None, (element.text for element in elements))) or None
            for attribute in dict.fromkeys(key for element in elements for key in element.attributes):
                values = (element.attributes.get(attribute) for element in elements)
                cells[f"{name}@{attribute}"] = "\n".join(filter(None, values)) or None
        if self._categories:
            cells["category_path"] = self._category_path(cells.get("categoryId"))
        return cells

    def _category_path(self, category: str | None) -> str | None:
        """The names from the root down to the (first) category; None for one that the tree lacks."""
        names: list[str] = []
        at = category.partition("\n")[0] if category else None
        while at in self._categories and len(names) < _DEEPEST:
            name, at = self._categories[at]
            names.append(name)
        return " > ".join(reversed(names)) or None

    def _grow(self, characters: int) -> None:
        self._size += characters
        if self._size > LONGEST_LINE:
            raise self._fault(f"begins a record of over {LONGEST_LINE} characters", self._open[0].line)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding:
            self._declared.append(encoding)

    def _refuse_entity(self, name: str, *_: object) -> None:
        raise self._fault(f"declares the entity {name!r}, which a feed has no need of")

    def _refuse_unknown(self, name: str, is_parameter: bool) -> None:
        raise self._fault(f"uses the entity {name!r}, which XML does not know")

    def _fault(self, what: str, line: int | None = None) -> InputError:
        return InputError(
            f"{self._path.name} line {line or self.parser.CurrentLineNumber} {what}; have the feed mended"
        )


def _named(elements: list[_Element]) -> dict[str, list[_Element]]:
    """The elements by name without "g:"; those that had the prefix alone, where others have the same name."""
    prefixed = {element.name[2:] for element in elements if element.name.startswith("g:")}
    named: dict[str, list[_Element]] = {}
    for element in elements:
        if element.name.startswith("g:") or element.name not in prefixed:
            named.setdefault(element.name.removeprefix("g:"), []).append(element)
    return named


def _params(elements: list[_Element]) -> str | None:
    values: dict[str, list[str]] = {}
    for element in elements:
        text = " ".join(filter(None, (element.text, element.attributes.get("unit", "").strip())))
        if text:
            values.setdefault(element.attributes.get("name", "").strip() or "param", []).append(text)
    params = {name: texts[0] if len(texts) == 1 else texts for name, texts in values.items()}
    return json.dumps(params, ensure_ascii=False) if params else None


def _nested(element: _Element) -> _JSON:
    if not element.children and not element.attributes:
        return element.text or None
    value: dict[str, _JSON] = {f"@{name}": text for name, text in element.attributes.items()}
    if not element.children and element.text:
        value["#text"] = element.text
    for name, elements in _named(element.children).items():
        values = [_nested(child) for child in elements]
        value[name] = values[0] if len(values) == 1 else values
    return value

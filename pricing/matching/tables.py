"""Listings and labelled pairs from files: columns found by their names or told, ids kept as the texts they are.

Any format that imports read will do (CSV first of all). A cell that says nothing of use is unknown; what would silently
join the wrong rows (an id that is missing, twice there, or in neither table) is an InputError that names the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Listing, Pairs
from warehouse.errors import InputError
from warehouse.imports.readers import FAULT, LINE, Source, open_source

_NAMES = {
    "id": "id sku productid itemid offerid listingid recordid uid",
    "title": "title name producttitle productname itemname itemtitle heading label",
    "brand": "brand brandname manufacturer manufacturername maker vendor",
    "mpn": "mpn modelno modelnumber model modelnr partnumber partno manufacturerpartnumber mfrpartnumber articlenumber",
    "gtin": "gtin ean upc barcode gtin14 gtin13 gtin12 gtin8 ean13 eancode upca upccode isbn13",
    "price": "price saleprice currentprice offerprice unitprice amount",
    "currency": "currency pricecurrency currencycode",
    "category": "category categorypath categoryname categories producttype googleproductcategory breadcrumb",
    "description": "description productdescription longdescription details body bodyhtml shortdescription",
    "pack_size": "packsize contentsize netcontent",
    "pack_unit": "packunit contentunit netcontentunit",
    "seller": "seller sellername site shop shopname merchant",
}
"""Plain column names (letters and digits only) that each field goes by, the likeliest first."""

_TEXTS = ("brand", "mpn", "gtin", "category", "description", "pack_unit", "seller")

_PAIR_NAMES = {
    "left": "ltableid leftid idleft ltable left id1 idleftside",
    "right": "rtableid rightid idright rtable right id2 idrightside",
    "label": "label match ismatch matches gold",
}
_TRUE = frozenset({"1", "1.0", "true", "yes", "match"})
_FALSE = frozenset({"0", "0.0", "false", "no", "no_match"})

_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:[eE][+-]?\d{1,2})?")
_AMOUNT = re.compile(r"\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d[\d.,]*")
_LONGEST_NUMBER = 60  # characters; more is no price
_MOST = 1e12

Row = tuple[str, str | None, dict[str, str | None]]
"""Where a row stands, what is wrong with its shape, and its cells by field, stripped; empty ones None."""


@dataclass(frozen=True)
class LabelledPairs:
    """Pairs of a file, in its order.

    `labels` (shape (pairs,), true for a match) is None where the file has none. `left_out` says which row was not
    taken, for the person to see: the last one, where the file breaks off within it.
    """

    pairs: Pairs
    labels: npt.NDArray[np.bool_] | None
    left_out: str | None = None


def read_tables(
    left: Path, right: Path, *, columns: Mapping[str, str] | None = None
) -> tuple[list[Listing], list[Listing]]:
    """Both tables. `columns` names the column of a field where the name does not tell, in either table or in both.

    InputError where a named column is in neither table, a table has no id or title, or an id is empty or twice there.
    """
    sources = (open_source(left), open_source(right))
    _refuse_unknown(columns or {}, sources)
    ours, theirs = (_listings(source, columns or {}) for source in sources)
    return ours, theirs


def read_pairs(path: Path, left: Sequence[Listing], right: Sequence[Listing]) -> LabelledPairs:
    """Pairs by the ids of two tables: columns ltable_id, rtable_id and, where there are labels, label (0 or 1).

    InputError where an id is not in its table, or a label is neither.
    """
    source = open_source(path)
    named = _named(source, _PAIR_NAMES, {})
    for field, column in (("left", "ltable_id"), ("right", "rtable_id")):
        if field not in named:
            raise InputError(f"{source.name} has no column {column}; {_columns(source)}; rename the one with those ids")
    places = {
        "left": {listing.id: at for at, listing in enumerate(left)},
        "right": {listing.id: at for at, listing in enumerate(right)},
    }
    rows = _rows(source, named)
    left_out = None
    if rows and (fault := rows[-1][1]) is not None and None in rows[-1][2].values():
        left_out = f"{rows.pop()[0]} {fault}: the file breaks off there; left out"
    found: list[tuple[int, int]] = []
    labels: list[bool] = []
    for place, fault, cells in rows:
        if fault is not None:
            raise InputError(f"{place} {fault}; mend the row")
        for side, of_id in places.items():
            if cells[side] not in of_id:
                raise InputError(
                    f"{place}: {source.columns[named[side]]} {cells[side] or ''!r} is not in the {side} table; "
                    "give the tables that these pairs were made from"
                )
        found.append((places["left"][cells["left"] or ""], places["right"][cells["right"] or ""]))
        if "label" in named:
            labels.append(_label(f"{place}: {source.columns[named['label']]}", cells["label"]))
    return LabelledPairs(Pairs.of(found), np.array(labels, dtype=np.bool_) if "label" in named else None, left_out)


def read_price(text: str | None) -> float | None:
    """The first amount of a text, None where there is none or it is not above 0: "$1,299.00", "18,54", "9.0E1", "n/a".

    A number as programs write it is taken as it stands. Elsewhere a lone separator before exactly three digits groups
    thousands; of both separators the last is the decimal mark.
    """
    text = (text or "")[:_LONGEST_NUMBER].strip()
    if _NUMBER.fullmatch(text):
        value = float(text)
    else:
        amount = _AMOUNT.search(text)
        if amount is None or text.startswith("-"):
            return None
        value = float(_point(re.sub(r"[^\d.,]", "", amount[0]).rstrip(".,")))
    return value if 0 < value < _MOST else None


def _point(digits: str) -> str:
    """The number with a decimal point and nothing between the other digits."""
    whole, *parts = re.split(r"[.,]", digits)
    if not parts:
        return digits
    kinds = set(digits) & {".", ","}
    is_decimal = len(kinds) == 2 or (len(parts) == 1 and (len(parts[0]) != 3 or whole.strip("0") == ""))
    return f"{whole}{''.join(parts[:-1])}.{parts[-1]}" if is_decimal else whole + "".join(parts)


def _listings(source: Source, columns: Mapping[str, str]) -> list[Listing]:
    named = _named(source, _NAMES, {f: c for f, c in columns.items() if c in source.columns})
    for field in ("id", "title"):
        if field not in named:
            raise InputError(
                f"{source.name} has no column for {field}; {_columns(source)}; name it with --map {field}=COLUMN"
            )
    listings: dict[str, Listing] = {}
    places: dict[str, str] = {}
    for place, fault, cells in _rows(source, named):
        if fault is not None:
            raise InputError(f"{place} {fault}; mend the row")
        column = source.columns[named["id"]]
        if (own := cells["id"]) is None:
            raise InputError(f"{place}: {column} is empty; give every row an id")
        if own in listings:
            raise InputError(f"{place}: {column} {own!r} stands at {places[own]} too; keep one of the two rows")
        listings[own] = _listing(own, cells)
        places[own] = place
    return list(listings.values())


def _listing(own: str, cells: Mapping[str, str | None]) -> Listing:
    code = (cells.get("currency") or "").upper()
    return Listing(
        id=own,
        title=cells["title"],
        price=read_price(cells.get("price")),
        currency=code if re.fullmatch(r"[A-Z]{3}", code) else None,
        pack_size=read_price(cells.get("pack_size")),
        **{name: cells.get(name) for name in _TEXTS},
    )


def _rows(source: Source, named: Mapping[str, int]) -> list[Row]:
    """The rows in the order of their lines."""
    rows: list[tuple[int, str | None, dict[str, str | None]]] = []
    for batch in source.batches:
        lines, faults = batch.column(LINE).to_pylist(), batch.column(FAULT).to_pylist()
        cells = [[(t or "").strip() or None for t in batch.column(str(at)).to_pylist()] for at in named.values()]
        for line, fault, *row in zip(lines, faults, *cells, strict=True):
            rows.append((line, fault, dict(zip(named, row, strict=True))))
    rows.sort(key=lambda row: row[0])  # a reader may give those with quotes in them last
    return [(f"{source.name} {source.unit} {line}", fault, cells) for line, fault, cells in rows]


def _named(source: Source, names: Mapping[str, str], told: Mapping[str, str]) -> dict[str, int]:
    """The place of each field's column: the told one, else the likeliest by its name."""
    plain: dict[str, int] = {}
    for at, column in enumerate(source.columns):
        if column not in told.values() and column not in source.unreadable:
            plain.setdefault(_plain(column), at)
    found = {field: source.columns.index(column) for field, column in told.items()}
    for field, known in names.items():
        place = next((plain[name] for name in known.split() if name in plain), None)
        if field not in found and place is not None:
            found[field] = place
    return found


def _refuse_unknown(columns: Mapping[str, str], sources: Sequence[Source]) -> None:
    known = [field.name for field in fields(Listing)]
    for field, column in columns.items():
        if field not in known:
            raise InputError(
                f"--map: a listing has no field {field!r}{_nearest(field, known)}; fields: {', '.join(known)}"
            )
        if not any(column in source.columns for source in sources):
            there = [name for source in sources for name in source.columns]
            both = " and ".join(source.name for source in sources)
            raise InputError(
                f"--map {field}={column}: neither {both} has a column {column!r}{_nearest(column, there)}; "
                + "; ".join(f"{source.name}: {_columns(source)}" for source in sources)
            )


def _label(place: str, text: str | None) -> bool:
    said = (text or "").lower()
    if said not in _TRUE and said not in _FALSE:
        raise InputError(f"{place} {text or ''!r} is neither 1 (match) nor 0")
    return said in _TRUE


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _nearest(name: str, known: Sequence[str]) -> str:
    found = get_close_matches(name.lower(), known, n=1)
    return f" (did you mean {found[0]!r}?)" if found else ""


def _columns(source: Source) -> str:
    return f"its columns are {', '.join(source.columns[:40])}"

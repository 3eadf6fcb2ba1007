"""Candidates kept between runs, in a file that may be deleted: only offers that say something new ask again.

An offer's candidates depend on what it says and on the products. While those say the same as before, what was found for
an offer stands. Once any of them changes, so does how rare each word is, and all offers ask again.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.matching.blocking.candidates import Candidates, find_candidates
from pricing.matching.blocking.text_index import Report, silent
from pricing.matching.listing import Ints, Listing

_FORM = "1"
"""Raised whenever listings are compared in another way, so that nothing found in the old one is taken up."""

Prints = npt.NDArray[np.bytes_]


def remembered_candidates(
    path: Path, left: Sequence[Listing], right: Sequence[Listing], *, top: int = 10, report: Report = silent
) -> Candidates:
    """What `find_candidates` gives: out of the file at `path` as far as it stands there, the rest found and kept."""
    asked_for = _print_of((_FORM, top, [_said(listing) for listing in left]))
    told, first, of = np.unique([_print_of(_said(x)) for x in right], return_index=True, return_inverse=True)
    prints: Prints = told.astype("S32")
    kept_prints, kept = _read(path, asked_for)
    new = np.flatnonzero(~np.isin(prints, kept_prints))
    asked = find_candidates(left, [right[at] for at in first[new]], top=top, report=report)
    there = np.isin(kept_prints, prints)
    known = kept.at(np.flatnonzero(there[kept.right]))
    known = replace(known, right=np.searchsorted(prints, kept_prints[known.right]))
    found = _together(known, replace(asked, right=new[asked.right]))
    if len(new) or not there.all() or not path.exists():
        _write(path, asked_for, prints, found)
    return _for_each(found, of, len(prints))


def _said(listing: Listing) -> tuple[str | None, ...]:
    """What candidates are found by."""
    text = listing.title or listing.description
    return text, listing.brand, listing.mpn, listing.gtin


def _print_of(said: object) -> bytes:
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest().encode()


def _together(one: Candidates, two: Candidates) -> Candidates:
    """Both, by right; the order of each one's pairs stays."""
    both = Candidates(
        np.concatenate([one.left, two.left]),
        np.concatenate([one.right, two.right]),
        np.concatenate([one.similarity, two.similarity]),
        np.concatenate([one.identified, two.identified]),
    )
    return both.at(np.argsort(both.right, kind="stable"))


def _for_each(found: Candidates, of: Ints, count: int) -> Candidates:
    """The pairs of each right listing, given those of `count` different ones: listing i says what `of[i]` says."""
    pairs = np.bincount(found.right, minlength=count)
    starts = np.cumsum(pairs) - pairs
    places = np.arange(pairs[of].sum()) - np.repeat(np.cumsum(pairs[of]) - pairs[of] - starts[of], pairs[of])
    return replace(found.at(places), right=np.repeat(np.arange(len(of)), pairs[of]))


def _read(path: Path, asked_for: bytes) -> tuple[Prints, Candidates]:
    """What is kept of these products; nothing where there is no file, it cannot be read, or they say something else."""
    nothing = Candidates(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_))
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if kept["asked_for"].item() != asked_for:
                return np.empty(0, "S32"), nothing
            pairs = (kept[name] for name in ("left", "right", "similarity", "identified"))
            return kept["prints"], Candidates(*pairs)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return np.empty(0, "S32"), nothing


def _write(path: Path, asked_for: bytes, prints: Prints, found: Candidates) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        np.savez(
            file,
            asked_for=np.array(asked_for),
            prints=prints,
            left=found.left,
            right=found.right,
            similarity=found.similarity,
            identified=found.identified,
        )
    partial.replace(path)

"""A site that is being added: what was found, the pages that were looked at, and what she corrected so far."""

from __future__ import annotations

import gzip
import json
import os
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapers.adding.correcting import Selection, holds, select
from scrapers.adding.discovery import discover, read
from scrapers.adding.trial import Trial, alone_with
from scrapers.corrections import agrees, written
from scrapers.extraction.page import LARGEST, Page
from scrapers.extraction.reading import Context
from scrapers.extraction.selectors import SELECTABLE, check_selector, read_stated
from scrapers.fetcher import FetchedPage, fetcher
from scrapers.sites import Site
from scrapers.sites.hosts import host_of
from scrapers.sites.read import NAME
from warehouse.errors import InputError
from warehouse.scratch import scratch_folder
from warehouse.settings import Settings

_DRAFT = "draft.json"


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that she confirmed on one of the draft's pages; `selector` is what the site file gained by it."""

    url: str
    field: str
    value: str
    selector: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A site not yet saved. `pages` are those that were read to find it out, the one she knows best first."""

    site: Site
    pages: tuple[FetchedPage, ...]
    products: tuple[str, ...]
    known: int | None
    forbidden: int
    notes: tuple[str, ...]
    corrections: tuple[Correction, ...] = ()
    trial: Trial | None = None


def explore(
    url: str, settings: Settings, *, name: str | None = None, allow_private: bool = False, delay: float | None = None
) -> Draft:
    """Look at the shop that `url` is a page of, within its own host and politely.

    `name` is the site's (default: its host), `delay` seconds between two requests. InputError where the address is
    none, the page cannot be had, or no product is found.
    """
    url = url.strip() if "://" in url else f"https://{url.strip()}"
    if host_of(url) is None:
        raise InputError(f"{url!r} is no address of a page; give a whole one, such as https://www.example.com/")
    if name is not None and not NAME.fullmatch(name):
        raise InputError(f"a site cannot be called {name!r}: use small letters, digits, '.', '_' or '-', at most 64")
    entry = urlsplit(url).netloc.lower().removeprefix("www.")
    site = Site(
        name=name or site_name(url),
        sitemaps=(),
        watch=(),
        hosts=(entry,),
        allow_private=allow_private,
    )
    if delay is not None:
        site = replace(site, delay=delay)
    with (
        alone_with(site, settings),
        scratch_folder(settings.scratch, "explore") as folder,
        fetcher(site, folder) as fetching,
    ):
        found = discover(url, site, fetching)
    return Draft(found.site, found.pages, found.products, found.known, found.forbidden, found.notes)


def site_name(url: str) -> str:
    """A site's name after its host: example.com for https://www.example.com/shoes."""
    named = re.sub(r"[^a-z0-9._-]+", "-", urlsplit(url).netloc.lower().removeprefix("www."))
    return named.strip("-._")[:64] or "site"


def correct(
    draft: Draft, field: str, *, value: str | None = None, selector: str | None = None, url: str | None = None
) -> Draft:
    """The draft with a field put right: by the value as it stands on a page, or by a CSS selector.

    The page is the one at `url`, else the first of the draft's that says the value. A value that is read already is
    confirmed, and the site file gains nothing. InputError where the field is none, or nothing on the pages says so.
    """
    if field not in SELECTABLE:
        raise InputError(f"{field!r} is no field that can be set; there are: {', '.join(SELECTABLE)}")
    if not draft.pages:
        raise InputError("no page of the shop was read, its feed says all; what is wrong there, the shop can correct")
    pages = [page for page in draft.pages if url is None or url in (page.url, page.asked)]
    if not pages:
        raise InputError(
            f"{url} is none of the pages that were read; they are: {', '.join(p.url for p in draft.pages)}"
        )
    currency = draft.site.currency
    if selector is not None:
        check_selector(selector)
        return _apply(draft, pages[0], holds(field, selector, _parsed(pages[0], draft.pages), currency=currency))
    assert value is not None
    for page in pages:
        before = getattr(read(page, draft.site), field)
        if before is not None and (
            agrees(before, value) or before == read_stated(field, value, Context(page.url, currency))
        ):
            return _with(draft, draft.site, Correction(page.url, field, written(before)))
    confirmed = {c.url: c.value for c in draft.corrections if c.field == field}
    wrong: InputError | None = None
    for page in pages:
        here, *others = _parsed(page, draft.pages)
        try:
            return _apply(draft, page, select(field, value, here, others, currency=currency, confirmed=confirmed))
        except InputError as error:
            wrong = wrong or error
    assert wrong is not None
    raise wrong


def _apply(draft: Draft, page: FetchedPage, selection: Selection) -> Draft:
    """The draft with the selector; InputError where it does not bring about what it is for, or spoils another page."""
    field, selector = selection.field, selection.selector
    site = replace(draft.site, selectors={**draft.site.selectors, field: selector})
    changed = _with(draft, site, Correction(page.url, field, written(selection.value), selector))
    for held in changed.corrections:
        if held.field != field:
            continue
        on = next(page for page in draft.pages if page.url == held.url)
        if not agrees(getattr(read(on, changed.site), field), held.value):
            raise InputError(
                f"with the selector {selector!r} the {field} of {held.url} is not {held.value}; "
                "give a selector that holds on all pages"
            )
    return changed


def _with(draft: Draft, site: Site, correction: Correction) -> Draft:
    same = (correction.url, correction.field)
    kept = tuple(c for c in draft.corrections if (c.url, c.field) != same)
    return replace(draft, site=site, corrections=(*kept, correction), trial=None)


def _parsed(first: FetchedPage, pages: tuple[FetchedPage, ...]) -> list[Page]:
    """The pages as parsed, `first` first."""
    ordered = [first, *(page for page in pages if page is not first)]
    return [Page.parse(page.body, page.url, content_type=page.content_type) for page in ordered]


def save_draft(draft: Draft, folder: Path) -> None:
    """Keep a draft in `folder`, whole at every moment: its pages are written once, then what is said of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(draft.pages):
        path = folder / f"{number}.html.gz"
        if not path.exists():
            path.write_bytes(gzip.compress(page.body, mtime=0))
    kept = {
        **asdict(replace(draft, pages=())),
        "site": draft.site.to_json(),
        "pages": [asdict(replace(page, body=b"")) | {"body": None} for page in draft.pages],
    }
    half = folder / f".{_DRAFT}.half-{os.getpid()}"
    half.write_text(json.dumps(kept), encoding="utf-8")
    half.replace(folder / _DRAFT)


def load_draft(folder: Path) -> Draft:
    """The draft in `folder`; FileNotFoundError where there is none yet."""
    kept: dict[str, Any] = json.loads((folder / _DRAFT).read_bytes())
    pages = []
    for number, values in enumerate(kept["pages"]):
        with gzip.open(folder / f"{number}.html.gz") as packed:
            pages.append(FetchedPage(**{**values, "body": packed.read(LARGEST)}))
    return Draft(
        site=Site.from_json(kept["site"]),
        pages=tuple(pages),
        products=tuple(kept["products"]),
        known=kept["known"],
        forbidden=kept["forbidden"],
        notes=tuple(kept["notes"]),
        corrections=tuple(Correction(**values) for values in kept["corrections"]),
        trial=Trial(**kept["trial"]) if kept["trial"] else None,
    )

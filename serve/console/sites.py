"""What the pages of sites show, and what their forms do: shops watched, how their crawls went, and new ones.

This server neither fetches a shop's pages nor parses them: a process of its own does (scrapers.adding.drafts), and
leaves texts to show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import RedirectResponse, Response

from scrapers.adding import drafts
from scrapers.adding.drafts import Standing
from scrapers.adding.site_file import site_file
from scrapers.corrections import confirmed_pages
from scrapers.registered import all_registered, registered
from scrapers.sites import Site
from serve.console.form import Form
from serve.console.gate import admitted, from_this_console
from serve.console.overview import LAST_CRAWLS, Crawl, crawl_of
from serve.state import Serving
from warehouse.doctor.crawls import Trouble, site_healths
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.session import Session
from warehouse.tables import INTEGER, OFFERS, STRING

_PATIENCE = 20.0
"""Seconds that a form waits for its work to be done, before the page says that it goes on."""

SITE_CRAWLS = Question.read(
    __name__, "site_crawls.sql", result=LAST_CRAWLS.result, key=("crawl_id",), params={"site": STRING}
)
_OF_OFFER = (
    "url",
    "seller",
    "title",
    "gtin",
    "price",
    "list_price",
    "currency",
    "availability",
    "source",
    "confidence",
)
"""What is shown of an offer, beside its evidence."""

SITE_OFFERS = Question.read(
    __name__,
    "site_offers.sql",
    result=pa.schema(
        [OFFERS.schema.field(name) for name in ("crawl_id", "offer_id", *_OF_OFFER, "evidence", "observed_at")]
        + [pa.field("offers_read", INTEGER)]
    ),
    key=("crawl_id", "offer_id"),
    params={"site": STRING},
)


@dataclass(frozen=True)
class SitesPage:
    """The shops on record, their newest crawls and what is wrong with some by name, and those that are being added."""

    sites: Sequence[Site]
    crawls: Mapping[str, Crawl]
    troubles: Mapping[str, Trouble]
    drafts: Sequence[Standing]


@dataclass(frozen=True)
class OfferRead:
    """An offer as it was last read; `evidence` says by field where its value stood."""

    url: str
    seller: str | None
    title: str | None
    gtin: str | None
    price: Decimal | None
    list_price: Decimal | None
    currency: str | None
    availability: str | None
    source: str | None
    confidence: float | None
    evidence: Mapping[str, str]


@dataclass(frozen=True)
class SitePage:
    """One shop: its file, its newest crawls, what is wrong with it, its newest offers and its saved test pages.

    `offers` are the newest few of the `offers_read` in its newest crawl that brought any.
    """

    site: Site
    file: str
    crawls: Sequence[Crawl]
    trouble: Trouble | None
    offers: Sequence[OfferRead]
    offers_read: int
    confirmed: Sequence[tuple[str, Mapping[str, str]]]


def sites_page(serving: Serving) -> SitesPage:
    """All shops, as things stand now."""
    warehouse = serving.warehouse
    sites = all_registered(warehouse)
    with warehouse.session(engine="duckdb") as session:
        troubles = _troubles(session, warehouse)
    return SitesPage(
        sites=sites,
        crawls={crawl.site: crawl for crawl in serving.facts.get().crawls},
        troubles={site.name: troubles[site.name] for site in sites if site.name in troubles},
        drafts=drafts.all_drafts(warehouse.settings, warehouse.clock),
    )


def site_page(warehouse: Warehouse, name: str) -> SitePage:
    """One shop; NotFound where it is not on record."""
    site = registered(warehouse, name)
    with warehouse.session(engine="duckdb") as session:
        crawls = session.ask(SITE_CRAWLS, site=name).sort_by([("finished_at", "descending")]).to_pylist()
        offers = session.ask(SITE_OFFERS, site=name).sort_by([("title", "ascending")]).to_pylist()
        trouble = _troubles(session, warehouse).get(name)
    return SitePage(
        site=site,
        file=site_file(site),
        crawls=[crawl_of(row) for row in crawls],
        trouble=trouble,
        offers=[_offer(row) for row in offers],
        offers_read=offers[0]["offers_read"] if offers else 0,
        confirmed=list(confirmed_pages(warehouse.settings.corrections / name)),
    )


def _troubles(session: Session, warehouse: Warehouse) -> dict[str, Trouble]:
    return {health.site: health.trouble for health in site_healths(session, warehouse.clock()) if health.trouble}


def _offer(row: Mapping[str, Any]) -> OfferRead:
    try:
        evidence = json.loads(row["evidence"] or "{}")
    except ValueError:
        evidence = {}
    return OfferRead(
        **{name: row[name] for name in _OF_OFFER},
        evidence={str(k): str(v) for k, v in evidence.items()} if isinstance(evidence, dict) else {},
    )


router = APIRouter(
    prefix="/sites", include_in_schema=False, dependencies=[Depends(admitted), Depends(from_this_console)]
)


@router.post("/look")
def look(serving: Serving, form: Form) -> Response:
    """Look at a shop, from the address of one of its pages."""
    url = form.get("url", "").strip()
    if not url:
        raise HTTPException(422, "give the address of a page of the shop")
    warehouse = serving.warehouse
    draft_id = drafts.begin(warehouse.settings, warehouse.clock, url, allow_private=serving.allow_private)
    return _to(f"/sites/new/{draft_id}")


@router.post("/new/{draft_id}/correct")
def correct(serving: Serving, draft_id: str, form: Form) -> Response:
    """Put a field right by a value of the page, or by a selector."""
    task = {"do": "correct", **{name: form.get(name) for name in ("url", "field", "value", "selector")}}
    if not task["field"] or not (task["value"] or task["selector"]):
        raise HTTPException(422, "give what the page says, or a selector")
    return _work(serving, draft_id, task, page=form.get("page"))


@router.post("/new/{draft_id}/try")
def try_out(serving: Serving, draft_id: str) -> Response:
    """Read twenty pages as a trial."""
    return _work(serving, draft_id, {"do": "try"}, wait=0.5)


@router.post("/new/{draft_id}/save")
def save(serving: Serving, draft_id: str, form: Form) -> Response:
    """Write the site file, keep what was confirmed, and have the shop crawled from now on."""
    return _work(serving, draft_id, {"do": "save", "replace": form.get("replace") == "yes"})


@router.post("/new/{draft_id}/forget")
def forget(serving: Serving, draft_id: str) -> Response:
    """Give a draft up."""
    warehouse = serving.warehouse
    drafts.forget(warehouse.settings, warehouse.clock, draft_id)
    return _to("/sites")


def _work(
    serving: Serving, draft_id: str, task: Mapping[str, Any], *, page: str | None = None, wait: float = _PATIENCE
) -> Response:
    warehouse = serving.warehouse
    drafts.work(warehouse.settings, warehouse.clock, draft_id, task, wait=wait)
    saved = drafts.find_draft(warehouse.settings, warehouse.clock, draft_id).saved
    if saved is not None:
        drafts.forget(warehouse.settings, warehouse.clock, draft_id)
        return _to(f"/sites/{saved}")
    return _to(f"/sites/new/{draft_id}" + (f"?page={page}" if page and page.isdecimal() else ""))


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)

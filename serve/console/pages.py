"""The console's routes."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from pricing.matching.reasons import pack_said
from pricing.reports.figures import web_address
from scrapers.adding.drafts import find_draft
from serve.amounts import amount
from serve.console import format as shown
from serve.console.gate import Visitor, admitted
from serve.console.jobs import jobs_page
from serve.console.matches import matches_page
from serve.console.overview import Overview, overview
from serve.console.sites import site_page, sites_page
from serve.middleware import content_policy
from serve.state import Serving
from warehouse.crawl_causes import in_words
from warehouse.records.stores import list_stores
from warehouse.stores import chosen_store

router = APIRouter(include_in_schema=False)

_MINUTES = "max-age=600"

_CARDS = {
    "products": "Products",
    "offers": "Offers seen",
    "orders": "Order lines",
    "customers": "Customers",
    "events": "Events",
}

_STEPS = (
    ("stores", "Say what your store is:", "purveyor init --store main --currency EUR --timezone Europe/Berlin"),
    (
        "orders",
        "Bring in your orders:",
        "purveyor import orders FILE --map order_id=…,ordered_at=…,customer_id=…,sku=…,quantity=…,amount=…",
    ),
    ("products", "Bring in your products:", "purveyor import products FILE --map sku=…,title=…,gtin=…"),
    ("offers", "Watch what a competitor charges:", "purveyor sites add URL"),
    ("matches", "Find which offer is which product:", "purveyor match"),
    ("price_proposals", "Have prices proposed:", "purveyor pricing propose"),
)
"""What to do where a table is still empty."""


@router.get("/", dependencies=[Depends(admitted)])
def overview_page(serving: Serving) -> Response:
    """What data there is, how fresh it is, and what runs on it."""
    found = overview(serving.warehouse, serving.facts.get())
    return _page(
        "overview.html",
        "/",
        serving.warehouse.clock(),
        overview=found,
        sizes={size.name: size for size in found.tables},
        card_labels=_CARDS,
        next_steps=_next_steps(found),
    )


@router.get("/prices", dependencies=[Depends(admitted)])
def prices_page(serving: Serving, store: str | None = None) -> Response:
    """Where our prices stand beside the market's; `store` chooses among several, the first by default."""
    with serving.warehouse.records.reading() as tx:
        stores = list_stores(tx)
    chosen = chosen_store(serving.warehouse, store or stores[0].store_id) if stores else None
    return _page(
        "prices.html",
        "/prices",
        serving.warehouse.clock(),
        stores=stores,
        position=serving.positions.of(chosen) if chosen else None,
    )


@router.get("/jobs", dependencies=[Depends(admitted)])
def jobs(serving: Serving) -> Response:
    """When what runs, what ran, and what came of it."""
    page = jobs_page(serving.warehouse, serving.jobs)
    return _page("jobs.html", "/jobs", serving.warehouse.clock(), page=page)


@router.get("/sites", dependencies=[Depends(admitted)])
def sites(serving: Serving) -> Response:
    """The competitors' shops, how their crawls went, and a new one."""
    return _page("sites.html", "/sites", serving.warehouse.clock(), page=sites_page(serving))


@router.get("/sites/new/{draft_id}", dependencies=[Depends(admitted)])
def new_site(serving: Serving, draft_id: str, page: Annotated[int, Query(ge=0)] = 0) -> Response:
    """A shop that is being added; `page` chooses among its pages that were read."""
    warehouse = serving.warehouse
    draft = find_draft(warehouse.settings, warehouse.clock, draft_id)
    if draft.saved is not None:
        return RedirectResponse(f"/sites/{draft.saved}", status_code=303)
    pages = draft.view["pages"] if draft.view else []
    shown = pages[page] if page < len(pages) else None
    answer = _page("new_site.html", "/sites", warehouse.clock(), draft=draft, number=page, shown=shown)
    if draft.doing:  # the page asks again by itself; no script runs here
        answer.headers["Refresh"] = "2"
    return answer


@router.get("/sites/{name}", dependencies=[Depends(admitted)])
def site(serving: Serving, name: str) -> Response:
    """One shop: what was read of it, with the evidence."""
    return _page("site.html", "/sites", serving.warehouse.clock(), page=site_page(serving.warehouse, name))


@router.get("/matches")
def matches(
    serving: Serving,
    who: Visitor,
    after: Annotated[str | None, Query(max_length=400)] = None,
    offer: Annotated[str | None, Query(max_length=255)] = None,
    sku: Annotated[str | None, Query(max_length=255)] = None,
) -> Response:
    """The review queue: an offer beside a product it could be; `offer` and `sku` choose, `after` goes on."""
    page = matches_page(serving.warehouse, who, after=after or None, offer=offer, sku=sku)
    answer = _page("matches.html", "/matches", serving.warehouse.clock(), page=page)
    # Its keys need a script, which is a file of ours; the pictures of our products may stand anywhere.
    answer.headers["Content-Security-Policy"] = content_policy(scripts="'self'", images="'self' https: http:")
    return answer


@router.get("/keys.js")
async def keys() -> Response:
    """The script that presses buttons by keys."""
    return Response(_static("keys.js"), media_type="text/javascript", headers={"Cache-Control": _MINUTES})


@router.get("/console.css")
async def stylesheet() -> Response:
    """The one stylesheet."""
    return Response(_static("console.css"), media_type="text/css", headers={"Cache-Control": _MINUTES})


@router.get("/console.svg")
async def icon() -> Response:
    """The sign in the corner and on the tab."""
    return Response(_static("console.svg"), media_type="image/svg+xml", headers={"Cache-Control": _MINUTES})


def _next_steps(found: Overview) -> list[dict[str, str]]:
    steps = [{"text": text, "command": command} for table, text, command in _STEPS if not found.rows(table)]
    if found.rows("orders") and found.model is None:
        steps.append({"text": "Train the recommender:", "command": "purveyor recommender train"})
    return steps


def _page(template: str, here: str, now: datetime, **context: object) -> Response:
    page = _templates().get_template(template)
    return HTMLResponse(page.render(here=here, now=now, version=version("purveyor"), static=_versioned, **context))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("serve.console", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ago": shown.ago,
        "amount": amount,
        "change": shown.change,
        "count": shown.count,
        "figure": shown.figure,
        "gain": shown.gain,
        "in_words": in_words,
        "index": shown.index,
        "moment": shown.moment,
        "pack_said": pack_said,
        "percent": shown.percent,
        "took": shown.took,
        "web_address": web_address,
    }
    return environment


def _versioned(name: str) -> str:
    """The address of a file of ours, which changes with its content."""
    return f"/{name}?v={hashlib.sha256(_static(name)).hexdigest()[:8]}"


@cache
def _static(name: str) -> bytes:
    return (files("serve.console") / name).read_bytes()

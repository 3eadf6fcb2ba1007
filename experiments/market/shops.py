"""The competitors' shops over HTTP on the loopback interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from experiments.market import pages, scripted
from experiments.market.competitors import SOLD
from experiments.market.market import Market
from experiments.market.sites import SITES, Format, Site


@dataclass(frozen=True)
class Shop:
    """A running shop.

    `truth` has a row per product page: its url and the columns of `competitors.OFFER_SCHEMA`. `requests` grows with
    every answered request: (path, status).
    """

    site: str
    base_url: str
    format: Format
    truth: pa.Table
    requests: list[tuple[str, int]] = field(default_factory=list)

    @property
    def sells(self) -> pa.Table:
        """The rows of `truth` that a polite crawler can find: not behind robots.txt and not broken."""
        return self.truth.filter(pc.is_in(self.truth["kind"], pa.array(SOLD)))


@dataclass(frozen=True)
class _Answer:
    status: int
    media_type: str
    text: Callable[[], str]


@contextmanager
def serve_shops(market: Market) -> Iterator[list[Shop]]:
    """Serve the first three shops of the market on free ports of 127.0.0.1 until the context ends."""
    with ExitStack() as running:
        yield [running.enter_context(_serve(site, market)) for site in SITES[:3]]


@contextmanager
def _serve(site: Site, market: Market) -> Iterator[Shop]:
    requests: list[tuple[str, int]] = []
    answers: dict[str, _Answer] = {}
    with _Server(("127.0.0.1", 0), partial(_Handler, answers, requests)) as server:
        base_url = f"http://127.0.0.1:{server.server_port}"
        offers = market.truth.offers.filter(pc.equal(market.truth.offers["site"], site.name))
        urls = pc.binary_join_element_wise(pa.scalar(base_url), offers["path"], "")
        answers.update(_answers(site, offers, base_url))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name=site.name, daemon=True)
        thread.start()
        try:
            yield Shop(site.name, base_url, site.format, offers.add_column(0, "url", urls), requests)
        finally:
            server.shutdown()
            thread.join()


def _answers(site: Site, offers: pa.Table, base_url: str) -> dict[str, _Answer]:
    """What the shop answers at each path; product pages are written when asked for."""
    rows = offers.to_pylist()
    sold = [row for row in rows if row["kind"] in SOLD]
    closed = [row for row in rows if row["kind"] == "decoy"]
    answers = {
        row["path"]: _Answer(row["status"], "text/html", partial(_page, site, row, base_url, _related(sold, i)))
        for i, row in enumerate(rows)
    }
    if site.format == "script":
        answers[scripted.SCRIPT_PATH] = _Answer(200, "text/javascript", lambda: scripted.SCRIPT)
        data = {scripted.DATA + row["path"]: (row, _related(sold, i)) for i, row in enumerate(rows) if row["title"]}
        answers.update(
            {
                path: _Answer(200, "application/json", partial(scripted.product_data, *told))
                for path, told in data.items()
            }
        )
    # The last address is a mistake that shops make: a sitemap that lists a page robots.txt forbids.
    listed = [base_url + row["path"] for row in rows if row["kind"] != "decoy"] + [base_url + closed[0]["path"]]
    robots = pages.robots_txt(site.closed, f"{base_url}/sitemap.xml")
    answers["/"] = _Answer(200, "text/html", lambda: pages.home_page(site.name, sold[:40], closed[-1]["path"]))
    answers["/robots.txt"] = _Answer(200, "text/plain", lambda: robots)
    if site.format != "html":
        answers["/sitemap.xml"] = _xml(pages.sitemap(listed))
    else:
        half = len(listed) // 2
        parts = {"/sitemap-1.xml": listed[:half], "/sitemap-2.xml": listed[half:]}
        answers["/sitemap.xml"] = _xml(pages.sitemap([base_url + path for path in parts], index=True))
        answers.update({path: _xml(pages.sitemap(urls)) for path, urls in parts.items()})
    return answers


def _related(sold: list[pages.Offer], i: int) -> list[pages.Offer]:
    """Three others, whose prices also stand on the page."""
    return [sold[(i * 7 + step) % len(sold)] for step in (11, 23, 41)]


def _xml(text: str) -> _Answer:
    return _Answer(200, "application/xml", lambda: text)


def _page(site: Site, offer: pages.Offer, base_url: str, related: list[pages.Offer]) -> str:
    if offer["kind"] == "broken":
        return pages.document("Error", "<h1>This page cannot be shown</h1>", "en")
    match site.format:
        case "json-ld":
            return pages.json_ld_page(offer, base_url + offer["path"], related)
        case "html":
            return pages.plain_page(offer, related)
        case "script":
            return scripted.shell()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from a table of paths, keeping connections open."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one segment: two small ones would wait for the client's delayed ACK
    timeout = 30
    server_version = "shop"
    sys_version = ""

    def __init__(self, answers: dict[str, _Answer], requests: list[tuple[str, int]], *connection: object) -> None:
        self._answers, self._requests = answers, requests
        super().__init__(*connection)  # type: ignore[arg-type]  # handles the connection before it returns

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        missing = _Answer(404, "text/html", lambda: pages.document("Not found", "<h1>Not found</h1>", "en"))
        answer = self._answers.get(path, missing)
        body = answer.text().encode()
        self._requests.append((path, answer.status))
        self.send_response(answer.status)
        self.send_header("Content-Type", f"{answer.media_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: `requests` is the log."""

"""A small shop on loopback, of these tests' own."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from scrapers.sites import Site

HTML = "text/html; charset=utf-8"


@dataclass
class Answer:
    """What a path is answered with."""

    status: int
    headers: dict[str, str]
    body: bytes


class Shop:
    """A real HTTP server whose pages a test sets, and which remembers what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.first: dict[str, list[Answer]] = {}
        """What a path is answered with before its page is."""
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.times: list[float] = []
        self.slowness = 0.0
        """Seconds before each answer."""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                shop.asked.append((self.path, dict(self.headers)))
                shop.times.append(time.monotonic())
                time.sleep(shop.slowness)
                answer = shop.pages.get(self.path, Answer(404, {"Content-Type": HTML}, b""))
                if shop.first.get(self.path):
                    answer = shop.first[self.path].pop(0)
                known = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
                if any(self.headers.get(asked, "?") == answer.headers.get(name) for asked, name in known.items()):
                    answer = Answer(304, {}, b"")
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [path for path, _ in self.asked]

    def seconds_between(self) -> float:
        """From the first request to the last."""
        return self.times[-1] - self.times[0]

    def answer(self, path: str, body: bytes = b"", *, status: int = 200, kind: str = HTML, **headers: str) -> str:
        """Set what a path is answered with; its address. Header names are given with "_" for "-"."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Answer(status, {"Content-Type": kind, **named}, body)
        return self.url + path

    def refuse(self, path: str, status: int, **headers: str) -> None:
        """Answer the next request for a path with this status, and only later with its page."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.first.setdefault(path, []).append(Answer(status, {"Content-Type": HTML, **named}, b""))

    def page(self, path: str, html: str) -> str:
        """Set a page; its address."""
        return self.answer(path, html.encode())

    def sitemap(self, *urls: str, path: str = "/sitemap.xml") -> str:
        """Set a sitemap of these addresses; its own address."""
        entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
        xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        return self.answer(path, xml.encode(), kind="application/xml")

    def site(self, *, sitemap: str | None = None, watch: tuple[str, ...] = (), **changes: Any) -> Site:
        """A site of this shop, allowed at its private address, without delays."""
        settings: dict[str, Any] = {
            "name": "shop",
            "sitemaps": (sitemap,) if sitemap else (),
            "watch": watch,
            "hosts": (f"127.0.0.1:{self.port}",),
            "allow_private": True,
            "delay": 0.0,
            "concurrency": 8,
        }
        return Site(**{**settings, **changes})

    def serve_tls(self, folder: Path) -> None:
        """Speak TLS from now on, with a certificate for 127.0.0.1 that no authority has signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(key, SHA256())
        )
        path = folder / "shop.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def close(self) -> None:
        """Stop serving; the port refuses connections from here on."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


@pytest.fixture
def open_shop() -> Iterator[Callable[[], Shop]]:
    """Opens shops, each on a port of its own; closes them after the test."""
    shops: list[Shop] = []

    def open_one() -> Shop:
        shops.append(Shop())
        return shops[-1]

    yield open_one
    for shop in shops:
        shop.close()


@pytest.fixture
def shop(open_shop: Callable[[], Shop]) -> Shop:
    """One open shop."""
    return open_shop()


PRODUCT = """<!doctype html><html><head><title>{name}</title>
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Product", "name": "{name}",
"gtin13": "{gtin}", "offers": {{"@type": "Offer", "price": "{price}", "priceCurrency": "EUR",
"availability": "https://schema.org/{availability}"}}}}</script></head><body><h1>{name}</h1></body></html>"""


@pytest.fixture
def product_page() -> Callable[..., str]:
    """Makes a product page with JSON-LD."""

    def make(name: str, price: str, *, gtin: str = "4006381333931", availability: str = "InStock") -> str:
        return PRODUCT.format(name=name, price=price, gtin=gtin, availability=availability)

    return make

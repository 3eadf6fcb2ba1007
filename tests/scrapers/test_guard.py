"""No page makes a crawl reach the inside network: not over plain HTTP, not through the browser.

A canary listens on every address of this machine, on a port that no site may reach. The attacks are tables; nothing but
the guard at the connection is on (see guarded_fetches.py), and what counts is that the canary was never touched. Each
attack that a page makes is also shown to work where the canary is allowed, so that none of them passes for being lame.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrapers.browser.chromium import find_chromium
from tests.scrapers.canary import Canary, canary

if TYPE_CHECKING:
    from tests.scrapers.conftest import Shop

ROOT = Path(__file__).parents[2]
needs_chromium = pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine")

OWN_ADDRESS = socket.gethostbyname(socket.gethostname())
LOOPBACK = [
    # As names and numbers of every notation that inet_aton and browsers take.
    "127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "127.1", "127.0.1", "127.255.255.254",
    "2130706433", "0x7f000001", "0x7F.0.0.1", "0x7f.1", "0177.0.0.1", "017700000001", "0177.0x0.1", "0", "0.0.0.0",
    # IPv6: loopback, unspecified, and what carries an IPv4 address: mapped, compatible, NAT64, 6to4, Teredo.
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::80ff:fffe]",
    "[fe80::1]", "[fec0::1]", "[fd00::1]", "[ff02::1]",
    # Digits and dots of other scripts.
    "①②⑦.0.0.1", "127。0。0。1", "１２７.0.0.1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    # What names of this machine lead to.
    socket.gethostname(), OWN_ADDRESS, "ip6-localhost", "shop.localhost",
]  # fmt: skip
ELSEWHERE = [
    # Cloud metadata, private, shared (CGNAT), link-local, multicast, broadcast, documentation and reserved addresses.
    "169.254.169.254", "2852039166", "[fd00:ec2::254]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1",
    "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "203.0.113.1",
]  # fmt: skip
BUILT = ["http://shop.example@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@shop.example/",
         "http://a:b@localhost:{port}/", "http://127.0.0.1%00.shop.example:{port}/",
         "http://[fe80::1%25lo]:{port}/", "http://127.0.0.1:{port}\\@shop.example/"]  # fmt: skip
OTHER_SCHEMES = ["file:///etc/passwd", "file://localhost/etc/passwd", "data:text/html,<p class=price>1 EUR</p>",
                 "ftp://127.0.0.1:{port}/", "s3://bucket/key", "gopher://127.0.0.1:{port}/"]  # fmt: skip
REFUSED = {"private_address", "unknown_host", "off_site", "other"}


@pytest.fixture
def inside() -> Iterator[Canary]:
    with canary() as one:
        yield one


def fetch(
    shop: Shop, urls: list[str], *, draw: bool, hosts: tuple[str, ...] = (), concurrency: int = 8, **job: Any
) -> dict[str, str]:
    """What became of each address, fetched or drawn by a crawl that may reach the shop (and `hosts`) privately."""
    names = tuple(f"{name}:1" for name in job.get("names", {}))  # the site's own, but for a port that nobody asks for
    site = shop.site(
        hosts=(f"127.0.0.1:{shop.port}", *hosts, *names), render="always" if draw else "never", concurrency=concurrency
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.scrapers.guarded_fetches"],
        input=json.dumps(
            {"site": site.to_json(), "urls": urls, "draw": draw, "names": {}, "public": [], "settings": {}, **job}
        ),
        capture_output=True, text=True, cwd=ROOT, timeout=200, check=True,
    )  # fmt: skip
    outcomes: dict[str, str] = json.loads(done.stdout)
    return outcomes


def direct(port: int) -> list[str]:
    """The table of addresses that lie inside, as a sitemap, a feed or a watch list could name them."""
    return [
        *(f"{scheme}://{host}:{port}/" for host in LOOPBACK + ELSEWHERE for scheme in ("http",)),
        f"https://127.0.0.1:{port}/", f"https://localhost:{port}/", f"https://[::1]:{port}/",
        *(url.format(port=port) for url in BUILT + OTHER_SCHEMES),
    ]  # fmt: skip


def redirects(shop: Shop, port: int) -> list[str]:
    """Pages of the shop that lead inside by status, by a chain, and by another notation."""
    urls = []
    targets = (
        f"http://127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://2130706433:{port}/",
        f"http://[::ffff:7f00:1]:{port}/",
    )
    for status in (301, 302, 303, 307, 308):
        for place, target in enumerate(targets):
            urls.append(shop.answer(f"/moved/{status}/{place}", status=status, Location=target))
    shop.answer("/chain/1", status=302, Location="/chain/2")
    shop.answer("/chain/2", status=302, Location=f"//127.0.0.1:{port}/")
    return [*urls, shop.url + "/chain/1"]


def test_plain_http_never_reaches_inside(shop: Shop, inside: Canary) -> None:
    urls = [*direct(inside.port), *redirects(shop, inside.port)]
    assert len(urls) >= 70
    outcomes = fetch(shop, urls, draw=False)
    assert inside.touched == []
    assert set(outcomes.values()) <= REFUSED
    assert sum(cause == "private_address" for cause in outcomes.values()) >= 60


TRAPS = {
    "img": '<img src="{inside}">',
    "script": '<script src="{inside}"></script>',
    "style": '<link rel="stylesheet" href="{inside}">',
    "import": "<style>@import url({inside});</style>",
    "iframe": '<iframe src="{inside}"></iframe>',
    "srcdoc": """<iframe srcdoc="<script>fetch('{inside}', {{mode: 'no-cors'}})</script>"></iframe>""",
    "object": '<object data="{inside}"></object>',
    "embed": '<embed src="{inside}">',
    "video": '<video src="{inside}" autoplay></video>',
    "font": "<style>@font-face {{font-family: f; src: url({inside})}} body {{font-family: f}}</style>a",
    "background": "<style>body {{background: url({inside})}}</style>",
    "preload": '<link rel="preload" as="fetch" href="{inside}" crossorigin>',
    "prefetch": '<link rel="prefetch" href="{inside}">',
    "preconnect": '<link rel="preconnect" href="{origin}">',
    "dns-prefetch": '<link rel="dns-prefetch" href="{origin}">',
    "modulepreload": '<link rel="modulepreload" href="{inside}">',
    "manifest": '<link rel="manifest" href="{inside}">',
    "ping": "<script>navigator.sendBeacon('{inside}', 'x')</script>",
    "fetch": "<script>fetch('{inside}', {{mode: 'no-cors'}})</script>",
    "post": "<script>fetch('{inside}', {{mode: 'no-cors', method: 'POST', body: 'x'}})</script>",
    "keepalive": "<script>fetch('{inside}', {{mode: 'no-cors', keepalive: true}})</script>",
    "xhr": "<script>{{const x = new XMLHttpRequest(); x.open('GET', '{inside}'); x.send()}}</script>",
    "websocket": "<script>new WebSocket('{inside}'.replace('http', 'ws'))</script>",
    "eventsource": "<script>new EventSource('{inside}')</script>",
    "import()": "<script>import('{inside}').catch(() => 0)</script>",
    "worker": """<script>
        new Worker(URL.createObjectURL(new Blob(["fetch('{inside}', {{mode: 'no-cors'}})"])))</script>""",
    "popup": "<script>open('{inside}')</script>",
    "popup writes": """<script>{{const w = open(''); if (w) w.document.write("<img src='{inside}'>")}}</script>""",
    "redirected script": '<script src="/to-inside?{name}"></script>',
    "redirected fetch": "<script>fetch('/to-inside?{name}', {{mode: 'no-cors'}})</script>",
    "webrtc": """<script>{{const c = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}},
        {{urls: 'turn:127.0.0.1:{port}?transport=tcp', username: 'a', credential: 'b'}}]}});
        c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o))}}</script>""",
    "webtransport": "<script>try {{ new WebTransport('https://127.0.0.1:{port}/') }} catch (e) {{}}</script>",
    "speculation": """<script type="speculationrules">
        {{"prefetch": [{{"source": "list", "urls": ["{inside}"], "eagerness": "immediate"}}]}}</script>""",
}
LEADING = {
    "meta refresh": '<meta http-equiv="refresh" content="0;url={inside}">',
    "location": "<script>location = '{inside}'</script>",
    "late location": "<script>setTimeout(() => location.replace('{inside}'), 100)</script>",
    "form": '<form action="{inside}"></form><script>document.forms[0].submit()</script>',
    "form post": '<form action="{inside}" method="post"></form><script>document.forms[0].submit()</script>',
    "file": "<script>location = 'file:///etc/passwd'</script>",
    "base": '<base href="{inside}"><script>location = "x"</script>',
    "service worker": "<script>navigator.serviceWorker && navigator.serviceWorker.register('/worker.js')</script>",
}
ALIVE = {"script", "style", "import", "srcdoc", "fetch", "post", "keepalive", "xhr", "websocket", "eventsource",
         "import()", "worker", "redirected script", "redirected fetch"}  # fmt: skip
"""Traps that a page may well set off where the address is a public one: what they load could be a price."""


def trapped(shop: Shop, port: int) -> list[str]:
    """Pages of the shop that try to reach inside once they are drawn: all that load together, each that leads away."""
    shop.answer("/worker.js", f"fetch('http://127.0.0.1:{port}/sw')".encode(), kind="text/javascript")

    def page(path: str, traps: dict[str, str]) -> str:
        parts = []
        for name, trap in traps.items():
            slug = name.replace(" ", "-")
            inside = f"http://127.0.0.1:{port}/{slug}"
            shop.answer(f"/to-inside?{slug}", status=302, Location=inside)
            parts.append(trap.format(inside=inside, origin=f"http://127.0.0.1:{port}", port=port, name=slug))
        return shop.page(path, f"<!doctype html><body>{' '.join(parts)}<p>12,90 €</p></body>")

    return [
        page("/loads", TRAPS),
        *(page(f"/leads/{n}", {name: trap}) for n, (name, trap) in enumerate(LEADING.items())),
    ]


@needs_chromium
def test_the_browser_never_reaches_inside(shop: Shop, inside: Canary) -> None:
    spellings = "".join(
        f"<script>fetch({json.dumps(url)}, {{mode: 'no-cors'}}).catch(() => 0)</script>" for url in direct(inside.port)
    )
    everything = shop.page("/spellings", f"<!doctype html><body>{spellings}</body>")
    drawn = [everything, *trapped(shop, inside.port)]
    some = [f"http://{host}:{inside.port}/" for host in ("127.0.0.1", "localhost", "2130706433", "[::1]", "10.0.0.1")]
    led = redirects(shop, inside.port)[::4]
    outcomes = fetch(shop, [*drawn, *some, *led, f"https://127.0.0.1:{inside.port}/"], draw=True)
    assert inside.touched == []
    assert {url: outcomes.pop(url) for url in drawn} == dict.fromkeys(drawn, "200")
    assert set(outcomes.values()) == {"private_address", "off_site"}
    assert shop.paths.count("/loads") == 1


@needs_chromium
def test_the_traps_are_alive(shop: Shop, inside: Canary) -> None:
    """The same pages, with the canary for a host that the site may reach."""
    fetch(shop, trapped(shop, inside.port), draw=True, hosts=(f"127.0.0.1:{inside.port}",))
    came = {line.split(" ")[1].lstrip("/") for line in inside.touched if line.count(" ") == 2}
    assert {name.replace(" ", "-") for name in ALIVE} | {"meta-refresh", "location", "late-location", "form"} <= came
    assert not came & {"img", "video", "font", "ping", "manifest", "popup", "form-post", "sw"}
    assert not [line for line in inside.touched if "datagram" in line]


@pytest.mark.parametrize("draw", [False, pytest.param(True, marks=needs_chromium)])
def test_a_name_cannot_change_its_meaning_between_check_and_connection(shop: Shop, draw: bool) -> None:
    """127.0.0.2 stands for a public address; the canary listens there and on 127.0.0.1, on the same port."""
    names = {
        "rebound.example": [["127.0.0.2"], ["127.0.0.1"]],
        "both.example": [["127.0.0.1", "127.0.0.2"]],
        "inside.example": [["127.0.0.1"], ["127.0.0.2"]],
    }
    with canary() as outside_and_inside:
        base = f":{outside_and_inside.port}/"
        asked = ["http://rebound.example" + base, "http://rebound.example" + base + "again",
                 "http://both.example" + base, "http://inside.example" + base]  # fmt: skip
        outcomes = fetch(shop, asked, draw=draw, concurrency=1, names=names, public=["127.0.0.2"])
        assert [outcomes[url] for url in asked] == ["200", "private_address", "200", "private_address"]
        assert outside_and_inside.reached == ["127.0.0.2", "127.0.0.2"]

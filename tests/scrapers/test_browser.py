"""Pages that only JavaScript draws: whole crawls with a real Chromium, among them hostile ones."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrapers.browser.chromium import find_chromium, launch_options, require_chromium
from scrapers.browser.memory import large_renderers
from scrapers.browser.need import GIVEN_UP, RECHECKED
from scrapers.crawl import crawl
from tests.scrapers.test_guard import fetch
from warehouse.errors import ConfigError
from warehouse.house import Warehouse
from warehouse.scratch import remove_left

if TYPE_CHECKING:
    from tests.conftest import FixedClock
    from tests.scrapers.conftest import Shop

needs_chromium = pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine")

SHELL = '<!doctype html><html><body><div id="app"></div><script src="/app.js"></script></body></html>'
SCRIPT = """
fetch("/data" + location.pathname).then(a => a.json()).then(p => {
  document.getElementById("app").innerHTML = `<h1>${p.name}</h1><p class="price">${p.price}</p>`;
});
"""


def scripted(shop: Shop, number: int, price: str = "12,90 €") -> str:
    """A product page of the shop that its script draws; its address."""
    shop.answer("/app.js", SCRIPT.encode(), kind="text/javascript", Cache_Control="max-age=60")
    data = json.dumps({"name": f"Kettle {number}", "price": price})
    shop.answer(f"/data/p/{number}", data.encode(), kind="application/json")
    return shop.page(f"/p/{number}", SHELL)


def offers(warehouse: Warehouse) -> dict[str, Decimal | None]:
    with warehouse.session() as session:
        return {row["title"]: row["price"] for row in session.query("select * from offers").to_pylist()}


@needs_chromium
def test_a_scripted_shop_is_drawn_and_remembered(
    shop: Shop, product_page: Callable[..., str], warehouse: Warehouse, clock: FixedClock
) -> None:
    scripted_pages = [scripted(shop, number) for number in range(3)]
    plain = shop.page("/p/plain", product_page("Lamp", "39.90"))
    shop.answer("/nothing.js", b"", kind="text/javascript")
    in_vain = shop.page("/p/in-vain", SHELL.replace("app.js", "nothing.js"))
    site = shop.site(watch=(*scripted_pages, plain, in_vain))

    def asked_in_a_crawl(drawn: int) -> Counter[str]:
        shop.asked.clear()
        health = crawl(site, warehouse)
        assert (health.planned, health.fetched, health.offers, health.priced) == (5, 5, 4, 4)
        assert (health.rendered, health.failures) == (drawn, {"no_product": 1})
        return Counter(path.removeprefix("/p/") for path in shop.paths if path.startswith("/p/"))

    assert asked_in_a_crawl(4) == {"0": 2, "1": 2, "2": 2, "plain": 1, "in-vain": 2}
    assert offers(warehouse) == {"Lamp": Decimal("39.9"), **{f"Kettle {n}": Decimal("12.9") for n in range(3)}}
    clock.forward(days=1)
    assert asked_in_a_crawl(3) == {"0": 1, "1": 1, "2": 1, "plain": 1, "in-vain": 1}
    for number in range(2):  # given up its script, which is noticed when plain HTTP is tried again
        shop.page(f"/p/{number}", product_page(f"Kettle {number}", "12.90"))
    clock.now += max(RECHECKED, GIVEN_UP)
    assert asked_in_a_crawl(2) == {"0": 1, "1": 1, "2": 2, "plain": 1, "in-vain": 2}


@needs_chromium
def test_what_the_browser_keeps_goes_with_the_crawl(shop: Shop, warehouse: Warehouse) -> None:
    """Or with the next one, where it was killed with all its processes."""
    scratch = warehouse.settings.scratch
    site = shop.site(watch=tuple(scripted(shop, number) for number in range(2)), render="always", concurrency=1)
    kept: set[str] = set()

    def look(stage: str, done: int, total: int | None) -> None:
        kept.update(path.name.partition("-")[0] for path in scratch.glob("crawl-*/*"))

    left = scratch / "crawl-0123"
    (left / "playwright_chromiumdev_profile-1").mkdir(parents=True)
    left.with_suffix(".lock").touch()
    assert crawl(site, warehouse, progress=look).rendered == 2
    assert "playwright_chromiumdev_profile" in kept
    assert not left.exists()
    until = time.monotonic() + 20
    while remove_left(scratch) or list(scratch.iterdir()):  # the browser takes a moment to end
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_path_too_long_for_the_browser_s_socket_is_not_given_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, given in (("/tmp/short", True), ("/tmp/" + "x" * 60, False)):
        monkeypatch.setenv("TMPDIR", folder)
        assert ("TMPDIR" in launch_options(Path("chromium"), 1)["env"]) is given


@needs_chromium
def test_the_browser_is_as_polite_and_as_frugal_as_plain_http(shop: Shop, warehouse: Warehouse) -> None:
    loads = "".join(
        f"<script>fetch('{path}', {{mode: 'no-cors'}}).catch(() => 0)</script>"
        for path in ("/open.json", "/closed/data.json")
    )
    pictures = '<img src="/a.png"><video src="/a.mp4" autoplay></video>'
    pictures += "<style>@font-face {font-family: f; src: url(/f.woff)}</style>"
    pages = [
        shop.page(f"/p/{n}", f"<!doctype html><body style='font-family:f'>{pictures}{loads}<p>1,99 €</p>") for n in "ab"
    ]
    moved = shop.answer("/moved", status=302, Location="/closed/page")
    off = shop.answer("/off", status=302, Location="http://elsewhere.example/")
    shop.answer("/robots.txt", b"User-agent: *\nDisallow: /closed/\n")
    health = crawl(shop.site(watch=(*pages, moved, off), render="always", concurrency=1), warehouse)
    assert health.failures == {"robots_forbid": 1, "off_site": 1}
    assert Counter(shop.paths) == {"/robots.txt": 1, "/p/a": 1, "/p/b": 1, "/open.json": 2, "/moved": 1, "/off": 1}
    drawing = [headers for path, headers in shop.asked if path != "/robots.txt"]
    assert all(headers["User-Agent"].startswith("PurveyorBot/") for headers in drawing)
    assert not any("Proxy-Authorization" in headers or "Via" in headers for headers in drawing)


COMPONENT = """<!doctype html><body><shop-product></shop-product><script>
customElements.define("shop-price", class extends HTMLElement {
  constructor() { super(); this.attachShadow({mode: "open"}).innerHTML = '<p class="price">12,90 €</p>' }
});
customElements.define("shop-product", class extends HTMLElement {
  constructor() { super(); this.attachShadow({mode: "open"}).innerHTML = "<h1>Kettle</h1><shop-price></shop-price>" }
});
</script></body>"""


@needs_chromium
def test_what_comes_late_or_stands_in_web_components_is_read(shop: Shop, warehouse: Warehouse) -> None:
    component = shop.page("/p/component", COMPONENT)
    late = [
        shop.page(f"/p/{ms}", LATE.replace("FIRST", str(ms)))
        for ms in range(100, 220, 20)  # one of them is answered at the very end of a look
    ]
    for path in ("/one", "/two"):
        shop.answer(path, b"{}", kind="application/json")
    shop.slowness = 0.3
    health = crawl(shop.site(watch=(component, *late)), warehouse)
    assert (health.rendered, health.failures) == (1 + len(late), {})
    lamps = {f"Lamp {ms}": Decimal("39.9") for ms in range(100, 220, 20)}
    assert offers(warehouse) == {"Kettle": Decimal("12.9"), **lamps}


LATE = """<!doctype html><body><h1>Lamp FIRST</h1><script>
const wait = ms => new Promise(done => setTimeout(done, ms));
(async () => {
  await wait(FIRST); await fetch("/one"); await wait(150); await fetch("/two"); await wait(200);
  document.body.append(Object.assign(document.createElement("p"), {className: "price", textContent: "39,90 €"}));
})();
</script></body>"""

HOSTILE = {
    "loop": "<script>setTimeout(() => { while (true) {} }, 50)</script>",
    "dialogs": "<script>alert(1); confirm(2); onbeforeunload = () => 'stay'</script>",
    "windows": "<script>for (let i = 0; i < 20; i++) open('/p/good')</script>",
    "huge": "<script>document.body.insertAdjacentHTML('beforeend', '<p hidden>' + 'x'.repeat(9_000_000))</script>",
    "buffers": "<script>setInterval(() => (window.a ??= []).push(new Uint8Array(2e8).fill(1)), 20)</script>",
    "never still": "<script>setInterval(() => document.body.append(document.createElement('p')), 10)</script>",
    "goes on": "<script>setTimeout(() => location = '/p/good', 100)</script>",
    "goes round": "<script>setTimeout(() => location = location.href.split('?')[0] + '?' + Math.random(), 30)</script>",
    "lies": "<script>Object.defineProperty(Document.prototype, 'documentElement', {get() { throw 1 }});"
    "JSON.stringify = Promise.prototype.then = () => { throw 2 }</script>",
}


@needs_chromium
def test_hostile_pages_end_and_the_crawl_goes_on(shop: Shop) -> None:
    urls = [
        shop.page(f"/p/{name.replace(' ', '-')}", f"<!doctype html><body><p>1,99 €{trap}")
        for name, trap in HOSTILE.items()
    ]
    urls.append(shop.answer("/p/download", b"x" * 1000, kind="application/zip"))
    urls.append(shop.answer("/p/endless", status=302, Location="/p/endless"))
    urls.append(shop.answer("/p/asks", status=407, Proxy_Authenticate='Basic realm="crawl"'))
    urls.append(shop.page("/p/good", "<!doctype html><p>12,90 €"))
    began = time.monotonic()
    outcomes = fetch(shop, urls, draw=True, settings={"DOWNLOAD_TIMEOUT": 6})
    assert outcomes.pop(f"{shop.url}/p/buffers") in ("crashed", "timeout")  # as fast as the machine is
    assert {url.removeprefix(shop.url + "/p/"): outcome for url, outcome in outcomes.items()} == {
        "loop": "timeout", "dialogs": "200", "windows": "200", "huge": "too_large", "never-still": "200",
        "goes-on": "200", "goes-round": "200", "lies": "200", "download": "connection", "endless": "connection",
        "asks": "connection", "good": "200",
    }  # fmt: skip
    assert time.monotonic() - began < 120
    assert shop.paths.count("/p/good") == 2  # no window was opened
    assert shop.paths.count("/p/asks") <= 2
    assert not any("Proxy-Authorization" in headers for _, headers in shop.asked)


def test_a_page_that_takes_too_much_memory_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapers.browser.memory.LARGEST", 150_000_000)
    program = "import sys; kept = b'x' * int(sys.argv[1]); print(flush=True); sys.stdin.read()"
    sizes = {"large renderer": ("200000000", "--type=renderer"), "small renderer": ("1", "--type=renderer"),
             "large other": ("200000000", "--type=gpu-process")}  # fmt: skip
    with ExitStack() as running:
        processes = {}
        for name, arguments in sizes.items():
            command = [sys.executable, "-c", program, *arguments]
            process = running.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            assert process.stdin and process.stdout
            running.callback(process.stdin.close)
            process.stdout.readline()
            processes[name] = process.pid
        assert large_renderers() == [processes["large renderer"]]
    assert large_renderers() == []


@needs_chromium
def test_the_browser_does_not_grow(shop: Shop, warehouse: Warehouse, browsers: Callable[[], set[int]]) -> None:
    """The small form of benchmarks/bench_browser.py, which draws 500 pages."""
    pages = tuple(scripted(shop, number) for number in range(30))
    memory, most = {}, 0

    def measure(stage: str, done: int, total: int | None) -> None:
        nonlocal most
        if done in (10, 30):
            most = max(most, len(browsers()))
            memory[done] = sum(proportional_memory(pid) for pid in browsers())

    health = crawl(shop.site(watch=pages, render="always"), warehouse, progress=measure)
    assert (health.priced, health.rendered) == (30, 30)
    assert shop.paths.count("/app.js") == 1  # what pages share is loaded once
    assert memory[30] < 1.3 * memory[10] < 1_500_000_000
    assert most < 25


def proportional_memory(pid: int) -> int:
    """Bytes of a process, what it shares with others counted in part."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


@needs_chromium
def test_a_killed_crawl_leaves_no_browser(shop: Shop, warehouse: Warehouse, browsers: Callable[[], set[int]]) -> None:
    pages = tuple(scripted(shop, number) for number in range(40))

    def interrupt(stage: str, done: int, total: int | None) -> None:
        if done == 2:
            assert browsers()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl(shop.site(watch=pages, render="always"), warehouse, progress=interrupt)
    assert 2 <= len(offers(warehouse)) < 40
    deadline = time.monotonic() + 20
    while browsers() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert browsers() == set()


@pytest.fixture
def browsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[int]]:
    """Finds the process ids of this test's living browsers and of their drivers; other tests run beside it."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where a browser keeps its profile, which its processes are told
    ours = str(tmp_path).encode()

    def found() -> set[int]:
        pids = set()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes()  # empty for one that is dead and not yet buried
                profile = ours in command and b"playwright_chromiumdev_profile" in command
                if profile or (b"playwright/driver" in command and ours in (folder / "environ").read_bytes()):
                    pids.add(int(folder.name))
        return pids

    return found


@pytest.fixture
def no_chromium(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without one, for this process and those it starts."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))


@pytest.mark.usefixtures("no_chromium")
def test_without_chromium_the_crawl_goes_on_and_says_so(
    shop: Shop, product_page: Callable[..., str], warehouse: Warehouse
) -> None:
    watch = (scripted(shop, 1), shop.page("/p/plain", product_page("Lamp", "39.90")))
    health = crawl(shop.site(watch=watch), warehouse)
    assert (health.fetched, health.offers, health.rendered) == (2, 1, 0)
    assert health.failures == {"no_browser": 1}
    health = crawl(shop.site(watch=watch, render="always"), warehouse)
    assert (health.outcome, health.failures) == ("failed", {"no_browser": 2})


@needs_chromium
def test_a_browser_that_does_not_start_is_none(
    shop: Shop, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", shutil.which("false") or "false")  # as where its libraries lack
    health = crawl(shop.site(watch=(scripted(shop, 1),)), warehouse)
    assert (health.rendered, health.failures) == (0, {"no_browser": 1})


@pytest.mark.usefixtures("no_chromium")
def test_what_to_do_without_chromium_is_told_once_and_clearly(tmp_path: Path) -> None:
    assert find_chromium() is None
    with pytest.raises(ConfigError, match=r"install chromium libatomic1.*playwright install --with-deps"):
        require_chromium()
    downloaded = tmp_path / "chromium-1187" / "chrome-linux" / "chrome"
    downloaded.parent.mkdir(parents=True)
    downloaded.touch(mode=0o755)
    assert find_chromium() == downloaded
    system = tmp_path / "google-chrome"
    system.touch(mode=0o755)
    assert find_chromium() == system

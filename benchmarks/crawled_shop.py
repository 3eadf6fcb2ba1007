"""What bench_crawl runs in processes of their own: `python -m benchmarks.crawled_shop PART ARGUMENTS`.

`serve FOLDER COUNT` is a shop on loopback that answers /p/0 to /p/COUNT-1 with the files of a folder in turn, their
price replaced by the page's own where they name it @PRICE@; it prints its port. `crawl HOME FILE` crawls the site in
a JSON file, `download URL COUNT` fetches the same pages with a bare Scrapy spider, `extract FOLDER COUNT URL` reads
them.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path


def page_files(folder: Path) -> list[bytes]:
    """The pages of the shop."""
    return [path.read_bytes() for path in sorted(folder.glob("*.html"))]


def page(files: list[bytes], number: int) -> bytes:
    """The page at /p/number."""
    return (
        files[number % len(files)]
        .replace(b"@PRICE@", b"%d.%02d" % divmod(number + 100, 100))
        .replace(b"@NAME@", b"Product %d" % number)
    )


def serve(folder: str, count: str) -> None:
    """Serve until killed."""
    files = page_files(Path(folder))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                path = request.split(b" ", 2)[1].decode()
                number = path.removeprefix("/p/")
                found = path != number and number.isdecimal() and int(number) < int(count)
                body = page(files, int(number)) if found else b""
                head = b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
                writer.write(head % (b"200 OK" if found else b"404 Not Found", len(body)) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(run())


def crawl(home: str, file: str) -> None:
    """One crawl."""
    from scrapers.crawl import crawl as crawl_site
    from scrapers.sites import Site
    from warehouse.house import Warehouse
    from warehouse.settings import Settings

    with Warehouse.open(Settings(home=Path(home))) as warehouse:
        crawl_site(Site.from_json(Path(file).read_text()), warehouse)


def download(url: str, count: str) -> None:
    """What Scrapy alone takes for the same pages."""
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess
    from scrapy.http import Response

    class Bare(Spider):
        name = "bare"

        async def start(self):  # type: ignore[no-untyped-def]
            for number in range(int(count)):
                yield Request(f"{url}/p/{number}", dont_filter=True)

        def parse(self, response: Response) -> None:
            assert response.status == 200

    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": 8,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "CONCURRENT_ITEMS": 1,  # as ours: the default would cost it a hundred tasks a page
            "LOG_LEVEL": "WARNING",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(Bare)
    process.start()


def extract(folder: str, count: str, url: str) -> None:
    """What the readers alone take for the same pages."""
    from scrapers.extraction.product import extract as read

    files = page_files(Path(folder))
    for number in range(int(count)):
        read(page(files, number), f"{url}/p/{number}", content_type="text/html; charset=utf-8")


PARTS: dict[str, Callable[..., None]] = {f.__name__: f for f in (serve, crawl, download, extract)}

if __name__ == "__main__":
    PARTS[sys.argv[1]](*sys.argv[2:])

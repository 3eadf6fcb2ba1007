"""Further pages of a list: told by rel=next, by words for "next", by numbers, and by addresses that count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from scrapers.extraction.page import Element, Page
from scrapers.listings.links import Link, base_of, resolve

_NEXT = frozenset(
    """next nextpage weiter nächste naechste suivant suivante suivants siguiente próximo próxima proximo
    proxima seguinte següent successivo successiva avanti prossimo prossima volgende verder næste
    naeste neste nästa nasta seuraava następna następny dalej nastepna další dalsi následující ďalšia
    ďalší nasledujúca következő kovetkezo următoarea următorul urmatoarea înainte следующая следующий
    следующие далее вперёд вперед наступна наступний далі следваща напред sljedeća sljedeće sledeća
    naprej naslednja следећа επόμενη επόμενο sonraki ileri järgmine nākamā nākošā kitas toliau 下一页 下一頁
    下页 次へ 次のページ 次ページ 다음 다음페이지 التالي التالية הבא הבאה ถัดไป หน้าถัดไป tiếp sau berikutnya selanjutnya
    seterusnya अगला बाद › » > ≫ → ⟩ ❯ ▶ >> ››""".split()
)
_LEADING = frozenset(
    """page pages seite página pagina seiten strona strana sida side sivu oldal sayfa страница сторінка
    pagină zur à to la go aller""".split()
)
"""Words that stand beside one for "next" without changing what it says: "Next page", "Nächste Seite"."""
_NEXT_CLASS = re.compile(
    r"(?:^|[\s_-])(?:next|pagination-next|page-next|next-page|weiter|suivant|siguiente)(?:$|[\s_-])"
)
_NEXT_DATA = (
    "data-next-url",
    "data-next-page-url",
    "data-next-page",
    "data-next-href",
    "data-next",
    "data-load-more-url",
)

_PAGE_WORDS = (
    r"page|pagina|página|seite|strana|strona|sida|side|sivu|oldal|sayfa|lehekulg|puslapis|lapa|trang|halaman|stranica|stran"
    r"|pagenum|pageno|pagenumber|page_number|paged|currentpage|pageindex"
)
_PAGE_PARAMETER = re.compile(rf"(?:{_PAGE_WORDS}|p|pg|start|offset|from|skip|first|sz)", re.IGNORECASE)
_PAGE_IN_PATH = re.compile(
    rf"(?:[/_,;.-](?:{_PAGE_WORDS})[/_=.-]?|[_,;-]p[=_-]?)\d{{1,5}}(?=$|[/_.;,-])",  # "/p/7" would be a product
    re.IGNORECASE,
)
_LAST_NUMBER = re.compile(r"[/_-]\d{1,4}(?=/?$|\.\w{2,5}$)")
_NUMBER = re.compile(r"[1-9]\d{0,3}")


def further_pages(page: Page, links: Iterable[Link]) -> tuple[str, ...]:
    """Addresses of further pages of the same list, each once, "next" before numbers; the page itself not."""
    links = list(links)
    found = dict.fromkeys([*_said(page, links), *_counted(page.url, links)])
    return tuple(url for url in found if _plain(url) != _plain(page.url))


def _said(page: Page, links: list[Link]) -> Iterator[str]:
    """Those that the page itself calls the next."""
    for link in links:
        if "next" in link.rel:
            yield link.url
    here = _without_number(page.url)
    for link in links:
        if link.element.tag == "a" and _says_next(link) and _same_list(here, _without_number(link.url)):
            yield link.url
    if page.root is None:
        return
    known = {link.url for link in links}
    base = base_of(page)
    for name in _NEXT_DATA:  # what a button "load more" would ask for
        for element in page.root.iterfind(f".//*[@{name}]"):
            url = resolve(base, element.get(name))
            if url and url not in known and _same_list(here, _without_number(url)):
                yield url


def _says_next(link: Link) -> bool:
    element = link.element
    texts = [element.get("aria-label"), element.get("title"), link.text]
    if any(text and _is_next(text) for text in texts):
        return True
    inner = [element, *element.iter("img", "i", "span", "svg")][:5]
    if any(_is_next(image.get("alt") or "") for image in inner[1:]):
        return True
    # A carousel's arrows bear such classes too, but lead nowhere, or to no page of this list.
    return any(_NEXT_CLASS.search((one.get("class") or "").lower()) for one in [*inner, *_parents(element)])


def _parents(element: Element) -> Iterator[Element]:
    parent = element.getparent()
    if parent is not None and parent.tag == "li":
        yield parent


def _is_next(text: str) -> bool:
    words = [word.strip(".,:;()[]…").lower() for word in text[:60].split()]
    rest = [word for word in words if word and word not in _LEADING]
    return 0 < len(rest) <= 2 and all(word in _NEXT for word in rest)


def _counted(url: str, links: list[Link]) -> Iterator[str]:
    """Those whose address is this page's with another number in the place of a page's."""
    here = _without_number(url)
    for link in links:
        if link.element.tag != "a" or _plain(link.url) == _plain(url):
            continue
        there = _without_number(link.url)
        has_number = there == here and _plain(link.url) != _plain_parts(*there)
        if has_number or (_NUMBER.fullmatch(text := link.text) and _by_last_number(url, link.url, text)):
            yield link.url


def _by_last_number(url: str, other: str, text: str) -> bool:
    """Whether `other` is `url` with the number `text` at the end of its path: /shoes/ and /shoes/2/."""
    mine, its = urlsplit(url), urlsplit(other)
    number = _LAST_NUMBER.search(its.path)
    return (
        mine.netloc == its.netloc
        and number is not None
        and number.group()[1:] == text
        and _LAST_NUMBER.sub("", its.path).rstrip("/")
        in (_LAST_NUMBER.sub("", mine.path).rstrip("/"), mine.path.rstrip("/"))
    )


Parts = tuple[str, str, tuple[tuple[str, str], ...]]


def _without_number(url: str) -> Parts:
    """Host, path and parameters of an address without what counts pages in it."""
    parts = urlsplit(url)
    path = _PAGE_IN_PATH.sub("", parts.path)
    query = tuple(
        sorted(
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not (_PAGE_PARAMETER.fullmatch(name) and value.isdigit())
        )
    )
    return parts.netloc.lower(), path.rstrip("/-_,;."), query


def _same_list(here: Parts, there: Parts) -> bool:
    """Whether it may be a page of the same list: what chose this list chooses that one as well."""
    return here[:2] == there[:2] and set(here[2]) <= set(there[2])


def _plain(url: str) -> Parts:
    parts = urlsplit(url)
    return _plain_parts(parts.netloc.lower(), parts.path, tuple(sorted(parse_qsl(parts.query, keep_blank_values=True))))


def _plain_parts(host: str, path: str, query: tuple[tuple[str, str], ...]) -> Parts:
    return host, path.rstrip("/-_,;."), query

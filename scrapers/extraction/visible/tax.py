"""Whether the price holds the tax, by what is written beside it: "incl. VAT", "zzgl. 19 % MwSt.", "TTC"."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter

from scrapers.extraction.reading import Reading, evidence
from scrapers.extraction.visible.layout import Layout
from scrapers.extraction.visible.money import Candidate, is_signed

_AHEAD, _BEHIND = 10, 25
"""Elements before and behind a price in which a word on tax is about it."""
_MOST_TEXTS = 8
_LONGEST = 120
_WORD = re.compile(r"[^\W\d_]+")
_BEFORE, _AFTER = 4, 3
"""Words between a tax and what is said of it."""
_OWN, _BESIDE = 0.9, 0.8

# All in the form that casefold gives.
_TAX = frozenset(
    """vat tax taxes gst hst mwst ust umsatzsteuer mehrwertsteuer steuer steuern tva iva btw moms mva alv dph ddv pdv
    ндс пдв ддс áfa áfát áfával φπα kdv pvn pvm taxe taxes impuestos impostos iibb""".split()
)
_WITH = frozenset(
    """incl inc including includes inclusive inkl inklusive enthält incluant incluye incluyendo inclui incluindo
    inclusief sis sisältää brutto zawiera включая στην""".split()
)
_WITH_NEXT = frozenset("con com z ze s se m med c з с με sa cu avec mit".split())
"""Short words, which mean it right before the tax only."""
_WITHOUT = frozenset(
    """excl exc ex excluding exclusive exkl exklusive zzgl zuzüglich ohne plus before without hors sin más senza sem
    mais exclusief zonder bez uden utan eks ekskl без fără nélkül χωρίσ πλέον netto nettó net""".split()
)
_HELD = frozenset(
    """included inclusive incluido incluidos incluida incluídos incluído inclusa incluso inclusi compresa compreso
    comprise comprises compris inclus incluse inbegrepen dahil enthalten inklusive inkluderet včetně""".split()
)
_LEFT_OUT = frozenset(
    """excluded excluido excluida excluído esclusa escluso exclue exclues hariç exklusive calculated nélkül""".split()
)
_DENIED = frozenset("no not non nicht não pas without ohne".split())
_BY_THEMSELVES = {
    "ttc": True, "tvac": True, "税込": True, "税込み": True, "含税": True, "부가세포함": True,
    "ht": False, "htva": False, "税抜": False, "税抜き": False, "税別": False, "不含税": False,
}  # fmt: skip


def read_tax(layout: Layout, price: Candidate | None, sure: float, reader: str) -> list[Reading]:
    """At most one reading of taxIncluded; `price` is the price found, `sure` its probability."""
    if price is None:
        return []
    own = [price.text, f"{price.text} {price.after}", f"{price.label} {price.text}"]
    for believed, texts in ((_OWN, own), (_BESIDE, list(_near(layout, price)))):
        for text in texts:
            if (held := says_tax(text)) is not None:
                return [Reading("taxIncluded", held, reader, round(believed * sure, 3), evidence("text", text))]
    return []


def _near(layout: Layout, price: Candidate) -> Iterator[str]:
    """The texts behind a price and before it, up to the next amount."""
    start = bisect_left(layout.texts, price.order, key=itemgetter(0))
    behind = bisect_right(layout.texts, price.order + _BEHIND, key=itemgetter(0))
    ahead = bisect_left(layout.texts, price.order - _AHEAD, key=itemgetter(0))
    inside = frozenset((price.leaf, *price.box.iter()))
    for texts in (layout.texts[start:behind], layout.texts[ahead:start][::-1]):
        for _, element, raw in texts[:_MOST_TEXTS]:
            text = " ".join(raw[: 2 * _LONGEST].split())
            if not is_signed(text):
                yield text
            elif element not in inside:
                break


@lru_cache(maxsize=1024)  # a shop says the same of all its prices
def says_tax(text: str) -> bool | None:
    """Whether a text says that a price holds the tax (True) or comes without it (False); None where it says neither."""
    words = _WORD.findall(text[:_LONGEST].casefold())
    for at, word in enumerate(words):
        if word in _BY_THEMSELVES:
            return _BY_THEMSELVES[word]
        if word in _TAX and (held := _said_of(words, at)) is not None:
            return held
    return None


def _said_of(words: list[str], at: int) -> bool | None:
    """What the words beside the tax, which is the one at `at`, say of it: the nearest before it, else those behind."""
    for place in range(at - 1, max(at - 1 - _BEFORE, -1), -1):
        word = words[place]
        denied = place > 0 and words[place - 1] in _DENIED
        if word in _WITH or (place == at - 1 and word in _WITH_NEXT):
            return not denied
        if word in _WITHOUT:
            return False
    for place in range(at + 1, min(at + 1 + _AFTER, len(words))):
        word = words[place]
        if word in _HELD:
            return words[place - 1] not in _DENIED
        if word in _LEFT_OUT:
            return False
        if word in _WITH or word in _WITHOUT:  # of something else: "MwSt. zzgl. Versand"
            return None
    return None

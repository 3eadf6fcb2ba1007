"""How well stock phrases are read, in many languages: precision, recall and F1 by what they say, and by language.

Two sets. `tests/scrapers/data/stock_phrases.tsv` holds what shops print: 552 phrases written here before the phrase
list was, but by the same hand, and 494 by two reviewers, who tried none before they were written, and then filled the
gaps that they showed. django-oscar's translators wrote the other, in 37 languages: a shop's own words for "in stock",
"unavailable" and the like, so it says more of words not thought of. (At its first run, before the gaps that it showed
were filled, all that was read as sold out was sold out, and .72 of it was found.)

Run: python -m benchmarks.bench_availability
"""

from __future__ import annotations

import gettext
import time
from collections.abc import Iterable
from pathlib import Path

from scrapers.extraction.availability import read_availability

PHRASES = Path(__file__).parents[1] / "tests" / "scrapers" / "data" / "stock_phrases.tsv"
CODES = ("in_stock", "out_of_stock", "pre_order", "discontinued")
Phrase = tuple[str, str | None, str]
"""Language, what it says, the text."""

_OSCAR = {
    "In stock": "in_stock",
    "In stock (%d available)": "in_stock",
    "Available": "in_stock",
    "Unavailable": "out_of_stock",
    "Out of stock": "out_of_stock",
    "Not available": "out_of_stock",
    "Notify me": "out_of_stock",
}


def phrases() -> list[Phrase]:
    """The labelled set; a phrase that says nothing of stock is labelled None."""
    lines = PHRASES.read_text("utf-8").splitlines()
    return [(language, code or None, text) for language, code, text in (line.split("\t") for line in lines)]


def translated() -> list[Phrase]:
    """What django-oscar's catalogues say, where they translate."""
    import oscar  # type: ignore[import-not-found, import-untyped, unused-ignore]

    found = []
    for path in sorted(Path(oscar.__file__).parent.glob("locale/*/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
        for message, code in _OSCAR.items():
            text = catalogue.gettext(message)
            if text != message:
                found.append((path.parts[-3], code, text.replace("%d", "4")))
    return found


def figures(given: Iterable[Phrase], code: str | None) -> tuple[int, int, int]:
    """How many were read as `code`, how many of them rightly, and how many there are."""
    pairs = [(right, read_availability(text)) for _, right, text in given]
    return (
        sum(read == code for _, read in pairs),
        sum(right == code == read for right, read in pairs),
        sum(right == code for right, _ in pairs),
    )


def _print(title: str, given: list[Phrase]) -> None:
    languages = sorted({language for language, _, _ in given})
    print(f"{title}: {len(given)} phrases in {len(languages)} languages")
    print(f"  {'':<14}{'phrases':>8}{'precision':>11}{'recall':>8}{'F1':>7}")
    for code in CODES:
        read, right, there = figures(given, code)
        if there:
            precision, recall = right / read if read else 0.0, right / there
            f1 = 2 * precision * recall / (precision + recall) if right else 0.0
            print(f"  {code:<14}{there:>8}{precision:>11.3f}{recall:>8.3f}{f1:>7.3f}")
    missed = {
        language: sum(read_availability(t) != c for of, c, t in given if of == language) for language in languages
    }
    print("  misread by language:", ", ".join(f"{name} {count}" for name, count in missed.items() if count) or "none")


def main() -> None:
    """Print the figures."""
    ours = phrases()
    _print("as shops print it", ours)
    _print("as oscar's translators wrote it", translated())
    texts = [f"{text} {number}" for number in range(20) for _, _, text in ours]  # the numbers keep them from the cache
    begun = time.process_time()
    for text in texts:
        read_availability(text)
    print(f"{1e6 * (time.process_time() - begun) / len(texts):.0f} µs a text")


if __name__ == "__main__":
    main()

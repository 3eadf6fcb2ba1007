"""What `purveyor sites add URL` shows of a new site, and what it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from warehouse.errors import InputError

if TYPE_CHECKING:
    from scrapers.adding.draft import Draft

_LONGEST = 60
"""Characters of a value that are shown."""


Told = tuple[str, dict[str, str]]
"""A field, and what it is or where it stands, as `scrapers.adding.draft.correct` takes it."""


def told(values: Sequence[str], selectors: Sequence[str]) -> list[Told]:
    """The corrections that the options name, each as FIELD=WHAT; InputError where one is not so."""
    found: list[Told] = []
    for kind, texts, example in (
        ("value", values, "--set price='12,99 €'"),
        ("selector", selectors, "--selector price=.price"),
    ):
        for text in texts:
            field, equals, what = text.partition("=")
            if not equals or not what.strip():
                raise InputError(f"{text!r} is no FIELD={kind.upper()}; write it such as {example}")
            found.append((field.strip(), {kind: what.strip()}))
    return found


def ask(draft: Draft) -> Draft:
    """Show what was read, and ask until she says that it is right."""
    from scrapers.adding.draft import correct
    from scrapers.adding.view import view

    typer.echo(found_text(view(draft)))
    if not draft.pages:
        return draft
    page = draft.pages[0].url
    while field := typer.prompt("\nWhich field is wrong? (Enter: none)", default="", show_default=False).strip():
        said = typer.prompt(f"What does {page} say as its {field}? (or css: and a selector)").strip()
        what = {"selector": said.removeprefix("css:").strip()} if said.startswith("css:") else {"value": said}
        try:
            draft = correct(draft, field, url=page, **what)
        except InputError as error:
            typer.echo(str(error))
        else:
            typer.echo("\n".join(_page_lines(view(draft)["pages"][0])))
    return draft


def found_text(shown: Mapping[str, Any]) -> str:
    """What was found out, and what was read of each page with its evidence; `shown` as scrapers.adding.view has it."""
    lines = [f"{shown['site']}:", *(f"  {note}" for note in shown["notes"])]
    for page in shown["pages"]:
        lines += ["", *_page_lines(page)]
    return "\n".join(lines)


def trial_text(shown: Mapping[str, Any]) -> str:
    """How the trial went."""
    from warehouse.crawl_causes import in_words

    trial, forbidden = shown["trial"], shown["forbidden"]
    lines = [f"trial: {trial['fetched']} of {trial['planned']} pages fetched, {trial['offers']} offers"]
    lines += [f"  {field:<13} {count} of {trial['offers']}" for field, count in trial["fields"].items()]
    lines += [f"  {in_words(cause)} ({cause}): {count}" for cause, count in trial["failures"].items()]
    drawn = trial["rendered"]
    lines.append(f"  pages that needed the browser: {drawn}")
    lines.append(f"  addresses that robots.txt forbids: {forbidden:,}")
    lines.append(f"  a full crawl takes {trial['lasts']}: {trial['basis']}")
    return "\n".join(lines)


def _page_lines(page: Mapping[str, Any]) -> list[str]:
    lines = [page["url"] + (" (drawn by the browser)" if page["rendered"] else "")]
    for field, read in page["fields"].items():
        if read is None:
            lines.append(f"  {field:<13} –")
        else:
            value = read["value"]
            value = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
            lines.append(f"  {field:<13} {value}   [{read['reader']}] {read['evidence']}")
    lines += [f"  {'sellers' if place == 0 else '':<13} {said}" for place, said in enumerate(page["sellers"])]
    return lines

"""`purveyor sites`: the competitors' shops on record, which the nightly crawl goes through."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse, progress

if TYPE_CHECKING:
    from scrapers.sites import Site

app = typer.Typer(help="Competitors' shops on record, crawled every night.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The site's name, as in its file.")]


@app.command()
def add(
    source: Annotated[
        str, typer.Argument(metavar="URL|FILE", help="A page of the shop, or a YAML file that describes it.")
    ],
    name: Annotated[str | None, typer.Option("--name", help="The site's name (default: its host).")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="What a page says: --set price='12,99 €'. May be repeated."),
    ] = None,
    selectors: Annotated[
        list[str] | None,
        typer.Option("--selector", metavar="FIELD=CSS", help="Where a field stands: --selector price=.price."),
    ] = None,
    page: Annotated[
        str | None, typer.Option("--page", metavar="URL", help="The page that --set and --selector speak of.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Where the site file goes (default: sites/ beside purveyor.yaml).")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a site file that is there.")] = False,
    delay: Annotated[
        float | None, typer.Option("--delay", min=0, max=3600, help="Seconds between two requests (default: 1).")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let the site's own hosts lie at private addresses.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; put the site on record.")] = False,
    as_json: Json = False,
) -> None:
    """Put a site on record, from the address of one of its pages or from a site file.

    From an address: a few pages are fetched politely, and what was read is shown. Where a field is wrong, say what the
    page says (--set) or where it stands (--selector), or answer when asked. Then the site file is written, and twenty
    pages are read as a trial.

    Example: purveyor sites add https://www.example.com/ --set price="12,99 €" --yes
    """
    from scrapers.registered import register

    if _is_file(source):
        from scrapers.sites import read_site

        site = read_site(Path(source))
        site = site.privately() if allow_private else site
        with open_warehouse() as warehouse:
            changed = register(warehouse, site)
        text = f"{site.name} is on record{'' if changed else ' already, just so'}; {_crawl_it(site.name)}"
        emit({"site": site.name, "changed": changed}, as_json, text)
        return
    import dataclasses

    from purveyor import new_site
    from scrapers.adding.draft import correct, explore
    from scrapers.adding.saving import file_of, save
    from scrapers.adding.trial import try_out
    from scrapers.adding.view import view

    wrong = new_site.told(values or (), selectors or ())
    asking = sys.stdin.isatty() and not (yes or as_json)
    with open_warehouse() as warehouse:
        settings = warehouse.settings
        with progress() as report:
            report(f"looking at {source}", 0, None)
            draft = explore(source, settings, name=name, allow_private=allow_private, delay=delay)
        for field, what in wrong:
            draft = correct(draft, field, url=page, **what)
        if asking:
            draft = new_site.ask(draft)
        path = output or file_of(settings, draft.site.name)
        save(draft, settings, path, replace=replace)
        with progress() as report:
            trial = try_out(draft.site, draft.products, draft.known, settings, clock=warehouse.clock, progress=report)
        shown = view(dataclasses.replace(draft, trial=trial))
        if asking:
            typer.echo(f"\n{new_site.trial_text(shown)}\n")
            yes = typer.confirm(f"Put {draft.site.name} on record, to be crawled every night?", default=True)
        if yes:
            register(warehouse, draft.site)
    text = "" if asking else f"{new_site.found_text(shown)}\n\n{new_site.trial_text(shown)}\n\n"
    text += f"the site file: {path}\n" + (
        f"{draft.site.name} is on record; {_crawl_it(draft.site.name)}"
        if yes
        else f"not on record yet; put it there with: purveyor sites add {path}"
    )
    pages = [{name: page[name] for name in ("url", "rendered", "fields", "sellers")} for page in shown["pages"]]
    emit({**shown, "pages": pages, "path": path, "on_record": yes}, as_json, text)


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One site (default: all on record).")] = None,
    as_json: Json = False,
) -> None:
    """Read the saved test pages again, and say which no longer give what was confirmed.

    The exit code is 1 where a confirmed value is read otherwise, or not at all.

    Example: purveyor sites check
    """
    from scrapers.corrections import check as check_site
    from scrapers.registered import all_registered, registered

    with open_warehouse() as warehouse:
        sites = [registered(warehouse, name)] if name else all_registered(warehouse)
        checked = {site.name: check_site(warehouse.settings.corrections / site.name, site) for site in sites}
    lines = []
    for site_name, found in checked.items():
        right = found.values - len(found.misses)
        lines.append(
            f"{site_name}: {right} of {found.values} confirmed values on {found.pages} saved pages"
            if found.pages
            else f"{site_name}: nothing of it was confirmed yet"
        )
        lines += [
            f"  {miss.text}\n    a test that no longer means anything goes with {miss.file}" for miss in found.misses
        ]
    text = "\n".join(lines) or "no site is on record; add one with: purveyor sites add URL"
    emit({"sites": {site_name: asdict(found) for site_name, found in checked.items()}}, as_json, text)
    if any(found.misses for found in checked.values()):
        raise typer.Exit(1)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Show the sites on record.

    Example: purveyor sites list --json
    """
    from scrapers.registered import all_registered

    with open_warehouse() as warehouse:
        sites = all_registered(warehouse)
    lines = [f"{site.name}: {', '.join(site.hosts)}; {'; '.join(_starts(site))}" for site in sites]
    text = "\n".join(lines) or "no site is on record; add one with: purveyor sites add URL"
    emit({"sites": [asdict(site) for site in sites]}, as_json, text)


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show one site on record in full, as its site file would say it.

    Example: purveyor sites show example-shop
    """
    from scrapers.adding.site_file import site_file
    from scrapers.registered import registered

    with open_warehouse() as warehouse:
        site = registered(warehouse, name)
    emit(asdict(site), as_json, site_file(site).rstrip())


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Take a site off record: it is crawled no more. What was crawled stays.

    Example: purveyor sites remove example-shop
    """
    from scrapers.registered import unregister

    with open_warehouse() as warehouse:
        unregister(warehouse, name)
    emit({"site": name, "removed": True}, as_json, f"{name} is off record; its offers stay in the lake")


def _is_file(source: str) -> bool:
    """Whether this is meant as a site file, be it there or not."""
    return Path(source).is_file() or ("://" not in source and source.endswith((".yaml", ".yml")))


def _starts(site: Site) -> list[str]:
    """Where its crawl starts, in words."""
    named = {
        "sitemap": site.sitemaps,
        "category": site.categories,
        "feed": site.feeds,
        "shopify": site.shopify,
        "woocommerce": site.woocommerce,
    }
    watched = [f"{len(site.watch)} page{'s' if len(site.watch) > 1 else ''} watched"] if site.watch else []
    return watched + [f"{kind} {', '.join(urls)}" for kind, urls in named.items() if urls]


def _crawl_it(name: str) -> str:
    return f"crawl it now with: purveyor crawl {name}"

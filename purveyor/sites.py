"""`purveyor sites`: the competitors' shops on record, which the nightly crawl goes through."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from purveyor.common import Json, emit, open_warehouse

app = typer.Typer(help="Competitors' shops on record, crawled every night.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The site's name, as in its file.")]


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file that describes the shop.")],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let the site's own hosts lie at private addresses.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a site on record, or replace what is there under its name. The file is not needed afterwards.

    Example: purveyor sites add sites/example-shop.yaml
    """
    from scrapers.registered import register
    from scrapers.sites import read_site

    site = read_site(file)
    site = site.privately() if allow_private else site
    with open_warehouse() as warehouse:
        changed = register(warehouse, site)
    emit(
        {"site": site.name, "changed": changed},
        as_json,
        f"{site.name} is on record{'' if changed else ' already, just so'}; crawl it now with: "
        f"purveyor crawl {site.name}",
    )


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Show the sites on record.

    Example: purveyor sites list --json
    """
    from dataclasses import asdict

    from scrapers.registered import all_registered

    with open_warehouse() as warehouse:
        sites = all_registered(warehouse)
    lines = [
        f"{site.name}: {', '.join(site.hosts)}; "
        + (f"{len(site.watch)} pages watched" if site.watch else f"sitemap {', '.join(site.sitemaps)}")
        for site in sites
    ]
    text = "\n".join(lines) or "no site is on record; add one with: purveyor sites add FILE.yaml"
    emit({"sites": [asdict(site) for site in sites]}, as_json, text)


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show one site on record in full.

    Example: purveyor sites show example-shop
    """
    from dataclasses import asdict

    from scrapers.registered import registered

    with open_warehouse() as warehouse:
        values = asdict(registered(warehouse, name))
    lines = [
        f"{field}: {', '.join(value) if isinstance(value, tuple) else value}"
        for field, value in values.items()
        if value not in (None, ())
    ]
    emit(values, as_json, "\n".join(lines))


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Take a site off record: it is crawled no more. What was crawled stays.

    Example: purveyor sites remove example-shop
    """
    from scrapers.registered import unregister

    with open_warehouse() as warehouse:
        unregister(warehouse, name)
    emit({"site": name, "removed": True}, as_json, f"{name} is off record; its offers stay in the lake")

"""purveyor extract: what a product page says, with the evidence for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, in_columns, progress

if TYPE_CHECKING:
    from scrapers.extraction.product import Product

_MOST_SHOWN = 10
"""Of a list, such as that of sellers or variants."""


def extract(
    page: Annotated[
        str | None, typer.Argument(metavar="FILE_OR_URL", help="A saved page (.html or .html.gz), or its address.")
    ] = None,
    url: Annotated[str, typer.Option(help="The address that a saved page came from.")] = "",
    batch: Annotated[
        Path | None, typer.Option(metavar="MANIFEST", help='Saved pages, a line {"id", "path", "url"} for each.')
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Where the batch's lines go: one for each page.")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let the address lie on a private network.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read product pages: one, shown with its evidence, or a batch of saved ones, written as JSON lines.

    An address is fetched politely: robots.txt is obeyed.

    Example: purveyor extract page.html.gz --url https://www.example.com/p/1
    """
    from warehouse.errors import InputError

    if batch is not None and output is not None and page is None:
        _batch(batch, output, as_json)
    elif page is not None and batch is None and output is None:
        from scrapers.extraction.as_json import as_json as in_json

        product = _read(page, url, allow_private)
        emit(in_json(product), as_json, "" if as_json else _table(product))
    else:
        raise InputError("give either one FILE_OR_URL, or --batch MANIFEST.jsonl with --output OUT.jsonl")


def _batch(manifest: Path, output: Path, as_json: bool) -> None:
    from scrapers.extraction.saved import extract_batch
    from warehouse.errors import InputError

    with progress() as report:
        done = extract_batch(manifest, output, report)
    emit(
        {"pages": done.pages, "failed": done.failed, "output": output},
        as_json,
        f"{done.pages - done.failed} of {done.pages} pages read, written to {output}",
    )
    if done.failed:
        raise InputError(
            f"{done.failed} of {done.pages} pages could not be read; the first is {manifest}, {done.first_failure}"
        )


def _read(page: str, url: str, allow_private: bool) -> Product:
    if page.startswith(("http://", "https://")):
        from scrapers.one_page import read_address

        return read_address(page, allow_private=allow_private)
    from scrapers.extraction.product import extract as read_page
    from scrapers.extraction.saved import read_saved

    return read_page(read_saved(Path(page)), url)


def _shown(value: object) -> str:
    """A field's value for people; of a list the first few, one on a line."""
    if not isinstance(value, list):
        return str(value)
    lines = [
        ", ".join(f"{name} {said}" for name, said in one.items() if said) if isinstance(one, dict) else str(one)
        for one in value[:_MOST_SHOWN]
    ]
    return "\n".join(lines + ([f"… {len(value) - _MOST_SHOWN} more"] if len(value) > _MOST_SHOWN else []))


def _table(product: Product) -> str:
    """The product for people: what was read, by which reader, how sure it is, and what stood there."""
    from rich.table import Table
    from rich.text import Text

    from scrapers.extraction.as_json import as_json

    values = as_json(product)
    table = Table(box=None, header_style="bold")
    for heading in ("field", "value", "source", "confidence", "evidence"):
        table.add_column(heading, overflow="fold")
    for name, source in product.sources.items():
        # Text, not markup: a product's title may hold square brackets.
        table.add_row(
            name, Text(_shown(values[name])), source.reader, f"{source.confidence:.2f}", Text(source.evidence)
        )
    return in_columns(table) if product.sources else "nothing on this page says that it is a product's"

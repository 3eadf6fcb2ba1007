"""`purveyor connect`: where files come from by themselves, every night."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from purveyor.common import Json, emit, open_warehouse, progress
from purveyor.options import takes

if TYPE_CHECKING:
    from warehouse.sources.checkup import Checkup, Sampled

app = typer.Typer(help="Define a source: where files come from by themselves, every night.", no_args_is_help=True)

_KINDS = (
    *("orders", "products", "customers", "consents", "product_history", "promotions", "events", "offers", "spend"),
    "fx_rates",
)
_MAP = "[KIND:]FIELD=COLUMN,..."

Name = Annotated[str, typer.Argument(help="What to call the source, such as erp.")]
Env = Annotated[str, typer.Option(help="Environment variable that holds it.")]

PATTERNS = {
    kind: (
        Annotated[str | None, typer.Option(f"--{kind.replace('_', '-')}", metavar="PATTERN", help=f"Files of {kind}.")],
        None,
    )
    for kind in _KINDS
}
ADDRESSES = {
    kind: (
        Annotated[str | None, typer.Option(f"--{kind.replace('_', '-')}", metavar="URL", help=f"Address of {kind}.")],
        None,
    )
    for kind in _KINDS
}
WHOLE = {
    "snapshot": (
        Annotated[
            bool | None,
            typer.Option(
                "--snapshot/--delta",
                help="Whether a products file holds all products, so that one it lacks is no longer offered, or only "
                "what has changed.",
            ),
        ],
        None,
    )
}
FORM = {
    "preset": (Annotated[str | None, typer.Option(help="Files known by name, such as magento.")], None),
    "map_": (
        Annotated[list[str] | None, typer.Option("--map", metavar=_MAP, help="Which columns are which fields.")],
        None,
    ),
    "encoding": (Annotated[str | None, typer.Option(help="Encoding of text files; detected otherwise.")], None),
    "decimal": (Annotated[str | None, typer.Option(help="Decimal mark of numbers, . or ,; detected otherwise.")], None),
    "dates": (Annotated[str | None, typer.Option(help="Order of dates, dmy or mdy; detected otherwise.")], None),
}
STORE = {
    "currency": (Annotated[str | None, typer.Option(help="ISO 4217 code of rows that name none.")], None),
    "timezone": (Annotated[str | None, typer.Option(help="IANA time zone of times written without one.")], None),
    "store": (
        Annotated[str | None, typer.Option(help="Store of rows that name none; default: the only one, else main.")],
        None,
    ),
}
COMMON = {
    "skip_rejected": (
        Annotated[bool, typer.Option("--skip-rejected", help="Take the good rows of a file even if some are not.")],
        False,
    ),
    "freshness_hours": (
        Annotated[float, typer.Option(help="Raise an alarm when nothing new has come for so many hours.")],
        36.0,
    ),
    "check": (
        Annotated[bool, typer.Option("--check", help="Only try it out and show what it brings; keep nothing.")],
        False,
    ),
    "as_json": (Json, False),
}


@app.command()
@takes(PATTERNS, WHOLE, FORM, STORE, COMMON)
def folder(
    name: Name,
    path: Annotated[Path, typer.Argument(help="The folder. Files stay in it as they are.")],
    **options: Any,
) -> None:
    """Take the files that appear in a folder, in the order of their names.

    In patterns * is any text, {date} a day such as 2026-11-30 and {time} a time: from then on a file's prices hold,
    else from when it was last changed.

    Example: purveyor connect folder erp /srv/export --products 'products-{date}.csv' --snapshot --orders 'orders-*.csv'
    """
    _define(name, "folder", options, place=str(path.absolute()), files=_files(options))


@app.command()
@takes(ADDRESSES, WHOLE, FORM, STORE, COMMON)
def http(
    name: Name,
    user: Annotated[str | None, typer.Option(help="User, where the server asks for a password.")] = None,
    password_env: Annotated[str | None, typer.Option(help="Environment variable that holds the password.")] = None,
    token_env: Annotated[str | None, typer.Option(help="Environment variable that holds a bearer token.")] = None,
    **options: Any,
) -> None:
    """Fetch files from web addresses, when they have changed.

    Example: purveyor connect http feed --products https://shop.example/products.csv --snapshot --token-env SHOP_TOKEN
    """
    secrets = _secrets(password=password_env, token=token_env)
    _define(name, "http", options, files=_files(options), user=user, secrets=secrets)


@app.command()
@takes(PATTERNS, WHOLE, FORM, STORE, COMMON)
def sftp(
    name: Name,
    host: Annotated[str, typer.Argument(help="The server's name.")],
    user: Annotated[str, typer.Option(help="User.")],
    folder: Annotated[str, typer.Option(help="The folder on the server.")] = ".",
    port: Annotated[int, typer.Option(help="The server's port.")] = 22,
    password_env: Annotated[
        str | None, typer.Option(help="Environment variable that holds the password, or that of the key file.")
    ] = None,
    key_file: Annotated[Path | None, typer.Option(help="Private key to log in with.")] = None,
    host_key: Annotated[
        str | None, typer.Option(help="Fingerprint of the server's key, SHA256:...; default: that in known_hosts.")
    ] = None,
    **options: Any,
) -> None:
    """Take the files that appear in a folder of an SFTP server. They stay there as they are.

    Example: purveyor connect sftp erp files.example --user shop --key-file ~/.ssh/shop --orders 'orders-*.csv'
    """
    _define(
        name,
        "sftp",
        options,
        place=host,
        files=_files(options),
        user=user,
        folder=folder,
        port=port,
        key_file=str(key_file.expanduser().absolute()) if key_file else None,
        host_key=host_key,
        secrets=_secrets(password=password_env),
    )


@app.command()
@takes(STORE, COMMON)
def shopify(
    name: Name,
    shop: Annotated[str, typer.Argument(help="The shop, such as my-shop.myshopify.com.")],
    token_env: Annotated[str, typer.Option(help="Environment variable that holds the custom app's access token.")],
    only: Annotated[str, typer.Option(help="What to fetch, of products, customers, orders.")] = (
        "products,customers,orders"
    ),
    **options: Any,
) -> None:
    """Fetch a Shopify shop: changed orders and customers, and all products, by its Admin API.

    The custom app needs the scopes read_orders, read_products, read_inventory and read_customers; without
    read_all_orders Shopify gives the last 60 days: import older ones from the admin's export.

    Example: purveyor connect shopify shop my-shop.myshopify.com --token-env SHOPIFY_TOKEN
    """
    secrets = _secrets(token=token_env)
    _define(name, "shopify", options, place=shop, files=_only(only), secrets=secrets, preset="shopify", snapshot=True)


@app.command()
@takes(STORE, COMMON)
def woocommerce(
    name: Name,
    shop: Annotated[str, typer.Argument(help="The shop's address, such as https://shop.example.")],
    key_env: Annotated[str, typer.Option(help="Environment variable that holds the consumer key.")],
    secret_env: Annotated[str, typer.Option(help="Environment variable that holds the consumer secret.")],
    only: Annotated[str, typer.Option(help="What to fetch, of products, customers, orders.")] = (
        "products,customers,orders"
    ),
    **options: Any,
) -> None:
    """Fetch a WooCommerce shop: changed orders, all customers and products, by its REST API.

    Example: purveyor connect woocommerce shop https://shop.example --key-env WC_KEY --secret-env WC_SECRET
    """
    secrets = _secrets(key=key_env, secret=secret_env)
    files = _only(only)
    _define(name, "woocommerce", options, place=shop, files=files, secrets=secrets, preset="woocommerce", snapshot=True)


@app.command("merchant-feed")
@takes(STORE, COMMON)
def merchant_feed(
    name: Name,
    url: Annotated[str, typer.Argument(help="Address of the feed.")],
    preset: Annotated[str, typer.Option(help="google-merchant (XML or TSV) or yml.")] = "google-merchant",
    user: Annotated[str | None, typer.Option(help="User, where the server asks for a password.")] = None,
    password_env: Annotated[str | None, typer.Option(help="Environment variable that holds the password.")] = None,
    **options: Any,
) -> None:
    """Fetch the product feed that the shop gives to Google or to a marketplace, when it has changed.

    Example: purveyor connect merchant-feed feed https://shop.example/feed.xml --currency EUR --timezone Europe/Berlin
    """
    _define(
        name,
        "merchant-feed",
        options,
        files={"products": url},
        preset=preset,
        snapshot=True,
        user=user,
        secrets=_secrets(password=password_env),
    )


def _define(name: str, type_: str, options: dict[str, Any], **fields: Any) -> None:
    """Keep a definition, or only try it out."""
    from warehouse.sources.checkup import try_source
    from warehouse.sources.definition import new_source
    from warehouse.sources.keeping import define

    only_check, as_json = options.pop("check"), options.pop("as_json")
    given = {option: value for option, value in options.items() if option not in (*_KINDS, "map_")}
    mapping = _mapping(options.get("map_") or [], list(fields["files"]))
    source = new_source(name=name, type=type_, mapping=mapping, **given, **fields)
    with open_warehouse() as warehouse, progress() as report:
        if only_check:
            print_checkup(try_source(warehouse, source, progress=report), as_json)
            return
        define(warehouse, source)
    emit(
        {"source": name, "type": type_, "kinds": source.kinds},
        as_json,
        f"source {name} brings {', '.join(source.kinds)}; the job `import` fetches it every night, "
        f"`purveyor sources fetch {name}` now",
    )


def _files(options: dict[str, Any]) -> dict[str, str]:
    return {kind: options[kind] for kind in _KINDS if options.get(kind)}


def _only(kinds: str) -> dict[str, str]:
    from warehouse.errors import InputError
    from warehouse.sources.woocommerce import KINDS

    wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    for kind in wanted:
        if kind not in KINDS:
            raise InputError(f"--only: {kind!r} cannot be fetched; fetch of {', '.join(KINDS)}")
    return dict.fromkeys(wanted, "")


def _secrets(**variables: str | None) -> dict[str, str]:
    return {what: variable for what, variable in variables.items() if variable}


def _mapping(maps: list[str], kinds: list[str]) -> dict[str, dict[str, str]]:
    """Each --map by its kind, which may be left away where the source brings only one."""
    from warehouse.errors import InputError
    from warehouse.imports import parse_map

    mapping = {}
    for text in maps:
        kind, colon, rest = text.partition(":")
        if not colon or kind not in _KINDS:
            if len(kinds) != 1:
                raise InputError(f"--map {text!r}: say of which files, such as --map orders:order_id=No")
            kind, rest = kinds[0], text
        mapping[kind] = parse_map(rest)
    return mapping


def print_checkup(checkup: Checkup, as_json: bool) -> None:
    """Print what trying out a source gave."""
    from dataclasses import asdict

    lines = [line for sampled in checkup.files for line in _sampled(sampled)] or ["nothing new to read"]
    marks = [f"{'+' if r.ready else '!'} {r.text}" + (f" -> {r.remedy}" if r.remedy else "") for r in checkup.remarks]
    emit(asdict(checkup), as_json, "\n".join([*lines, "", "readiness:", *marks]))


def _sampled(sampled: Sampled) -> list[str]:
    lines = [f"{sampled.kind}: {sampled.file}"]
    if sampled.columns:
        lines.append("  columns: " + ", ".join(f"{field} <- {column}" for field, column in sampled.columns.items()))
    if sampled.problem is not None:
        return [*lines, f"  cannot be taken: {sampled.problem}"]
    if sampled.result is None:
        return [*lines, "  nothing in it"]
    result = sampled.result
    lines.append(f"  {result.read:,} rows read, {result.written:,} to write, {result.rejected:,} rejected")
    if result.read_as:
        lines.append("  read as " + ", ".join(f"{what} {how}" for what, how in result.read_as.items()))
    if result.left_out:
        lines.append("  left out: " + ", ".join(f"{count:,} {why}" for why, count in result.left_out.items()))
    if result.ignored_columns:
        lines.append(f"  columns not taken: {', '.join(result.ignored_columns)} (--map)")
    return [*lines, *("  " + ", ".join(f"{name}={value}" for name, value in row.items()) for row in sampled.rows)]

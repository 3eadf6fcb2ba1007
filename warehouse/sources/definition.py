"""What a source is: where its files are, what they hold and how to read them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from warehouse.errors import ConfigError, InputError
from warehouse.imports.form import Form
from warehouse.imports.kinds import KINDS
from warehouse.imports.places import Said
from warehouse.imports.presets import presets_named
from warehouse.imports.readers.encodings import checked_encoding
from warehouse.records.models import SourceRecord
from warehouse.records.sources import FRESHNESS_HOURS, get_source
from warehouse.sources.patterns import FilePattern
from warehouse.sources.web import web_address

Type = Literal["folder", "http", "sftp", "shopify", "woocommerce", "merchant-feed"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

FIRST = ("products", "product_history", "customers", "consents")
"""Kinds that are taken before the others: orders speak of them."""


class Source(BaseModel):
    """A source as it stands in the records.

    `place` is the folder's path, the host (sftp) or the shop's address. `files` says for each kind which files hold it:
    a pattern of names (folder, sftp) or an address (http, merchant-feed); for shops with an interface of their own just
    which kinds to fetch. `snapshot` says of products files whether each holds all products there are; None where there
    are none. `secrets` are names of environment variables, by what they hold: no secret is ever kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: Type
    place: str = ""
    files: Mapping[str, str]
    snapshot: bool | None = None
    preset: str | None = None
    mapping: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    currency: str | None = None
    timezone: str | None = None
    store: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    dates: str | None = None
    skip_rejected: bool = False
    freshness_hours: float = Field(default=FRESHNESS_HOURS, gt=0, le=24 * 366)
    secrets: Mapping[str, str] = Field(default_factory=dict)
    user: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    folder: str | None = None
    key_file: str | None = None
    host_key: str | None = None

    @property
    def kinds(self) -> list[str]:
        """The kinds that it brings, in the order in which they are taken."""
        return sorted(self.files, key=(*FIRST, *KINDS).index)

    def secret(self, what: str) -> str | None:
        """The value of the environment variable that holds it; None where none is named.

        ConfigError where it is not set.
        """
        variable = self.secrets.get(what)
        if variable is None:
            return None
        value = os.environ.get(variable)
        if not value:
            raise ConfigError(f"source {self.name}: environment variable {variable} is not set; set it to the {what}")
        return value


def check_source(source: Source) -> None:
    """InputError where a definition cannot work, whatever its source answers."""
    if not _NAME.fullmatch(source.name):
        raise InputError(
            f"{source.name!r} cannot be a source's name; take up to 63 small letters, digits, - and _, such as erp"
        )
    if not source.files:
        raise InputError(f"source {source.name}: say what it brings, such as --orders or --products")
    for kind in (*source.files, *source.mapping):
        if kind not in KINDS:
            raise InputError(f"source {source.name}: {kind!r} cannot be imported; import one of {', '.join(KINDS)}")
    if "products" in source.files and source.snapshot is None:
        raise InputError(
            f"source {source.name}: say whether a products file holds all products (--snapshot: what is missing is no "
            "longer offered) or only what has changed (--delta)"
        )
    for kind, files in source.files.items():
        if source.preset is not None:
            presets_named(source.preset, kind)
        if source.type in ("folder", "sftp"):
            FilePattern.parse(files)
        elif source.type in ("http", "merchant-feed"):
            web_address(files)
    if source.type in ("shopify", "woocommerce"):
        web_address(source.place if "://" in source.place else f"https://{source.place}")
    Said(source.currency, source.timezone).check()
    Form.told(source.encoding, None, source.decimal, source.dates)
    if source.encoding is not None:
        checked_encoding(source.encoding)
    for variable in source.secrets.values():
        if not _VARIABLE.fullmatch(variable):
            raise InputError(
                f"source {source.name}: a secret is given by the name of the environment variable that holds it, such "
                "as SHOP_TOKEN; what was given is no such name"
            )


def load_source(tx: Session, name: str) -> Source:
    """The source called `name`. NotFound names those there are."""
    return read_definition(get_source(tx, name))


def read_definition(record: SourceRecord) -> Source:
    """The definition on record; ConfigError where it is none that this Purveyor knows."""
    try:
        return Source(**{**record.definition, "name": record.name})
    except ValidationError as error:
        first: Any = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"source {record.name}: its definition cannot be used ({field}: {first['msg']}); define it again with "
            "purveyor connect"
        ) from None


def new_source(**fields: Any) -> Source:
    """A checked definition of these fields; InputError says what is wrong with them."""
    try:
        source = Source(**fields)
    except ValidationError as error:
        first: Any = error.errors()[0]
        field = ".".join(map(str, first["loc"])).replace("_", "-")
        raise InputError(f"--{field}: {first['msg']}") from None
    check_source(source)
    return source

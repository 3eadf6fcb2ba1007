"""Settings: environment variables PURVEYOR_*, else the shop file, else defaults; and what lies in the home folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from warehouse.clock import is_timezone
from warehouse.errors import ConfigError
from warehouse.shop_file import find_shop_file, read_shop_file
from warehouse.yaml_file import Place

_PREFIX = "PURVEYOR_"
_HOME = ".purveyor"


class Settings(BaseSettings):
    """What an operator may set. Everything Purveyor keeps lies below `home` unless a URL says otherwise."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", env_ignore_empty=True)

    shop_file: Path | None = Field(default=None, description="The purveyor.yaml in use; None where there is none")
    home: Path = Path(_HOME)
    records_url: str | None = Field(default=None, description="SQLAlchemy URL; default: SQLite in the home folder")
    jobs_url: str | None = Field(default=None, description="SQLAlchemy URL; default: beside the records")
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark_url: str = Field(default="local[*]", description="A Spark master: local[*], spark://host:port, yarn")
    memory_limit: str = Field(default="800MB", description="What DuckDB may hold in memory before it spills to disk")
    timezone: str = Field(default="UTC", description="IANA name; the time zone of schedules")
    history_days: int = Field(default=7, ge=1, le=30, description="How far back the lake's old versions are kept")
    files_days: int = Field(
        default=30, ge=1, le=30, description="How long rejects, exports, fetched files, kept pages and logs are kept"
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        home = home.expanduser().absolute()
        # File patterns to DuckDB, and parts of an address to the Delta library.
        wrong = sorted(set("#?*[]{}%") & set(str(home)))
        if wrong:
            raise ValueError(f"the path {home} holds {' '.join(wrong)}, which the lake's readers cannot take")
        return home

    @field_validator("shop_file")
    @classmethod
    def _absolute_file(cls, file: Path | None) -> Path | None:
        return None if file is None else file.expanduser().absolute()

    @field_validator("spark_url")
    @classmethod
    def _master(cls, url: str) -> str:
        if not re.fullmatch(r"local(\[[\d*, ]+\])?|yarn|(spark|k8s)://\S+", url):
            raise ValueError(f"{url!r} is no Spark master; write local[*], spark://host:port, k8s://… or yarn")
        return url

    @field_validator("memory_limit")
    @classmethod
    def _bytes(cls, limit: str) -> str:
        if not re.fullmatch(r"\d+(\.\d+)? ?([KMGT]i?B)", limit):
            raise ValueError(f"{limit!r} is no amount of memory; write one such as 800MB or 4GB")
        return limit

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        if not is_timezone(name):
            raise ValueError(f"{name!r} is no time zone; write an IANA name such as Europe/Berlin")
        return name

    @property
    def lake(self) -> Path:
        """The folder of the Delta tables."""
        return self.home / "lake"

    @property
    def artifacts(self) -> Path:
        """The folder of released models."""
        return self.home / "artifacts"

    @property
    def scratch(self) -> Path:
        """Where DuckDB spills and imports are staged; safe to empty when nothing runs."""
        return self.home / "scratch"

    @property
    def landing(self) -> Path:
        """Files fetched from sources, until they are imported."""
        return self.home / "landing"

    @property
    def listings(self) -> Path:
        """The skus of each source's newest products snapshot: what the next one no longer lists is off sale."""
        return self.home / "sources"

    @property
    def crawls(self) -> Path:
        """What crawls keep, a folder per site: unfinished crawls, pages kept to be read again, what shops said of when
        their pages change. None of it is in a backup: it is bounded, old soon, and about others' public pages."""
        return self.home / "crawls"

    @property
    def match_scores(self) -> Path:
        """What matching scored before, so that a run scores only what is new. It may be deleted; in no backup."""
        return self.home / "matching" / "scores.parquet"

    @property
    def match_candidates(self) -> Path:
        """Which pairs matching found before, so that a run looks for new ones only. It may be deleted; in no backup."""
        return self.home / "matching" / "candidates.npz"

    @property
    def corrections(self) -> Path:
        """Saved pages of competitors' shops with what a person confirmed of them, a folder per site."""
        return self.home / "corrections"

    @property
    def drafts(self) -> Path:
        """Sites that are being added: pages looked at, until the site is saved or the draft forgotten."""
        return self.home / "drafts"

    @property
    def rejects(self) -> Path:
        """Rows that imports could not take, a file per import."""
        return self.home / "rejects"

    @property
    def exports(self) -> Path:
        """Files that commands write where no path is given."""
        return self.home / "exports"

    @property
    def logs(self) -> Path:
        """The log of each run of a job."""
        return self.home / "logs"

    @property
    def records(self) -> str | URL:
        """The URL of the records."""
        return self.records_url or URL.create("sqlite", database=str(self.home / "records.db"))

    @property
    def jobs(self) -> str | URL:
        """The URL of the job queue: beside the records where they are on PostgreSQL, else a SQLite file of its own."""
        if self.jobs_url:
            return self.jobs_url
        if self.records_url and self.records_url.startswith("postgres"):
            return self.records_url
        return URL.create("sqlite", database=str(self.home / "jobs.db"))

    @classmethod
    def load(cls, folder: Path | None = None) -> Settings:
        """Read the environment, and the shop file in `folder` (default: the current one) or above it.

        PURVEYOR_SHOP_FILE names one that lies elsewhere.

        Raises:
            ConfigError: a variable that cannot be used, by name.
            InputError: the shop file cannot be read, or holds what cannot be used, by line.
        """
        environment = {name.upper(): value for name, value in os.environ.items() if value}
        named = environment.get(f"{_PREFIX}SHOP_FILE")
        file = Path(named).expanduser().absolute() if named else find_shop_file(folder or Path.cwd())
        places = {} if file is None else _from_file(file)
        places = {name: place for name, place in places.items() if _PREFIX + name.upper() not in environment}
        values: dict[str, Any] = {name: place.text() for name, place in places.items()}
        if file is not None:
            values["shop_file"] = file
            if f"{_PREFIX}HOME" not in environment:
                values["home"] = file.parent / Path(values.get("home", _HOME)).expanduser()
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            said = first["msg"].removeprefix("Value error, ")
            if name in places:
                raise places[name].error(f"{said}; correct it") from None
            raise ConfigError(f"{_PREFIX}{name.upper()}: {said}; correct or unset it") from None


def _from_file(file: Path) -> dict[str, Place]:
    """The values that the shop file sets, by the name of the setting."""
    sections = read_shop_file(file)
    found: dict[str, Place] = {name: place for name, place in sections.items() if name in ("home", "timezone")}
    if "settings" in sections:
        found |= sections["settings"].entries()
    if "retention" in sections:
        found |= {f"{name}_days": place for name, place in sections["retention"].entries().items()}
    for name in ("records_url", "jobs_url"):
        if name in found:
            _check_no_password(found[name], name)
    return found


def _check_no_password(place: Place, name: str) -> None:
    try:
        url = make_url(place.text())
    except (ArgumentError, ValueError):
        return  # whoever opens it says what is wrong with it
    if url.password is not None or "password" in url.query:
        raise place.error(f"no password may stand in this file; set {_PREFIX}{name.upper()} in the environment instead")

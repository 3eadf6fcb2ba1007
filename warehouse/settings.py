"""Settings, from the environment with the prefix PURVEYOR_ and one home folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from warehouse.errors import ConfigError


class Settings(BaseSettings):
    """What an operator may set. Everything Purveyor keeps lies below `home` unless a URL says otherwise."""

    model_config = SettingsConfigDict(env_prefix="PURVEYOR_", extra="ignore", env_ignore_empty=True)

    home: Path = Path(".purveyor")
    records_url: str | None = Field(default=None, description="SQLAlchemy URL; default: SQLite in the home folder")
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark_url: str = Field(default="local[*]", description="A Spark master: local[*], spark://host:port, yarn")
    memory_limit: str = Field(default="800MB", description="What DuckDB may hold in memory before it spills to disk")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        home = home.expanduser().absolute()
        # File patterns to DuckDB, and parts of an address to the Delta library.
        wrong = sorted(set("#?*[]{}%") & set(str(home)))
        if wrong:
            raise ValueError(f"the path {home} holds {' '.join(wrong)}, which the lake's readers cannot take")
        return home

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
    def records(self) -> str | URL:
        """The URL of the records."""
        return self.records_url or URL.create("sqlite", database=str(self.home / "records.db"))

    @classmethod
    def load(cls) -> Settings:
        """Read the environment; ConfigError names the variable that cannot be used."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            name = "PURVEYOR_" + "_".join(str(part) for part in first["loc"]).upper()
            said = first["msg"].removeprefix("Value error, ")
            raise ConfigError(f"{name}: {said}; correct or unset it") from None

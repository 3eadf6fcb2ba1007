"""Hosts as site files write them, and the hosts of addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str | None:
    """The host of a whole http(s) address without login; None for anything else."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises where the port is no number)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or re.search(r"[\s\\]", parts.netloc):
        return None
    return parts.hostname.rstrip(".").lower()


def entries_of(urls: Iterable[str]) -> tuple[str, ...]:
    """The host entries that addresses imply, each once."""
    return tuple(dict.fromkeys(urlsplit(url).netloc.lower() for url in urls))


def is_entry(text: str) -> bool:
    """Whether `text` is a host, or "host:port"."""
    return "/" not in text and host_of(f"http://{text}/") is not None


def allows(entry: str, host: str) -> bool:
    """Whether `host` is the entry's own or one below it; an IP address has none below it."""
    allowed = split(entry)[0]
    return host == allowed or (host.endswith("." + allowed) and not _is_literal(allowed))


def split(entry: str) -> tuple[str, tuple[int, ...]]:
    """A host entry as host and ports; without a port, those of http and https."""
    parts = urlsplit(f"//{entry}")
    return (parts.hostname or "").rstrip("."), (parts.port,) if parts.port else tuple(_PORTS.values())


def _is_literal(host: str) -> bool:
    return ":" in host or not re.search(r"[a-z]", host.rsplit(".", 1)[-1])

"""The proxy that a site is fetched through, as an environment variable names it: its password stands in no file."""

from __future__ import annotations

import os
import socket
import unicodedata
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from scrapers.addresses import is_public
from scrapers.sites.site import Site
from warehouse.errors import ConfigError

_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home.arpa")
"""Domains that mean something only inside a network (RFC 6761, 6762 and 8375, and common use)."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. `login` is user and password, kept out of what is printed."""

    host: str
    port: int
    login: tuple[str, str] | None = field(default=None, repr=False)


def proxy_of(site: Site) -> Proxy | None:
    """The site's proxy; None where it has none. ConfigError where the variable holds no http://host:port address."""
    if site.proxy_env is None:
        return None
    written = os.environ.get(site.proxy_env, "")
    if not written:
        raise ConfigError(
            f"{site.name} is fetched through a proxy; set {site.proxy_env} to its address, http://host:port"
        )
    try:
        parts = urlsplit(written if "://" in written else f"http://{written}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme != "http":  # what is wrong with it is not quoted: it may hold a password
        raise ConfigError(f"{site.proxy_env} must hold an address such as http://user:password@proxy.example:3128")
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Proxy(host, port, login)


def is_inside(host: str) -> bool:
    """Whether a host that a proxy would resolve names an address that is not public, or a name of some inner network.

    Numbers are read as the C library reads them: 127.1, 0x7f000001, 0177.0.0.1 and 2130706433 are all loopback.
    """
    name = unicodedata.normalize("NFKC", host).strip("[]").rstrip(".").lower()
    try:
        return not is_public(str(ip_address(name.split("%", 1)[0])))
    except ValueError:
        pass
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(name)))
    except (OSError, UnicodeError):
        return "." not in name or any(name == inner or name.endswith("." + inner) for inner in _INSIDE)

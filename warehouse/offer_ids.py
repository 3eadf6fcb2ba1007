"""The identity of a competitor's offer over time."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

CONDITIONS = ("new", "used", "refurbished", "damaged")
"""What the state of the goods may be."""

_TRACKING = frozenset({"gclid", "fbclid", "msclkid", "dclid", "yclid", "mc_cid", "mc_eid", "igshid", "ref_src"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """`url` without what does not choose the page: fragment, tracking parameters, default port, case of the host.

    Query parameters are sorted. ValueError where `url` is not an http(s) address.
    """
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an http(s) address: {url!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port is not None and parts.port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{parts.port}"
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _TRACKING and not name.lower().startswith("utm_")
    ]
    return urlunsplit((scheme, host, parts.path or "/", urlencode(sorted(query)), ""))


def offer_id(site: str, url: str, seller: str | None, variant: str | None, condition: str | None) -> str:
    """sha256 (hex) of what identifies an offer. Null and empty are told apart, and no two fields can run together."""
    fields = (site, canonical_url(url), seller, variant, condition)
    text = "\x1e".join("\x00" if f is None else f.replace("\x1e", " ").replace("\x00", " ") for f in fields)
    return sha256(text.encode()).hexdigest()

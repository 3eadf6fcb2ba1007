"""Who may open the console.

On the machine itself, and only while the server is bound to a loopback address, the console is open: whoever sits there
can read the files anyway. Three things must hold together:

- the client's address is a loopback address;
- the Host header names this machine (localhost, 127.0.0.1, [::1] or the address given to `purveyor serve --host`). A
  page from elsewhere can make its own name resolve to 127.0.0.1 (DNS rebinding) and have the browser ask us, but the
  browser then sends that name;
- no proxy says it passed the request on (Forwarded, X-Forwarded-*, Via), since then the client is not who connects.

In all other cases a key with the scope `console` is asked for by HTTP Basic: any user name, the key as the password. A
proxy on this machine that rewrites Host to localhost and adds none of those headers cannot be told from a local
browser: let it pass the Host it was asked for (`proxy_set_header Host $host;`), or bind to another address.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from serve.access import key_name
from serve.state import Serving
from warehouse.records.keys import check_key

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")

_basic = HTTPBasic(auto_error=False, realm="Purveyor console")
_ASK = {"WWW-Authenticate": 'Basic realm="Purveyor console", charset="UTF-8"'}


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def open_without_key(request: Request, bound_to: str) -> bool:
    """Whether a request to a server bound to `bound_to` comes from this machine, as told above."""
    hosts = request.headers.getlist("host")
    client = request.client
    if len(hosts) != 1 or client is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    named = _without_port(hosts[0]).lower()
    ours = named in _LOCAL_NAMES or named == _in_address(bound_to)
    return is_loopback(bound_to) and is_loopback(client.host) and ours


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _in_address(host: str) -> str:
    return f"[{host}]".lower() if ":" in host else host.lower()


def admitted(request: Request, serving: Serving, given: Annotated[HTTPBasicCredentials | None, Depends(_basic)]) -> str:
    """A page's dependency: 401 or 403 for those who may not see it; the name of who may."""
    if open_without_key(request, serving.host):
        return "console"
    if given is None:
        raise HTTPException(
            401,
            "from here the console needs an API key with the scope 'console' as the password (any user name)",
            headers=_ASK,
        )
    with serving.warehouse.records.reading() as tx:
        key = check_key(tx, given.password)
    if key is None:
        raise HTTPException(401, "this API key is unknown or was revoked", headers=_ASK)
    if "console" not in key.scopes:
        raise HTTPException(403, "this API key lacks the scope 'console'")
    return key_name(key)


Visitor = Annotated[str, Depends(admitted)]
"""A route's parameter of this type lets in whom `admitted` does, and names them."""


def from_this_console(request: Request) -> None:
    """A button's dependency: 403 unless the browser says that a page of this server sent the form.

    Whoever may open the console may press its buttons, and a browser sends that permission along with forms of other
    people's pages too; but it tells whose page it was.
    """
    origin = request.headers.get("origin", "")
    if origin.partition("://")[2] != request.headers.get("host"):
        raise HTTPException(403, "this form was not sent by a page of this console; open it and press the button")

"""Who may use the API: whoever sends a key that is in the records and has the scope of the route."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from serve.state import Serving
from warehouse.records import ApiKey
from warehouse.records.keys import check_key

SCOPES = {
    "recommend": "ask for recommendations",
    "events": "send storefront events",
    "prices": "read our prices beside the market's",
    "matches": "read which offer is which product, and decide it",
    "segments": "read segments and who is in them",
    "experiments": "read and record variants of running experiments",
    "console": "open the console's pages from another machine",
}
"""What each scope of a key allows."""

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="An API key made by `purveyor key create`, sent as `Authorization: Bearer KEY`. Its scopes allow: "
    + "; ".join(f"`{scope}` to {what}" for scope, what in SCOPES.items()),
)
_header = APIKeyHeader(
    name="X-API-Key", auto_error=False, scheme_name="apiKey", description="The same key, sent as `X-API-Key: KEY`"
)


def _check(
    serving: Serving,
    needed: SecurityScopes,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> ApiKey:
    secret = bearer.credentials if bearer else header
    if not secret:
        raise HTTPException(
            401,
            "this needs an API key: send `Authorization: Bearer KEY`, or `X-API-Key: KEY`",
            headers={"WWW-Authenticate": 'Bearer realm="purveyor"'},
        )
    with serving.warehouse.records.reading() as tx:
        key = check_key(tx, secret)
    if key is None:
        raise HTTPException(
            401,
            "this API key is unknown or was revoked",
            headers={"WWW-Authenticate": 'Bearer realm="purveyor", error="invalid_token"'},
        )
    for scope in needed.scopes:
        if scope not in key.scopes:
            raise HTTPException(
                403,
                f"this API key lacks the scope {scope!r}",
                headers={"WWW-Authenticate": f'Bearer realm="purveyor", error="insufficient_scope", scope="{scope}"'},
            )
    return key


def key_name(key: ApiKey) -> str:
    """What whoever uses the key is called where people read it: its label, else its id."""
    return key.label.strip() or f"key {key.key_id}"


def scoped(scope: str) -> Any:
    """A route's dependency that lets in keys with this scope only, and gives the key: 401 without a valid one, 403
    without the scope."""
    assert scope in SCOPES
    return Security(_check, scopes=[scope])

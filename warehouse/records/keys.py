"""API keys: made once, shown once, kept only as a hash.

The secret has 256 random bits, so one round of SHA-256 is enough: there is no dictionary to try (NIST SP 800-63B asks
for slow hashing of secrets that people choose, which these are not).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from warehouse.errors import InputError, NotFound
from warehouse.records.models import ApiKey

SCOPES = ("recommend", "events", "prices", "matches", "segments", "experiments", "console")
"""What a key may be allowed to do."""

_SHAPE = re.compile(r"pv_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")


def create_key(tx: Session, *, label: str, scopes: Iterable[str], at: datetime) -> tuple[str, str]:
    """Make a key and return its id and its secret, which cannot be read again.

    InputError for an unknown scope or none at all.
    """
    asked = set(scopes)
    unknown = sorted(asked.difference(SCOPES))
    if unknown or not asked:
        fault = f"unknown scope {unknown[0]!r}" if unknown else "a key needs at least one scope"
        raise InputError(f"{fault}; choose from {', '.join(SCOPES)}")
    key_id = secrets.token_hex(8)
    secret = f"pv_{key_id}_{secrets.token_urlsafe(32)}"
    allowed = [scope for scope in SCOPES if scope in asked]
    tx.add(ApiKey(key_id=key_id, key_hash=_hash(secret), scopes=allowed, label=label, created_at=at, revoked_at=None))
    tx.flush()
    return key_id, secret


def check_key(tx: Session, secret: str) -> ApiKey | None:
    """The key that a caller's secret belongs to; None where it is unknown, malformed or revoked."""
    shape = _SHAPE.fullmatch(secret)
    key = tx.get(ApiKey, shape.group(1)) if shape else None
    if key is None or not hmac.compare_digest(key.key_hash, _hash(secret)) or key.revoked_at is not None:
        return None
    return key


def revoke_key(tx: Session, key_id: str, *, at: datetime) -> None:
    """End a key's validity; a second time changes nothing. NotFound where there is no such key."""
    key = tx.get(ApiKey, key_id)
    if key is None:
        raise NotFound(f"there is no API key {key_id!r}")
    if key.revoked_at is None:
        key.revoked_at = at


def list_keys(tx: Session) -> list[ApiKey]:
    """All keys, oldest first, revoked ones too."""
    return list(tx.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.key_id)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

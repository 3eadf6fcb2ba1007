"""The list of erasures beside the backups: a restored backup hides those too that were erased after it was made.

Each line is a JSON object with `customer_id` and `erased_at`. Lines are only ever added: by every `purveyor backup`
into the folder, and by every erasure of a house whose shop file names the folder. It stays when backups are removed.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from warehouse.backup.plan import backup_plan
from warehouse.errors import InputError, PurveyorError
from warehouse.records.types import LONGEST_ID
from warehouse.settings import Settings

log = logging.getLogger(__name__)

NAME = "tombstones.jsonl"

Erasures = Mapping[str, datetime]
"""When each customer was erased, by id."""


def read_erasures(path: Path) -> dict[str, datetime]:
    """The erasures in a file; a last line that a power cut left half written does not count.

    InputError where it cannot be read, or names the line that is none.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name a file of tombstones") from None
    lines.pop()  # what follows the last line's end
    found: dict[str, datetime] = {}
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        customer_id, at = _parsed(line, f"{path}, line {number}")
        found[customer_id] = min(at, found.get(customer_id, at))
    return found


def write_erasures(path: Path, erasures: Erasures) -> None:
    """Write a file of erasures."""
    path.write_bytes(b"".join(_line(customer_id, at) for customer_id, at in sorted(erasures.items())))


def add_erasures(path: Path, erasures: Erasures) -> None:
    """Add those that the file does not name yet, and bring them to the disk. It is made where there is none."""
    with FileLock(path.with_name(f".{path.name}.lock")):
        known = read_erasures(path) if path.exists() else {}
        new = {customer_id: at for customer_id, at in erasures.items() if customer_id not in known}
        if not new and path.exists():
            return
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            whole = file.read()
            file.seek(whole.rfind(b"\n") + 1)  # over a line that was left half written
            file.truncate()
            file.writelines(_line(customer_id, at) for customer_id, at in sorted(new.items()))
            file.flush()
            os.fsync(file.fileno())


def note_erasure(settings: Settings, customer_id: str, at: datetime) -> None:
    """Add an erasure to the list beside the backups, where the shop file names their folder.

    It is never the reason for an erasure to fail: what could not be noted is logged, and the next backup notes it.
    """
    try:
        plan = backup_plan(settings)
        if plan is not None and plan.folder.is_dir():
            add_erasures(plan.folder / NAME, {customer_id: at})
            return
        if plan is None:
            return
        reason = f"there is no folder {plan.folder}"
    except (PurveyorError, OSError) as error:
        reason = str(error)
    log.warning("an erasure is not noted beside the backups yet, the next backup will do it: %s", reason)


def _line(customer_id: str, at: datetime) -> bytes:
    return json.dumps({"customer_id": customer_id, "erased_at": at.isoformat()}).encode() + b"\n"


def _parsed(line: bytes, place: str) -> tuple[str, datetime]:
    try:
        entry = json.loads(line)
        customer_id, at = entry["customer_id"], datetime.fromisoformat(entry["erased_at"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f'{place}: not {{"customer_id": …, "erased_at": …}}; correct that line') from None
    if not isinstance(customer_id, str) or not 0 < len(customer_id) <= LONGEST_ID or at.tzinfo is None:
        raise InputError(f"{place}: an erasure needs a customer's id and a time with its zone; correct that line")
    return customer_id, at

"""Drafts on the disk, and the process that works on them: whoever shows them neither fetches nor reads pages.

A draft is a folder in `drafts/` of the home folder. `state.json` says what is being done to it or what went wrong,
`view.json` is what there is to show (scrapers.adding.view), the rest is the draft itself (scrapers.adding.draft).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ulid import ULID

from scrapers.starting import start
from warehouse.clock import Clock
from warehouse.errors import InputError, NotFound
from warehouse.settings import Settings

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_STATE, _VIEW = "state.json", "view.json"
_AT_ONCE = 3
"""Drafts that are worked on at the same time, each by processes of its own."""
_LONGEST = timedelta(minutes=20)
"""What takes longer has died with the server that started it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a draft stands. `doing` is what is being done to it ("look", "correct", "try", "save"), None where nothing
    is; `error` is what the last of it came to grief over; `view` is what there is to show, None before the first look.
    """

    draft_id: str
    url: str
    begun_at: datetime
    doing: str | None
    error: str | None
    saved: str | None
    """The name of the site that it became."""
    view: Mapping[str, Any] | None


def begin(settings: Settings, clock: Clock, url: str, *, allow_private: bool) -> str:
    """Begin a draft from an address: look at the shop in the background. The draft's id."""
    now = clock()
    busy = sum(standing.doing is not None for standing in all_drafts(settings, clock))
    if busy >= _AT_ONCE:
        raise InputError(f"{busy} shops are being looked at just now; try again in a minute")
    draft_id = str(ULID.from_datetime(now))
    folder = settings.drafts / draft_id
    folder.mkdir(parents=True)
    _write(folder / _STATE, {"url": url, "begun_at": now.isoformat()})
    work(settings, clock, draft_id, {"do": "look", "url": url, "allow_private": allow_private})
    return draft_id


def work(settings: Settings, clock: Clock, draft_id: str, task: Mapping[str, Any], *, wait: float = 0.0) -> None:
    """Have a process do something to a draft; return when it has, or after `wait` seconds while it goes on.

    `task` is as scrapers.adding.process takes it. InputError where something is being done to it already.
    """
    standing = find_draft(settings, clock, draft_id)
    if standing.doing is not None:
        raise InputError("this shop is being worked on; wait for that to end")
    folder = settings.drafts / draft_id
    note(folder, doing=task["do"], since=clock().isoformat(), error=None)
    process = start("scrapers.adding.process", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    with process.stdin as stdin:
        # Not as arguments or environment: the records' address may hold a password.
        given = {**task, "folder": str(folder), "settings": settings.model_dump(mode="json")}
        stdin.write(json.dumps(given).encode())
    watch = threading.Thread(target=_watch, args=(process, folder), daemon=True)
    watch.start()
    watch.join(wait)


def find_draft(settings: Settings, clock: Clock, draft_id: str) -> Standing:
    """How a draft stands; NotFound where there is none of that id."""
    folder = settings.drafts / draft_id
    if not _ID.fullmatch(draft_id) or not (folder / _STATE).exists():
        raise NotFound("there is no such draft of a site; it may have been saved or forgotten")
    state = json.loads((folder / _STATE).read_bytes())
    doing, error = state.get("doing"), state.get("error")
    if doing and clock() - datetime.fromisoformat(state["since"]) > _LONGEST:
        doing, error = None, "it was interrupted; begin again"
    view = json.loads((folder / _VIEW).read_bytes()) if (folder / _VIEW).exists() else None
    return Standing(
        draft_id,
        state["url"],
        datetime.fromisoformat(state["begun_at"]),
        doing,
        error,
        state.get("saved"),
        view,
    )


def forget(settings: Settings, clock: Clock, draft_id: str) -> None:
    """Take a draft away. InputError where something is being done to it; NotFound where there is none."""
    if find_draft(settings, clock, draft_id).doing is not None:
        raise InputError("this shop is being worked on; wait for that to end")
    shutil.rmtree(settings.drafts / draft_id)


def all_drafts(settings: Settings, clock: Clock) -> list[Standing]:
    """Every draft that is not saved, the newest first."""
    if not settings.drafts.is_dir():
        return []
    names = [path.parent.name for path in settings.drafts.glob(f"*/{_STATE}") if _ID.fullmatch(path.parent.name)]
    standings = [find_draft(settings, clock, name) for name in sorted(names, reverse=True)]
    return [standing for standing in standings if standing.saved is None]


def note(folder: Path, **changes: Any) -> None:
    """Change what the draft's state says."""
    state = json.loads((folder / _STATE).read_bytes())
    _write(folder / _STATE, {**state, **changes})


def show(folder: Path, view: Mapping[str, Any]) -> None:
    """Put what there is to show in its place."""
    _write(folder / _VIEW, view)


def _watch(process: subprocess.Popen[bytes], folder: Path) -> None:
    if process.wait() != 0 and json.loads((folder / _STATE).read_bytes()).get("doing"):
        note(folder, doing=None, error="the process that worked on it broke down; try again")


def _write(path: Path, value: Mapping[str, Any]) -> None:
    half = path.with_name(f".{path.name}.half")
    half.write_text(json.dumps(value), encoding="utf-8")
    half.replace(path)

"""The process that works on a draft, with the task as JSON on standard input.

A task names the draft's `folder`, the house's `settings` and what to `do`: "look" (`url`, `allow_private`), "correct"
(`url` of the page, `field`, and `value` or `selector`), "try", or "save" (`replace`). What came of it stands in the
draft's folder.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from scrapers.adding import drafts
from scrapers.adding.draft import Draft, correct, explore, load_draft, save_draft
from scrapers.adding.saving import file_of, save
from scrapers.adding.trial import try_out
from scrapers.adding.view import view
from warehouse.errors import PurveyorError
from warehouse.settings import Settings


def main() -> None:
    """Do the task."""
    task = json.load(sys.stdin)
    folder = Path(task["folder"])
    settings = Settings(**task["settings"])
    try:
        done = _do(task, folder, settings)
    except PurveyorError as error:
        drafts.note(folder, doing=None, error=str(error))
        return
    drafts.note(folder, doing=None, error=None, **done)


def _do(task: dict[str, Any], folder: Path, settings: Settings) -> dict[str, Any]:
    """What the draft's state gains by it."""
    match task["do"]:
        case "look":
            _keep(explore(task["url"], settings, allow_private=task["allow_private"]), folder)
        case "correct":
            told = {name: task[name] for name in ("value", "selector", "url") if task.get(name)}
            _keep(correct(load_draft(folder), task["field"], **told), folder)
        case "try":
            from warehouse.house import Warehouse

            draft = load_draft(folder)
            with Warehouse.open(settings) as warehouse:
                trial = try_out(draft.site, draft.products, draft.known, settings, clock=warehouse.clock)
            _keep(replace(draft, trial=trial), folder)
        case "save":
            from scrapers.registered import register
            from warehouse.house import Warehouse

            draft = load_draft(folder)
            save(draft, settings, file_of(settings, draft.site.name), replace=task["replace"])
            with Warehouse.open(settings) as warehouse:
                register(warehouse, draft.site, actor="console")
            return {"saved": draft.site.name}
    return {}


def _keep(draft: Draft, folder: Path) -> None:
    save_draft(draft, folder)
    drafts.show(folder, view(draft))

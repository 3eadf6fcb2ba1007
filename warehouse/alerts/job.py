"""The nightly check: the doctor's findings to those who can do something about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warehouse.errors import ConfigError
from warehouse.jobs.job import Run
from warehouse.progress import Progress

if TYPE_CHECKING:
    from warehouse.house import Warehouse

_WAIT = 300.0
"""Seconds to wait for another check that is sending."""


def check(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, Any]:
    """Run the doctor and send alerts.

    Raises:
        ConfigError: a channel failed; the others were told, and it is tried again at the next check.
    """
    from warehouse.alerts.sending import tell
    from warehouse.alerts.settings import alert_settings
    from warehouse.doctor import examine
    from warehouse.exclusive import exclusive

    settings = alert_settings(warehouse.settings)
    progress("examining", 0, None)
    with exclusive(warehouse.settings, "alerts", wait=_WAIT) as held:
        if not held:
            raise ConfigError("another check is still sending alerts; this one was not made")
        findings = examine(warehouse)
        progress("telling", 0, len(settings.channels))
        told = tell(warehouse, settings, findings, key=run.run_id)
    if problems := [one.problem for one in told if one.problem is not None]:
        raise ConfigError("; ".join(problems))
    return {
        **{severity: sum(f.severity == severity for f in findings) for severity in ("error", "warning", "note")},
        "told": [f"{one.channel.role} by {one.channel.kind}" for one in told if one.sent],
    }

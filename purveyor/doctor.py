"""`purveyor doctor`: what is stale, missing, misconfigured or too big, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from purveyor.common import Json, emit, open_warehouse

if TYPE_CHECKING:
    from warehouse.doctor.findings import Finding

_SHOWN_PARTS = 5
"""The largest files and folders of the home folder."""


def doctor(as_json: Json = False) -> None:
    """Say what is stale, missing, misconfigured or too big, who can do something about it, and what.

    The exit code is 0 where there is no error (warnings and notes there may be), and 1 where there is one.

    Example: purveyor doctor
    """
    from warehouse.doctor.findings import SEVERITIES

    findings, sizes = _examine()
    counts: dict[str, int] = {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}
    payload = {"findings": [asdict(finding) for finding in findings], **counts, "bytes": sizes}
    emit(payload, as_json, "\n".join([*_lines(findings), *_taken(sizes)]))
    if counts["error"]:
        raise typer.Exit(1)


def _examine() -> tuple[list[Finding], dict[str, int]]:
    """What is found, and what each part of the home folder takes."""
    from purveyor.all_jobs import JOBS
    from warehouse.doctor import examine, unusable
    from warehouse.doctor.disk import home_sizes
    from warehouse.errors import PurveyorError

    try:
        with open_warehouse() as warehouse:
            return examine(warehouse, JOBS), home_sizes(warehouse.settings.home)
    except PurveyorError as error:  # a shop file or records that keep everything from being opened
        return [unusable(error)], {}


def _lines(findings: Sequence[Finding]) -> list[str]:
    lines = [] if findings else ["all is well"]
    for finding in findings:
        lines += [f"{finding.severity:<8} {finding.text}", f"{'':<8} {finding.role}: {finding.remedy}"]
    return lines


def _taken(sizes: Mapping[str, int]) -> list[str]:
    from warehouse.doctor.findings import size

    if not sizes:
        return []
    parts = ", ".join(f"{name} {size(taken)}" for name, taken in list(sizes.items())[:_SHOWN_PARTS])
    return [f"the home folder takes {size(sum(sizes.values()))}: {parts}"]

"""How far each schedule is dealt with, and which jobs a person has paused. Functions over a running transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from warehouse.records.locks import hold
from warehouse.records.models import ScheduleState


def known_since(tx: Session, job: str, rules: Mapping[str, str], *, now: datetime) -> dict[str, datetime]:
    """By subject of a job, the moment up to which the times of its rule in `rules` are past.

    That is `now` for a subject that was not known before, and for one whose rule was changed: a new schedule is for
    what is to come.
    """
    hold(tx, "schedules")  # or two schedulers would both insert the rows
    states = _states(tx, job)
    for subject, rule in rules.items():
        state = states.get(subject)
        if state is None:
            states[subject] = ScheduleState(job=job, subject=subject, rule=rule, known_since=now, paused=False)
            tx.add(states[subject])
        elif state.rule != rule:
            state.rule, state.known_since = rule, now
    return {subject: states[subject].known_since for subject in rules}


def dealt_with(tx: Session, job: str, until: Mapping[str, datetime]) -> None:
    """By subject of a job, the moment up to which all times are past now; it never moves back."""
    for subject, state in _states(tx, job).items():
        if subject in until:
            state.known_since = max(state.known_since, until[subject])


def set_paused(tx: Session, job: str, paused: bool, *, now: datetime) -> None:
    """Pause a job's schedule, or resume it; what fell into the pause is past."""
    hold(tx, "schedules")
    states = _states(tx, job)
    if "" not in states:
        states[""] = ScheduleState(job=job, subject="", rule="", known_since=now, paused=paused)
        tx.add(states[""])
    states[""].paused = paused
    if not paused:
        for state in states.values():
            state.known_since = max(state.known_since, now)


def paused_jobs(tx: Session) -> frozenset[str]:
    """The names of the jobs whose schedule is paused."""
    return frozenset(tx.scalars(select(ScheduleState.job).where(ScheduleState.paused)))


def _states(tx: Session, job: str) -> dict[str, ScheduleState]:
    return {state.subject: state for state in tx.scalars(select(ScheduleState).where(ScheduleState.job == job))}

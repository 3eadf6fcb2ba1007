"""Which findings a role was told of on a channel. Functions over a running transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from warehouse.records.models import AlertState


def alert_states(tx: Session, role: str, channel: str) -> dict[str, AlertState]:
    """What is open, by finding."""
    chosen = select(AlertState).where(AlertState.role == role, AlertState.channel == channel)
    return {state.finding: state for state in tx.scalars(chosen.order_by(AlertState.finding))}


def open_alerts(tx: Session, role: str, channel: str, findings: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
    """Note findings as raised; those known keep when they were raised and told, and take their newest detail."""
    known = alert_states(tx, role, channel)
    for finding, detail in findings.items():
        if finding in known:
            known[finding].detail = dict(detail)
        else:
            tx.add(
                AlertState(finding=finding, role=role, channel=channel, detail=dict(detail), raised_at=at, sent_at=None)
            )
    tx.flush()


def settle_alerts(
    tx: Session, role: str, channel: str, *, sent: Collection[str], gone: Collection[str], at: datetime
) -> None:
    """Note that findings were told, and forget those that are gone."""
    for finding, state in alert_states(tx, role, channel).items():
        if finding in sent:
            state.sent_at = at
        elif finding in gone:
            tx.delete(state)


def forget_channels(tx: Session, *, keep: Collection[tuple[str, str]]) -> None:
    """Forget what was told on channels (role, channel) that are no more."""
    for state in tx.scalars(select(AlertState)):
        if (state.role, state.channel) not in keep:
            tx.delete(state)

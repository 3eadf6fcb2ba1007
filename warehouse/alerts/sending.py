"""Each role told once of a finding, reminded weekly, and told when it is gone; nothing sent while there is no news.

What was told is in the records, per role and channel, and is written after the channel took the message. So a channel
that fails is told the next time, and a process killed in between sends the same message, under the same key, again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from warehouse.alerts.mail import send_mail
from warehouse.alerts.message import Message
from warehouse.alerts.settings import AlertSettings, Channel, MailChannel
from warehouse.alerts.webhook import send_webhook
from warehouse.doctor.findings import Finding
from warehouse.errors import PurveyorError
from warehouse.house import Warehouse
from warehouse.records import AlertState
from warehouse.records.alerts import alert_states, forget_channels, open_alerts, settle_alerts

REMIND = timedelta(days=7) - timedelta(hours=1)
"""A week, less what a daily run may be early."""

Send = Callable[[Channel, Message], None]


@dataclass(frozen=True)
class Told:
    """What became of one channel: whether a message was sent, or why it could not be."""

    channel: Channel
    sent: bool
    problem: str | None = None


def send(channel: Channel, message: Message) -> None:
    """Send a message on a channel; PurveyorError says why it cannot be."""
    if isinstance(channel, MailChannel):
        send_mail(channel, message)
    else:
        send_webhook(channel, message)


def tell(
    warehouse: Warehouse, settings: AlertSettings, findings: Sequence[Finding], *, key: str, send: Send = send
) -> list[Told]:
    """Tell every channel its news of `findings` (errors and warnings; notes are for those who ask).

    A channel that fails does not keep the others from being told.
    """
    alarming = [finding for finding in findings if finding.severity != "note"]
    with warehouse.records.transaction() as records:
        forget_channels(records, keep={(channel.role, channel.kind) for channel in settings.channels})
    told = []
    for channel in settings.channels:
        theirs = {identity(f): f for f in alarming if channel in settings.of_role(f.role)}
        told.append(_tell_one(warehouse, channel, theirs, key, send))
    return told


def identity(finding: Finding) -> str:
    """What makes it the same finding the next day, whatever its figures."""
    return f"{finding.code} {finding.subject}".rstrip()


def shop_name(warehouse: Warehouse) -> str:
    """What the house is called in messages: its folder."""
    file = warehouse.settings.shop_file
    return file.parent.name if file is not None else warehouse.settings.home.name


def _tell_one(warehouse: Warehouse, channel: Channel, theirs: Mapping[str, Finding], key: str, send: Send) -> Told:
    now = warehouse.clock()
    with warehouse.records.transaction() as records:
        open_alerts(records, channel.role, channel.kind, {name: asdict(f) for name, f in theirs.items()}, now)
        states = alert_states(records, channel.role, channel.kind)
    new = [name for name, state in states.items() if name in theirs and state.sent_at is None]
    still = [name for name, state in states.items() if name in theirs and _due(state, now - REMIND)]
    gone = [name for name in states if name not in theirs]
    cleared = [name for name in gone if states[name].sent_at is not None]
    message = Message(
        key=key,
        shop=shop_name(warehouse),
        role=channel.role,
        at=now,
        new=[theirs[name] for name in new],
        still=[theirs[name] for name in still],
        cleared=[Finding(**states[name].detail) for name in cleared],
        others=len(theirs) - len(new) - len(still),
    )
    news = bool(new or still or cleared)
    if news:
        try:
            send(channel, message)
        except PurveyorError as error:
            return Told(channel, False, str(error))
    with warehouse.records.transaction() as records:
        settle_alerts(records, channel.role, channel.kind, sent=[*new, *still], gone=gone, at=now)
    return Told(channel, news)


def _due(state: AlertState, before: datetime) -> bool:
    return state.sent_at is not None and state.sent_at <= before

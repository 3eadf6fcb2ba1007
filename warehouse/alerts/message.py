"""What a role is told at one time, as a subject and plain text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from warehouse.doctor.findings import SEVERITIES, Finding

_LONGEST_SUBJECT = 160


@dataclass(frozen=True)
class Message:
    """New findings, those to be reminded of, and those that are gone. `others` are open and told before.

    `key` is the same for the same message sent twice. `said` stands for the findings in a message that tests a channel.
    """

    key: str
    shop: str
    role: str
    at: datetime
    new: Sequence[Finding] = ()
    still: Sequence[Finding] = ()
    cleared: Sequence[Finding] = ()
    others: int = 0
    said: str | None = None

    @property
    def subject(self) -> str:
        """How many findings, and the worst of them."""
        return _one_line(f"Purveyor {self.shop}: {self._gist()}")[:_LONGEST_SUBJECT]

    @property
    def text(self) -> str:
        """All of it, in lines."""
        parts = [self.said] if self.said else []
        parts += _part("New", self.new, remedy=True)
        parts += _part("Still open", self.still, remedy=True)
        parts += _part("No longer found", self.cleared, remedy=False)
        if self.others:
            parts.append(f"{self.others} more told before and still open: see purveyor doctor.")
        return "\n\n".join(parts) + "\n"

    def payload(self) -> Mapping[str, Any]:
        """For a webhook: `text` for what shows it to people, the rest for what acts on it."""
        return {
            "text": _for_chat(f"{self.subject}\n\n{self.text}"),
            "key": self.key,
            "shop": self.shop,
            "role": self.role,
            "at": self.at.isoformat(),
            "new": [asdict(finding) for finding in self.new],
            "still_open": [asdict(finding) for finding in self.still],
            "cleared": [asdict(finding) for finding in self.cleared],
        }

    def _gist(self) -> str:
        if self.said:
            return self.said
        told = sorted((*self.new, *self.still), key=lambda finding: SEVERITIES.index(finding.severity))
        if not told:
            return f"{len(self.cleared)} solved: {self.cleared[0].text}"
        counts = [(severity, sum(f.severity == severity for f in told)) for severity in SEVERITIES]
        return f"{', '.join(_count(n, severity) for severity, n in counts if n)}: {told[0].text}"


def _part(title: str, findings: Sequence[Finding], *, remedy: bool) -> list[str]:
    if not findings:
        return []
    lines = [f"{title}:"]
    for finding in sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)):
        lines.append(f"\n{finding.severity.upper()}: {_one_line(finding.text)}")
        if remedy:
            lines.append(f"  -> {_one_line(finding.remedy)}")
    return ["\n".join(lines)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("s" if number > 1 else "")


def _one_line(text: str) -> str:
    """`text` without line breaks and other characters that steer a terminal or a mail."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _for_chat(text: str) -> str:
    """With what chats read as markup or mentions (<!channel>) written as text, as Slack asks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

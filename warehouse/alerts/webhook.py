"""A message as JSON to a web address: a chat's incoming webhook, or a program of the shop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from warehouse.alerts.message import Message
from warehouse.alerts.settings import WebhookChannel
from warehouse.errors import ConfigError

if TYPE_CHECKING:
    import httpx

_SECONDS = 10.0
_PAUSES = (1.0, 3.0)
"""Before the second and the third attempt, which is the last."""

_PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Answers that another attempt may change."""


def send_webhook(channel: WebhookChannel, message: Message, *, pauses: tuple[float, ...] = _PAUSES) -> None:
    """POST the message; ConfigError names the host and what went wrong, never the address, which may be a secret."""
    import httpx

    url = httpx.URL(channel.address())
    # A redirect would hand the message to somebody else.
    with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client:
        problem = _attempt(client, url, message)
        for pause in pauses:
            if problem is None or not problem[1]:
                break
            time.sleep(pause)
            problem = _attempt(client, url, message)
    if problem is not None:
        raise ConfigError(f"webhook of {channel.role} at {url.host}: {problem[0]}; correct alerts: in purveyor.yaml")


def _attempt(client: httpx.Client, url: httpx.URL, message: Message) -> tuple[str, bool] | None:
    """None where it was taken, else what went wrong and whether it may pass."""
    import httpx

    try:
        # The answer's body is of no use, and could be of any size: it is not read.
        with client.stream("POST", url, json=message.payload()) as answer:
            if answer.is_success:
                return None
            return f"answered {answer.status_code}", answer.status_code in _PASSING
    except httpx.TimeoutException:
        return f"gave no answer within {_SECONDS:.0f} s", True
    except httpx.HTTPError as error:
        return f"cannot be reached ({type(error).__name__})", True

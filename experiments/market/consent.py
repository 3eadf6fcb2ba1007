"""What customers allow: given or refused at registration, withdrawn and given again, ended by an unsubscription."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.market.columns import Bools, Column, Ints, instants, lake_table, picked

UNENDING = np.iinfo(np.int64).max
SECOND = 1_000_000
WITHDRAWN, RETURNED = 0.15, 0.2
"""Shares of those who said yes that withdraw before the end, and of these that come back."""

SOURCES = ("checkout", "preference page", "unsubscribe link")


@dataclass
class Consent:
    """Consent of every customer to one channel; moments are microseconds since 1970, `UNENDING` for never.

    `asked` says who has answered at all, at `given_at`, and `granted` what; later turns are `withdrawn_at` and
    `back_at`; `unsubscribed_at` ends it for good and grows while mail is sent.
    """

    channel: str
    asked: Bools
    given_at: Ints
    granted: Bools
    withdrawn_at: Ints
    back_at: Ints
    unsubscribed_at: Ints

    def holds(self, moment: Ints | int) -> Bools:
        """Whether each customer may be written to at the moment."""
        kept = (moment < self.withdrawn_at) | (moment >= self.back_at)
        return self.granted & (self.given_at <= moment) & kept & (moment < self.unsubscribed_at)


def ask(channel: str, share: float, registered_at: Ints, end: int, rng: np.random.Generator) -> Consent:
    """Nine in ten are asked and `share` of all say yes; some withdraw before `end`, a few of these come back."""
    n = len(registered_at)
    asked = rng.random(n) < 0.9
    granted = asked & (rng.random(n) < share / 0.9)
    withdrawn = registered_at + ((end - registered_at) * rng.random(n)).astype(np.int64) // SECOND * SECOND
    withdraws = granted & (rng.random(n) < WITHDRAWN) & (withdrawn > registered_at)
    back = withdrawn + ((end - withdrawn) * rng.random(n)).astype(np.int64) // SECOND * SECOND
    returns = withdraws & (rng.random(n) < RETURNED) & (back > withdrawn)
    return Consent(
        channel,
        asked,
        registered_at,
        granted,
        np.where(withdraws, withdrawn, UNENDING),
        np.where(returns, back, UNENDING),
        np.full(n, UNENDING),
    )


def consents(ids: Column, channels: tuple[Consent, ...]) -> pa.Table:
    """The history of all channels, by customer, channel and time."""
    n, no = len(ids), np.zeros(len(ids), dtype=bool)
    turns: list[tuple[int, Bools, Ints, Bools, int]] = []
    for place, c in enumerate(channels):
        turns += [
            (place, c.asked, c.given_at, c.granted, 0),
            (place, c.withdrawn_at < c.unsubscribed_at, c.withdrawn_at, no, 1),
            (place, c.back_at < c.unsubscribed_at, c.back_at, ~no, 1),
            (place, c.unsubscribed_at < UNENDING, c.unsubscribed_at, no, 2),
        ]
    happens = np.concatenate([turned for _, turned, *_ in turns])
    who = np.tile(np.arange(n), len(turns))[happens]
    channel = np.repeat([place for place, *_ in turns], n)[happens]
    at = np.concatenate([moments for _, _, moments, _, _ in turns])[happens]
    granted = np.concatenate([yes for _, _, _, yes, _ in turns])[happens]
    source = np.repeat([place for *_, place in turns], n)[happens]
    order = np.lexsort((at, channel, who))
    return lake_table(
        "consents",
        {
            "customer_id": ids.take(pa.array(who[order])),
            "channel": picked([c.channel for c in channels], channel[order]),
            "at": instants(at[order]),
            "granted": pa.array(granted[order]),
            "source": picked(SOURCES, source[order]),
        },
    )

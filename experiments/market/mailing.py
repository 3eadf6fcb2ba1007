"""Newsletters and the mailing: who is written to, who opens, clicks and unsubscribes, and how they tire of it.

A newsletter goes out every week of the last `WEEKS` weeks. Half of the customers, drawn at random, get each of them,
the others every second one; this recorded chance is what tells fatigue from taste. A mail that has arrived is opened
with chance

    opens_i * exp(-FATIGUE * mails of the last 28 days) * (GONE if the customer has left)

then clicked with chance clicks_i, and it makes the customer unsubscribe with chance
UNSUBSCRIBE * exp(UNSUBSCRIBE_FATIGUE * mails of the last 28 days). Nobody is written to who does not allow it at that
moment. Newsletters do not change what is bought; the mailing does (see `trial.Mailing`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.market.columns import Column, Floats, Ints, generator, instants, lake_schema, lake_table, picked, same
from experiments.market.consent import UNENDING, Consent, ask, consents
from experiments.market.days import Days
from experiments.market.people import People
from experiments.market.stores import Store
from experiments.market.trial import Exposed, Mailing, send, sending_day

WEEKS = 13
FATIGUE, GONE = 0.12, 0.3
UNSUBSCRIBE, UNSUBSCRIBE_FATIGUE = 0.001, 0.35
BOUNCED = 0.015
EMAIL_SHARE, ADS_SHARE = 0.72, 0.45
SECOND, HOUR = 1_000_000, 3_600_000_000
RHYTHMS = ("weekly", "fortnightly")


@dataclass(frozen=True)
class Mail:
    """What a store's mail left behind; `exposed` are those whom the mailing would reach, holdout included."""

    consents: pa.Table
    sent: pa.Table
    events: pa.Table
    exposed: Exposed


def run(people: People, store: Store, mailing: Mailing, seed: int, days: Days) -> Mail:
    """Send every newsletter and the mailing, in the order of time."""
    rng = generator(seed, f"mail {store.store_id}")
    registered_at = days.at(people.registered, people.registered_part)
    end = int(days.at(np.array([len(days)]))[0])
    email = ask("email", EMAIL_SHARE, registered_at, end, rng)
    ads = ask("ads", ADS_SHARE, registered_at, end, rng)
    fortnightly = rng.random(len(people)) < 0.5
    post = _Post(people, store, email, end, rng)
    exposed = None
    mailed_on = sending_day(mailing, days)
    newsletters = [day for week in range(WEEKS) if (day := len(days) - 4 - 7 * week) >= 0]
    for day in sorted({*newsletters, mailed_on}):
        fraction = rng.uniform(9 / 24, 10 / 24, len(people))
        moment = days.at(np.full(len(people), day), fraction)
        if day == mailed_on:
            exposed = send(mailing, people, email.holds(moment), fraction, days)
            who = exposed.who[exposed.treated]
            variant = exposed.table["variant"].combine_chunks().filter(pa.array(exposed.treated))
            post.send(mailing.key, day, who, moment[who], variant)
        else:
            even = (len(days) - day) // 7 % 2 == 0
            who = np.flatnonzero(email.holds(moment) & (even | ~fortnightly))
            name = f"newsletter-{days.dates[day]}"
            post.send(name, day, who, moment[who], picked(RHYTHMS, fortnightly[who]))
    assert exposed is not None  # the mailing's day is one of the days
    return Mail(consents(people.ids, (email, ads)), *post.tables(), exposed)


class _Post:
    """Mail sent so far, and the customers' answers to it."""

    def __init__(self, people: People, store: Store, email: Consent, end: int, rng: np.random.Generator) -> None:
        self._people, self._store, self._email, self._end, self._rng = people, store, email, end, rng
        self._earlier: list[tuple[int, Ints]] = []
        self._sent = [lake_schema("sent_messages").empty_table()]
        self._events = [lake_schema("events").empty_table()]

    def tables(self) -> tuple[pa.Table, pa.Table]:
        """sent_messages and events."""
        return pa.concat_tables(self._sent), pa.concat_tables(self._events)

    def send(self, campaign: str, day: int, who: Ints, at: Ints, variant: Column) -> None:
        """Send to the customers `who` at the moments `at`."""
        rng, people = self._rng, self._people
        load = self._load(day)[who]
        self._earlier.append((day, who))
        arrived = rng.random(len(who)) >= BOUNCED
        ids = people.ids.take(pa.array(who))
        message = pc.binary_join_element_wise(pa.scalar(campaign), ids, "-")
        columns = {
            "message_id": message,
            "customer_id": ids,
            "channel": same("email", len(who)),
            "campaign": same(campaign, len(who)),
            "variant": variant,
            "sent_at": instants(at),
            "outcome": picked(("bounced", "delivered"), arrived),
        }
        self._sent.append(lake_table("sent_messages", columns))
        gone = np.where(people.left[who] <= day, GONE, 1.0)
        opened = arrived & (rng.random(len(who)) < people.opens[who] * np.exp(-FATIGUE * load) * gone)
        clicked = opened & (rng.random(len(who)) < people.clicks[who])
        opened_at = at + _seconds(rng.exponential(5 * HOUR, len(who)))
        ended_at = at + _seconds(rng.exponential(8 * HOUR, len(who)))
        ends = arrived & (rng.random(len(who)) < UNSUBSCRIBE * np.exp(UNSUBSCRIBE_FATIGUE * load))
        ends &= ended_at < self._end
        moments = np.full(len(people), UNENDING)
        moments[who[ends]] = ended_at[ends]
        # Who withdrew otherwise in the meantime has nothing left to end.
        ends &= self._email.holds(np.minimum(moments, self._end))[who]
        self._email.unsubscribed_at[who[ends]] = ended_at[ends]
        for kind, mine, moment in (
            ("open", opened, opened_at),
            ("click", clicked, opened_at + _seconds(rng.uniform(5, 120, len(who)) * SECOND)),
            ("unsubscribe", ends, ended_at),
        ):
            chosen = np.flatnonzero(mine & (moment < self._end))
            self._answer(kind, campaign, message.take(pa.array(chosen)), ids.take(pa.array(chosen)), moment[chosen])

    def _load(self, day: int) -> Floats:
        """Mails sent to each customer in the 28 days before."""
        load = np.zeros(len(self._people))
        for earlier, who in self._earlier:
            if day - earlier <= 28:
                load[who] += 1
        return load

    def _answer(self, kind: str, campaign: str, message: Column, ids: Column, moment: Ints) -> None:
        columns = {
            "event_id": pc.binary_join_element_wise(message, pa.scalar(kind), "-"),
            "event_type": same(kind, len(ids)),
            "occurred_at": instants(moment),
            "received_at": instants(moment + self._rng.integers(50, 3000, len(ids)) * 1000),
            "customer_id": ids,
            "store_id": same(self._store.store_id, len(ids)),
            "campaign": same(campaign, len(ids)),
            "properties": pc.binary_join_element_wise(pa.scalar('{"message_id": "'), message, pa.scalar('"}'), ""),
        }
        self._events.append(lake_table("events", columns))


def _seconds(micros: Floats) -> Ints:
    return (micros.astype(np.int64) // SECOND + 1) * SECOND

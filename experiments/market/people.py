"""The customers: who they are, what they like, how often they buy, when they leave, and what they consented to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.market.columns import Floats, Ints, generator, instants, lake_table, numbered, picked
from experiments.market.days import BEFORE, Days
from experiments.market.vocabulary import SHELVES
from warehouse.tables import DAY

LIFETIME = 700.0
"""Mean days until a customer leaves for good."""

FIRST_NAMES = (
    "Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Katrin", "Léa", "Maëlle",
    "Nils", "Oisín", "Paula", "Quentin", "Rosa", "Søren", "Tariq", "Ute", "Viktor", "Yara", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Adler", "Bernard", "Conrad", "Dubois", "Ebert", "Fournier", "Groß", "Hartmann", "Ivanov", "Jäger", "Kowalski",
    "Lefèvre", "Müller", "Nguyen", "O'Brien", "Peters", "Quast", "Richter", "Schulz", "Thomas", "Ulrich", "Vogel",
    "Winter", "Yilmaz", "Zimmermann",
)  # fmt: skip
COUNTRIES = ("DE", "FR", "IE")
COUNTRY_SHARES = (0.75, 0.15, 0.10)
LANGUAGES = ("de", "fr", "en")
TIMEZONES = ("Europe/Berlin", "Europe/Paris", "Europe/Dublin")
CITIES = (
    (("Berlin", "10115"), ("Hamburg", "20095"), ("München", "80331"), ("Köln", "50667"), ("Leipzig", "04109")),
    (("Paris", "75001"), ("Lyon", "69001"), ("Nantes", "44000"), ("Lille", "59000"), ("Nice", "06000")),
    (("Bray", "A98 X0Y1"), ("Cork", "T12 W8KP"), ("Galway", "H91 E9PR"), ("Ennis", "V95 X2KP"), ("Sligo", "F91 A0XY")),
)  # fmt: skip
PHONES = (("+4930", "030 ", "23125", 3), ("+336", "06 ", "3998", 4), ("+35320", "020 ", "91", 5))
"""Ranges kept for fiction by Bundesnetzagentur, ARCEP and ComReg: start abroad, start at home, stem, further digits."""


@dataclass(frozen=True)
class People:
    """The customers, one entry each.

    `registered` is the day the account was made (negative: before the first day), `left` the first day on which they
    no longer buy, `rate` how often they buy beside the average (mean 1), `tastes` the share of each shelf in what they
    buy at an average shop, shape (customers, shelves).
    """

    ids: pa.Array[pa.StringScalar]
    registered: Ints
    left: Ints
    rate: Floats
    tastes: Floats
    customers: pa.Table
    consents: pa.Table

    def active(self, day: int) -> Floats:
        """How much each customer buys on a day: `rate`, or 0 before registration and after leaving."""
        weight: Floats = self.rate * ((self.registered < day) & (day < self.left))
        return weight


def build(customers: int, seed: int, days: Days) -> People:
    """`customers` customers: most have an account from before the first day, the others register along the way."""
    rng = generator(seed, "people")
    before = rng.random(customers) < 0.65
    registered = np.where(before, -rng.integers(1, BEFORE, customers), rng.integers(0, len(days), customers))
    left = np.maximum(registered + 1, -60) + rng.exponential(LIFETIME, customers).astype(np.int64)
    tastes = rng.dirichlet(np.full(len(SHELVES), 0.12), customers) + 0.004  # a few shelves each, and a little of all
    registered_at = days.at(registered, rng.uniform(0.25, 0.98, customers))
    ids = numbered(np.arange(1, customers + 1), 6, "C")
    return People(
        ids=ids,
        registered=registered,
        left=left,
        rate=rng.gamma(1.2, 1 / 1.2, customers),
        tastes=tastes / tastes.sum(axis=1, keepdims=True),
        customers=_customers(ids, registered_at, rng),
        consents=_consents(ids, registered_at, int(days.at(np.array([len(days)]))[0]), rng),
    )


def _customers(ids: pa.Array[pa.StringScalar], registered_at: Ints, rng: np.random.Generator) -> pa.Table:
    n = len(ids)
    country = rng.choice(len(COUNTRIES), n, p=COUNTRY_SHARES)
    city = country * 5 + rng.integers(0, 5, n)
    first, last = rng.integers(0, len(FIRST_NAMES), n), rng.integers(0, len(LAST_NAMES), n)
    towns = [town for towns in CITIES for town in towns]
    born = np.datetime64("1948-01-01") + rng.integers(0, 365 * 58, n)
    return lake_table(
        "customers",
        {
            "customer_id": ids,
            "email": _emails(first, last, rng),
            "phone": _phones(country, rng),
            "first_name": picked(FIRST_NAMES, first),
            "last_name": picked(LAST_NAMES, last),
            "birth_date": pa.array(born, mask=rng.random(n) < 0.4).cast(DAY),
            "country": picked(COUNTRIES, country),
            "city": picked([name for name, _ in towns], city),
            "postal_code": picked([code for _, code in towns], city),
            "language": picked(LANGUAGES, country),
            "timezone": picked(TIMEZONES, country),
            "registered_at": instants(registered_at),
        },
    )


def _emails(first: NDArray[np.int64], last: NDArray[np.int64], rng: np.random.Generator) -> pa.Array[pa.StringScalar]:
    """Unique addresses at domains kept for examples (RFC 2606), some typed in capitals as people do."""
    n = len(first)
    plain = str.maketrans(
        {"ë": "e", "é": "e", "è": "e", "í": "i", "ø": "o", "ß": "ss", "ä": "ae", "ü": "ue", "'": None}
    )
    names = [[name.lower().translate(plain) for name in words] for words in (FIRST_NAMES, LAST_NAMES)]
    people = pc.binary_join_element_wise(picked(names[0], first), picked(names[1], last), ".")
    domains = picked(("example.com", "example.org", "example.net"), rng.integers(0, 3, n))
    addresses = pc.binary_join_element_wise(
        pc.binary_join_element_wise(people, numbered(np.arange(n), 1), ""), domains, "@"
    )
    return pc.if_else(pa.array(rng.random(n) < 0.05), pc.utf8_upper(addresses), addresses)


def _phones(country: NDArray[np.int64], rng: np.random.Generator) -> pa.Array[pa.StringScalar]:
    """E.164 mostly, some as written at home, a third unknown; two people may share a number."""
    numbers = rng.integers(0, 100_000, len(country))
    at_home = rng.random(len(country)) < 0.08
    known = rng.random(len(country)) < 0.67
    written = [
        f"{PHONES[c][home]}{PHONES[c][2]}{number % 10 ** PHONES[c][3]:0{PHONES[c][3]}d}"
        for c, number, home in zip(country.tolist(), numbers.tolist(), at_home.astype(int).tolist(), strict=True)
    ]
    return pa.array(written, mask=~known)


def _consents(ids: pa.Array[pa.StringScalar], registered_at: Ints, end: int, rng: np.random.Generator) -> pa.Table:
    """Given or refused at registration; some withdraw later, a few of these come back."""
    n = len(ids)
    parts: list[tuple[Ints, NDArray[np.int64], Ints, NDArray[np.bool_], NDArray[np.int64]]] = []
    for channel, share in enumerate((0.72, 0.45)):
        asked = np.flatnonzero(rng.random(n) < 0.9)
        granted = rng.random(len(asked)) < share / 0.9
        parts.append(
            (asked, np.full(len(asked), channel), registered_at[asked], granted, np.zeros(len(asked), np.int64))
        )
        leaving = asked[granted & (rng.random(len(asked)) < 0.15)]
        withdrawn_at = registered_at[leaving] + ((end - registered_at[leaving]) * rng.random(len(leaving))).astype(
            np.int64
        )
        back = np.flatnonzero(rng.random(len(leaving)) < 0.2)
        back_at = withdrawn_at[back] + ((end - withdrawn_at[back]) * rng.random(len(back))).astype(np.int64)
        for who, at, yes in ((leaving, withdrawn_at, False), (leaving[back], back_at, True)):
            k = len(who)
            parts.append((who, np.full(k, channel), at, np.full(k, yes), np.ones(k, np.int64)))
    who, channel_of, at, granted, source = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((at, channel_of, who))
    return lake_table(
        "consents",
        {
            "customer_id": ids.take(pa.array(who[order])),
            "channel": picked(("email", "ads"), channel_of[order]),
            "at": instants(at[order] // 1_000_000 * 1_000_000),
            "granted": pa.array(granted[order]),
            "source": picked(("checkout", "preference page"), source[order]),
        },
    )

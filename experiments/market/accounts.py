"""The customers' accounts: names and addresses, in which nothing about their buying can be read."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.market.columns import Column, generator, instants, lake_table, picked
from experiments.market.days import Days
from experiments.market.people import People
from experiments.market.stores import Store
from warehouse.tables import DAY

FIRST_NAMES = (
    "Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Katrin", "Léa", "Maëlle",
    "Nils", "Oisín", "Paula", "Quentin", "Rosa", "Søren", "Tariq", "Ute", "Viktor", "Yara", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Adler", "Bernard", "Conrad", "Dubois", "Ebert", "Fournier", "Groß", "Hartmann", "Ivanov", "Jäger", "Kowalski",
    "Lefèvre", "Müller", "Nguyen", "O'Brien", "Peters", "Quast", "Richter", "Schulz", "Thomas", "Ulrich", "Vogel",
    "Winter", "Yilmaz", "Zimmermann",
)  # fmt: skip
COUNTRIES = ("DE", "FR", "IE", "GB", "SE")
LANGUAGES = ("de", "fr", "en", "en", "sv")
TIMEZONES = ("Europe/Berlin", "Europe/Paris", "Europe/Dublin", "Europe/London", "Europe/Stockholm")
HOMES = {"main": (0.75, 0.15, 0.10, 0, 0), "uk": (0, 0, 0.05, 0.95, 0), "se": (0, 0, 0, 0, 1.0)}
"""Shares of the countries among a store's customers."""

CITIES = (
    (("Berlin", "10115"), ("Hamburg", "20095"), ("München", "80331"), ("Köln", "50667"), ("Leipzig", "04109")),
    (("Paris", "75001"), ("Lyon", "69001"), ("Nantes", "44000"), ("Lille", "59000"), ("Nice", "06000")),
    (("Bray", "A98 X0Y1"), ("Cork", "T12 W8KP"), ("Galway", "H91 E9PR"), ("Ennis", "V95 X2KP"), ("Sligo", "F91 A0XY")),
    (("London", "E1 6AN"), ("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Glasgow", "G1 1DN"), ("Bath", "BA1 1SU")),
    (("Stockholm", "111 20"), ("Göteborg", "411 03"), ("Malmö", "211 19"), ("Uppsala", "753 10"), ("Umeå", "903 26")),
)  # fmt: skip
PHONES = (
    ("+4930", "030 ", "23125", 3),
    ("+336", "06 ", "3998", 4),
    ("+35320", "020 ", "91", 5),
    ("+4420", "020 ", "79460", 3),
    ("+468", "08 ", "465004", 2),
)
"""Ranges kept for fiction by Bundesnetzagentur, ARCEP, ComReg, Ofcom and PTS: start abroad, start at home, stem,
further digits."""


def accounts(people: People, store: Store, seed: int, days: Days) -> pa.Table:
    """The accounts of a store's customers; `days` are the store's."""
    rng = generator(seed, f"accounts {store.store_id}")
    n = len(people)
    country = rng.choice(len(COUNTRIES), n, p=HOMES[store.store_id])
    city = country * 5 + rng.integers(0, 5, n)
    first, last = rng.integers(0, len(FIRST_NAMES), n), rng.integers(0, len(LAST_NAMES), n)
    towns = [town for towns in CITIES for town in towns]
    born = np.datetime64("1948-01-01") + rng.integers(0, 365 * 58, n)
    return lake_table(
        "customers",
        {
            "customer_id": people.ids,
            "email": _emails(people.ids, first, last, rng),
            "phone": _phones(country, rng),
            "first_name": picked(FIRST_NAMES, first),
            "last_name": picked(LAST_NAMES, last),
            "birth_date": pa.array(born, mask=rng.random(n) < 0.4).cast(DAY),
            "country": picked(COUNTRIES, country),
            "city": picked([name for name, _ in towns], city),
            "postal_code": picked([code for _, code in towns], city),
            "language": picked(LANGUAGES, country),
            "timezone": picked(TIMEZONES, country),
            "registered_at": instants(days.at(people.registered, people.registered_part)),
        },
    )


def _emails(ids: Column, first: NDArray[np.int64], last: NDArray[np.int64], rng: np.random.Generator) -> Column:
    """Unique addresses at domains kept for examples (RFC 2606), some typed in capitals as people do."""
    n = len(first)
    plain = str.maketrans(
        {"ë": "e", "é": "e", "è": "e", "í": "i", "ø": "o", "ß": "ss", "ä": "ae", "ü": "ue", "'": None}
    )
    names = [[name.lower().translate(plain) for name in words] for words in (FIRST_NAMES, LAST_NAMES)]
    people = pc.binary_join_element_wise(picked(names[0], first), picked(names[1], last), ".")
    domains = picked(("example.com", "example.org", "example.net"), rng.integers(0, 3, n))
    number = pc.utf8_ltrim(pc.utf8_slice_codeunits(ids, 1), "0")
    addresses = pc.binary_join_element_wise(pc.binary_join_element_wise(people, number, ""), domains, "@")
    return pc.if_else(pa.array(rng.random(n) < 0.05), pc.utf8_upper(addresses), addresses)


def _phones(country: NDArray[np.int64], rng: np.random.Generator) -> Column:
    """E.164 mostly, some as written at home, a third unknown; two people may share a number."""
    numbers = rng.integers(0, 100_000, len(country))
    at_home = rng.random(len(country)) < 0.08
    known = rng.random(len(country)) < 0.67
    written = [
        f"{PHONES[c][home]}{PHONES[c][2]}{number % 10 ** PHONES[c][3]:0{PHONES[c][3]}d}"
        for c, number, home in zip(country.tolist(), numbers.tolist(), at_home.astype(int).tolist(), strict=True)
    ]
    return pa.array(written, mask=~known)

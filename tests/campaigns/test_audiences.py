"""Audiences: who may be in the file, how they stand in it, and that nothing else does."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.audiences import Audience, e164, export_audience, google_email
from campaigns.segments import compute, read_segment
from tests.conftest import FixedClock
from warehouse.csv_file import write_csv
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.records.consents import record_consents


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        # The examples of Google's "Format user data".
        ("cloudy.sanfrancisco+shopping@gmail.com", "cloudysanfrancisco@gmail.com"),
        ("user.name+NYC@Example.com", "user.name+nyc@example.com"),
        (" A.B @GoogleMail.com\n", "ab@googlemail.com"),
        ("nobody", None),
        ("a@b", None),
        ("+x@gmail.com", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_as_google_wants_it(written: str | None, wanted: str | None) -> None:
    assert google_email(written) == wanted


@pytest.mark.parametrize(
    ("written", "country", "wanted"),
    [
        ("(800)555-0100", "US", "+18005550100"),  # Google's example
        ("020 7946 0018", "GB", "+442079460018"),
        ("+49 30 901820", None, "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("030 901820", None, None),  # of which country?
        ("030 901820", "nowhere", None),
        ("12", "DE", None),
        ("call me", "DE", None),
        (None, "DE", None),
    ],
)
def test_a_number_in_e164(written: str | None, country: str | None, wanted: str | None) -> None:
    assert e164(written, country) == wanted


@settings(deadline=None)
@given(st.text(), st.text(), st.text(max_size=3))
def test_no_text_breaks_them_and_none_is_changed_twice(email: str, phone: str, country: str) -> None:
    once = google_email(email)
    assert once is None or google_email(once) == once
    number = e164(phone, country)
    assert number is None or e164(number, None) == number


Customer = Callable[..., None]


@pytest.fixture
def exported(shop: Warehouse, tmp_path: Path) -> Callable[[], tuple[Audience, list[dict[str, str]]]]:
    """Exports the segment of everybody; gives the result and the file's rows."""
    definition = tmp_path / "all.yaml"
    definition.write_text("segment: everybody\nwhere:\n  orders: {at_least: 0}\n")
    output = tmp_path / "audience.csv"

    def export() -> tuple[Audience, list[dict[str, str]]]:
        compute(shop, read_segment(definition))
        made = export_audience(shop, "everybody", output=output)
        with output.open(newline="", encoding="utf-8") as file:
            return made, list(csv.DictReader(file))

    return export


@pytest.fixture
def consent(shop: Warehouse, clock: FixedClock) -> Callable[..., None]:
    """States consent to ads (or another channel) in the records."""

    def state(customer_id: str, granted: bool = True, channel: str = "ads") -> None:
        clock.forward(seconds=1)
        with shop.records.transaction() as tx:
            said: Any = {"customer_id": customer_id, "channel": channel, "granted": granted, "at": clock.now}
            record_consents(tx, [said], now=clock.now)

    return state


def test_only_who_consents_now_is_in_it_and_only_hashed(
    shop: Warehouse,
    exported: Callable[[], tuple[Audience, list[dict[str, str]]]],
    customer: Customer,
    consent: Callable[..., None],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(0)
    customer("both", email="Jane.Doe+x@Gmail.com", phone="030 901820", country="DE", first_name="Jane", city="Ulm")
    customer("mail", email="bob@example.com", phone="none")
    customer("phone", phone="+1 800 555 0100")
    customer("again", email="BOB@example.com ")
    customer("nothing", email="-", phone="-")
    customer("never asked", email="never@example.com")
    customer("withdrew", email="withdrew@example.com")
    customer("by mail only", email="mailonly@example.com")
    customer("erased", email="erased@example.com")
    for customer_id in ("both", "mail", "phone", "again", "nothing", "withdrew", "erased", "not a customer"):
        consent(customer_id)
    consent("withdrew", False)
    consent("by mail only", True, "email")
    shop.erase("erased")

    made, rows = exported()
    assert rows == sorted(
        (
            {"Email": sha256("janedoe@gmail.com"), "Phone": sha256("+4930901820")},
            {"Email": sha256("bob@example.com"), "Phone": ""},
            {"Email": "", "Phone": sha256("+18005550100")},
        ),
        key=lambda row: (row["Email"], row["Phone"]),
    )
    assert (made.members, made.exported) == (8, 3)
    assert made.left_out == {"no_consent": 3, "no_identifier": 1, "same_person": 1}
    written = (tmp_path / "audience.csv").read_text().lower()
    said = caplog.text.lower() + "".join(capfd.readouterr()).lower()
    for personal in ("jane", "bob", "example", "gmail", "901820", "5550100", "ulm", "both"):
        assert personal not in written
        assert personal not in said


def test_a_withdrawal_or_erasure_takes_effect_at_the_next_export(
    shop: Warehouse,
    exported: Callable[[], tuple[Audience, list[dict[str, str]]]],
    customer: Customer,
    consent: Callable[..., None],
) -> None:
    for name in ("ann", "ben"):
        customer(name, email=f"{name}@example.com")
        consent(name)
    assert exported()[0].exported == 2
    consent("ann", False)
    assert exported()[1] == [{"Email": sha256("ben@example.com"), "Phone": ""}]
    shop.erase("ben")
    made, rows = exported()
    assert (made.members, rows) == (1, [])


def test_what_cannot_be_exported_is_refused(shop: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no segment 'vip'; known: none yet"):
        export_audience(shop, "vip", output=tmp_path / "a.csv")
    with pytest.raises(InputError, match="platform 'myspace' is not known; choose from: google-ads"):
        export_audience(shop, "vip", platform="myspace", output=tmp_path / "a.csv")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("before")

    def failing() -> Iterator[list[str]]:
        yield ["a"]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_csv(target, ["x"], failing())
    assert (target.read_text(), list(tmp_path.iterdir())) == ("before", [target])
    with pytest.raises(InputError, match="name a file in an existing folder"):
        write_csv(tmp_path / "no" / "out.csv", ["x"], [])


def test_a_spreadsheet_runs_nothing_of_it(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    write_csv(target, ["id", "n"], [["=cmd()", -1], ["+1", None], ['a"b,\n', 2], ["007", 1.5]])
    with target.open(newline="") as file:
        assert list(csv.reader(file)) == [["id", "n"], ["'=cmd()", "-1"], ["'+1", ""], ['a"b,\n', "2"], ["007", "1.5"]]
    assert target.stat().st_mode & 0o077 == 0

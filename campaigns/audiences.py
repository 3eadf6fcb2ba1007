"""An audience: a segment written as a file for an ad platform, with consent applied and nothing in it in the clear.

Google Ads Customer Match. The columns `Email` and `Phone` and their SHA-256 in hexadecimal are those of "Format your
customer data file" (support.google.com/google-ads/answer/7659867); the normalisation before hashing is that of "Format
user data" (developers.google.com/data-manager/api/devguides/concepts/formatting). Google can also match names with
country and postal code, but takes those last two only in the clear, so we leave them out.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import pyarrow as pa

from campaigns.segments.members import compute, saved_segment
from warehouse.csv_file import write_csv
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.records.consents import customers_with_consent
from warehouse.tables import BOOLEAN, STRING

PLATFORMS = ("google-ads",)
"""The ad platforms an audience can be written for."""

Cause = Literal["no_consent", "no_identifier", "same_person"]
CAUSES: tuple[Cause, ...] = get_args(Cause)

_ID = pa.schema([("customer_id", STRING)])

CONTACTS = Question.read(
    __name__,
    "contacts.sql",
    result=pa.schema(
        [("customer_id", STRING), ("consents", BOOLEAN), ("email", STRING), ("phone", STRING), ("country", STRING)]
    ),
    key=("customer_id",),
    inputs={"members": _ID, "consented": _ID},
)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_GMAIL = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Audience:
    """What was exported: of `members` customers, `exported` rows went into the file, the rest were left out by cause.

    `no_consent`: no consent to ads in the records now; `no_identifier`: neither a usable e-mail address nor phone
    number; `same_person`: another member has the same ones.
    """

    segment: str
    version: str
    platform: str
    members: int
    exported: int
    left_out: dict[Cause, int]
    output: Path


def export_audience(
    warehouse: Warehouse, segment: str, *, output: Path, platform: str = "google-ads", engine: str | None = None
) -> Audience:
    """Compute a saved segment afresh and write those of its members who consent to ads.

    Consent is the records' current state, read at this moment; an erased customer has none.

    Raises:
        NotFound: no such segment.
        InputError: an unknown platform, or `output` cannot be written.
    """
    if platform not in PLATFORMS:
        raise InputError(f"platform {platform!r} is not known; choose from: {', '.join(PLATFORMS)}")
    members = compute(warehouse, saved_segment(warehouse, segment), engine=engine)
    with warehouse.records.reading() as tx:
        consented = pa.table([pa.array(customers_with_consent(tx, "ads"), STRING)], schema=_ID)
    inputs = {"members": members.rows.select(["customer_id"]), "consented": consented}
    with warehouse.session(engine=engine) as session:
        contacts = session.ask(CONTACTS, inputs=inputs).to_pylist()
    left_out: Counter[Cause] = Counter()
    rows: set[tuple[str, str]] = set()
    for contact in contacts:
        if not contact["consents"]:
            left_out["no_consent"] += 1
            continue
        row = (_hashed(google_email(contact["email"])), _hashed(e164(contact["phone"], contact["country"])))
        if not any(row):
            left_out["no_identifier"] += 1
        elif row in rows:
            left_out["same_person"] += 1
        else:
            rows.add(row)
    # In the order of the hashes, which says nothing of who is who.
    write_csv(output, ("Email", "Phone"), sorted(rows))
    counts = {cause: left_out[cause] for cause in CAUSES}
    return Audience(segment, members.version, platform, len(contacts), len(rows), counts, output)


def google_email(written: str | None) -> str | None:
    """An e-mail address as Google wants it before hashing; None where it is none.

    Lower case without any whitespace; of Gmail's addresses also without dots and without what follows a plus sign.
    """
    address = "".join((written or "").split()).lower()
    if not _EMAIL.fullmatch(address):
        return None
    name, _, domain = address.partition("@")
    if domain in _GMAIL:
        name = name.partition("+")[0].replace(".", "")
    return f"{name}@{domain}" if name else None


def e164(written: str | None, country: str | None) -> str | None:
    """A phone number in E.164 form (+18005550100); None where it is none.

    `country`, an ISO 3166 code, says how to read a number without a country calling code.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(written or "", country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _hashed(value: str | None) -> str:
    return hashlib.sha256(value.encode()).hexdigest() if value else ""

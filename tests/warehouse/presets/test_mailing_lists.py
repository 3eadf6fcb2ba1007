"""Profiles of Klaviyo and contacts of Mailchimp, with what they agreed to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file
from warehouse.records.consents import customers_with_consent

Take = Callable[..., ImportResult]
Ask = Callable[[str], list[dict[str, Any]]]
Write = Callable[..., Path]


def granted(shop: Warehouse) -> list[str]:
    with shop.records.reading() as records:
        return customers_with_consent(records, "email")


def known_customer(shop: Warehouse, csv_file: Write) -> None:
    people = [{"customer_id": "77", "email": "Ada@example.com", "first_name": "Ada", "phone": "+49170"}]
    import_file(shop, "customers", csv_file(people, "customers.csv"))


def test_klaviyo_profiles(shop: Warehouse, take: Take, ask: Ask, csv_file: Write) -> None:
    known_customer(shop, csv_file)
    since = "Email Marketing Consent Timestamp"
    profile = {"Email": "ada@example.com", "Klaviyo ID": "01A", "First Name": "Other", "Country": "Germany"}
    rows = [
        {**profile, "Email Marketing Consent": "SUBSCRIBED", since: "2026-01-05 10:00:00", "Email Suppressions": "[]"},
        {**profile, "Email": "b@x.de", "First Name": "Bé 🎉", "Email Marketing Consent": "SUBSCRIBED", "Country": "de"},
        {**profile, "Email": "c@x.de", "Email Marketing Consent": "NEVER_SUBSCRIBED"},
        {**profile, "Email": "d@x.de", "Email Marketing Consent": "UNSUBSCRIBED", since: "2026-02-01 00:00:00"},
        {**profile, "Email": "e@x.de", "Email Marketing Consent": "SUBSCRIBED", "Email Suppressions": "['BOUNCED']"},
        {**profile, "Email": ""},
    ]
    path = csv_file(rows, encoding="utf-8-sig")
    result = take("customers", path, "klaviyo")
    assert result.left_out == {"customer known from the shop": 1, "profile without an address": 1}
    assert (result.written, result.also["consents"].written) == (4, 3)
    guest = ask("select customer_id from customers where email = 'b@x.de'")[0]["customer_id"]
    assert granted(shop) == ["77", guest] and guest.startswith("guest-")
    assert ask("select first_name, phone from customers where customer_id = '77'") == [
        {"first_name": "Ada", "phone": "+49170"}
    ]
    assert ask("select country from customers where email in ('b@x.de', 'c@x.de') order by email") == [
        {"country": "DE"},
        {"country": None},
    ]
    again = take("customers", path, "klaviyo")
    assert (again.written, again.also["consents"].written) == (0, 0)
    # Suppressed since: withdrawn, whatever was agreed to.
    rows[0]["Email Suppressions"] = "['SPAM']"
    take("consents", csv_file(rows), "klaviyo")
    assert granted(shop) == [guest]


def test_mailchimp_files_by_status(shop: Warehouse, take: Take, ask: Ask, csv_file: Write) -> None:
    known_customer(shop, csv_file)
    contact = {"Email Address": "ADA@example.com", "First Name": "A", "LAST_CHANGED": "2026-03-01 00:00:00", "CC": "de"}
    confirmed = {"OPTIN_TIME": "2026-01-05 10:00:00", "CONFIRM_TIME": "2026-01-05 10:05:00"}
    both = [{**contact, **confirmed}, {**contact, **confirmed, "Email Address": "b@x.de"}]
    result = take("customers", csv_file(both, "subscribed_members_1.csv"), "mailchimp")
    assert (result.written, result.also["consents"].written) == (1, 2)
    assert len(granted(shop)) == 2
    left = [{**contact, **confirmed, "UNSUB_TIME": "2026-04-01 00:00:00", "UNSUB_REASON": "NORMAL"}]
    take("consents", csv_file(left, "unsubscribed_members_1.csv"), "mailchimp")
    assert "77" not in granted(shop) and len(granted(shop)) == 1
    bounced = [{**contact, "Email Address": "b@x.de", **confirmed, "CLEAN_TIME": "2026-04-02 00:00:00"}]
    take("consents", csv_file(bounced, "cleaned_members_1.csv"), "mailchimp")
    assert granted(shop) == []
    bought = [{**contact, **confirmed, "Email Address": "z@x.de"}]
    never = take("customers", csv_file(bought, "nonsubscribed_members_1.csv"), "mailchimp")
    assert (never.written, never.also["consents"].written) == (1, 0)
    # The file of subscribers again, as it was before they left: an older word does not count.
    take("consents", csv_file(both, "subscribed_members_1.csv"), "mailchimp")
    assert granted(shop) == []

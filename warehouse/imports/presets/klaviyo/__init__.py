"""Klaviyo: the CSV export of a list or segment, with its columns of consent.

Columns: help.klaviyo.com, "How to export a list or segment to a CSV file" (answer 115005078687). A profile is known by
its address: it belongs to the shop's customer of that address, else to a guest; customers first, profiles then. Times
are UTC. NEVER_SUBSCRIBED says nothing.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

CUSTOMERS = Preset(
    "klaviyo",
    "customers",
    "Klaviyo profile export",
    timezone="UTC",
    shape=Shape(
        statement("klaviyo/customers.sql"),
        requires=("Email", "Klaviyo ID"),
        optional=("First Name", "Last Name", "Phone Number", "City", "Country", "Zip Code"),
        told={
            "phone": "Phone Number",
            "first_name": "First Name",
            "last_name": "Last Name",
            "country": "Country",
            "city": "City",
            "postal_code": "Zip Code",
        },
        knows=("customers",),
    ),
    also=("consents",),
)

CONSENTS = Preset(
    "klaviyo",
    "consents",
    "Klaviyo profile export",
    timezone="UTC",
    shape=Shape(
        statement("klaviyo/consents.sql"),
        requires=("Email", "Email Marketing Consent"),
        optional=(
            *("Email Marketing Consent Timestamp", "SMS Marketing Consent", "SMS Marketing Consent Timestamp"),
            "Email Suppressions",
        ),
        knows=("customers", "consents"),
    ),
)

KLAVIYO = (CUSTOMERS, CONSENTS)

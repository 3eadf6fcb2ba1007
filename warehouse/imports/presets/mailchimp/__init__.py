"""Mailchimp: the CSV files of an audience export, one for each status (subscribed, unsubscribed, cleaned).

Columns: mailchimp.com/help/view-export-contacts and "About contact and audience export files". Keep the files' names:
contacts in nonsubscribed_... never agreed to anything. A contact is known by its address: it belongs to the shop's
customer of that address, else to a guest; customers first, contacts then. Times are UTC.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

CUSTOMERS = Preset(
    "mailchimp",
    "customers",
    "Mailchimp audience export",
    timezone="UTC",
    shape=Shape(
        statement("mailchimp/customers.sql"),
        requires=("Email Address", "LAST_CHANGED"),
        optional=("First Name", "Last Name", "Phone Number", "CC"),
        told={"phone": "Phone Number", "first_name": "First Name", "last_name": "Last Name", "country": "CC"},
        knows=("customers",),
    ),
    also=("consents",),
)

CONSENTS = Preset(
    "mailchimp",
    "consents",
    "Mailchimp audience export",
    timezone="UTC",
    shape=Shape(
        statement("mailchimp/consents.sql"),
        requires=("Email Address", "LAST_CHANGED"),
        optional=("OPTIN_TIME", "CONFIRM_TIME", "UNSUB_TIME", "CLEAN_TIME"),
        knows=("customers",),
    ),
)

MAILCHIMP = (CUSTOMERS, CONSENTS)

"""Google Analytics 4: rows of its BigQuery export, as the JSON lines in which BigQuery writes a table with lists.

Fields: support.google.com/analytics/answer/7029846, "BigQuery Export schema". Each product of an event becomes an event
of its own; events about no product (page_view, session_start, ...) are left out. An event's id is a hash of who, when
and where in its batch, so that the days that Google writes again add nothing twice. `user_id` must be the shop's own
customer id, and `item_id` its SKU.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

GA4 = (
    Preset(
        "ga4",
        "events",
        "GA4 BigQuery export (JSON lines)",
        shape=Shape(
            statement("ga4/events.sql"),
            requires=("event_timestamp", "event_name", "user_pseudo_id"),
            optional=(
                *("user_id", "event_params", "items", "ecommerce", "event_bundle_sequence_id"),
                *("batch_page_id", "batch_ordering_id", "batch_event_index"),
            ),
        ),
    ),
)

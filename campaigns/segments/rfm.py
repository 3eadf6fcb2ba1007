"""Recency, frequency and monetary value of every customer who ordered, scored in quintiles and named.

Method: A. M. Hughes, "Strategic Database Marketing" (1994): each of the three is cut into fifths of the customers.
"""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from campaigns.segments.compiler import customers_question, select_fields
from campaigns.segments.definition import AsOf
from campaigns.segments.scope import look_from
from campaigns.segments.vocabulary import FIELDS
from warehouse.questions import QUESTIONS
from warehouse.session import Session
from warehouse.tables import STRING

_FIELDS = [
    FIELDS[name]
    for name in (
        "days_since_last_order",
        "orders",
        "spend",
        "recency_score",
        "frequency_score",
        "monetary_score",
        "rfm_cell",
    )
]

RFM = customers_question("campaigns.segments:rfm", select_fields(_FIELDS).where("orders > 0").sql("duckdb"), _FIELDS)
QUESTIONS[RFM.name] = RFM


def rfm(
    session: Session, *, now: datetime, as_of: AsOf = "now", store: str | None = None, currency: str | None = None
) -> pa.Table:
    """One row a customer with at least one order: the fields of the vocabulary and the `currency` of spend.

    Raises:
        InputError: orders are in several currencies and none was chosen, or there are none of `store`.
    """
    scope = look_from(session, as_of, now=now, store=store)
    chosen = scope.currency(currency)
    rows = session.ask(RFM, inputs={"store_days": scope.store_days}, currency=chosen)
    return rows.append_column("currency", pa.array([chosen] * rows.num_rows, STRING))

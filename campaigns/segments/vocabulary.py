"""What a segment's conditions can speak of: the fields, each declared once, and the operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from warehouse.tables import BOOLEAN, INTEGER, MONEY, STRING

Kind = Literal["whole", "money", "text", "yes_no"]
Relation = Literal["facts", "scores", "permissions"]

ARROW: dict[Kind, pa.DataType] = {"whole": INTEGER, "money": MONEY, "text": STRING, "yes_no": BOOLEAN}
"""How a field of each kind leaves the engine."""

OPERATORS: dict[str, str] = {
    "at_least": ">=",
    "more_than": ">",
    "at_most": "<=",
    "less_than": "<",
    "equals": "=",
    "is_in": "in",
}
"""The operators and what they are in SQL."""

OPERATORS_OF: dict[Kind, tuple[str, ...]] = {
    "whole": tuple(OPERATORS),
    "money": tuple(OPERATORS),
    "text": ("equals", "is_in"),
    "yes_no": ("equals",),
}

CELLS = (
    "champions",
    "loyal",
    "potential_loyalists",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose",
    "hibernating",
)
"""Names of the cells of the recency x frequency grid; `scores.sql` says which is where."""


@dataclass(frozen=True)
class Field:
    """A field a condition can name. `relation` is the SQL relation that has it; `values` lists all it can be."""

    name: str
    kind: Kind
    doc: str
    relation: Relation = "facts"
    values: tuple[str, ...] = ()
    needs_currency: bool = False


def _consent(channel: str) -> Field:
    doc = f"Whether the customer's newest statement allows {channel}; unknown where there is none"
    return Field(f"consent_{channel}", "yes_no", doc, "permissions")


_SCORE = tuple(str(score) for score in range(1, 6))

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("orders", "whole", "Distinct orders with a positive product line"),
        Field(
            "spend",
            "money",
            "Net amount paid: all order lines, shipping and fees too, less returns, in the segment's currency",
            needs_currency=True,
        ),
        Field("days_since_last_order", "whole", "Calendar days, in the store's timezone, since the newest order"),
        Field("days_since_first_order", "whole", "Calendar days, in the store's timezone, since the oldest order"),
        Field("country", "text", "The customer's country, ISO 3166 two-letter code"),
        Field("language", "text", "The customer's language, BCP 47 tag"),
        Field("recency_score", "whole", "1 to 5; 5 is the fifth who ordered last", "scores", _SCORE),
        Field("frequency_score", "whole", "1 to 5; 5 is the fifth with most orders", "scores", _SCORE),
        Field("monetary_score", "whole", "1 to 5; 5 is the fifth with most spend", "scores", _SCORE, True),
        Field("rfm_cell", "text", "Name of the customer's cell of recency and frequency scores", "scores", CELLS),
        _consent("email"),
        _consent("sms"),
        _consent("push"),
        _consent("ads"),
    )
}
"""All fields by name. A customer for whom a field is unknown meets no condition on it."""

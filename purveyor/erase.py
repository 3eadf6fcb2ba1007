"""`purveyor erase`: hide a customer from every reader at once."""

from __future__ import annotations

from typing import Annotated

import typer

from purveyor.common import Json, emit, open_warehouse


def erase(
    customer_id: Annotated[str, typer.Argument(help="The customer's id, as in the customers table.")],
    as_json: Json = False,
) -> None:
    """Erase a customer: hidden from every reader at once, also from looks back in time; sales stay, without a name.

    Example: purveyor erase C-10017
    """
    with open_warehouse() as warehouse:
        warehouse.erase(customer_id, actor="command")
    emit(
        {"customer_id": customer_id, "erased": True},
        as_json,
        f"{customer_id} is hidden from every reader; the stored bytes are not deleted yet (see SECURITY.md)",
    )

"""`purveyor erase`: hide a customer from every reader at once, and take away what is stored of them."""

from __future__ import annotations

from typing import Annotated

import typer

from purveyor.common import Json, emit, open_warehouse, progress


def erase(
    customer_id: Annotated[str, typer.Argument(help="The customer's id, as in the customers table.")],
    now: Annotated[
        bool,
        typer.Option(
            "--now",
            help="Purge at once instead of by night, old versions too: what runs meanwhile may lose its files, and a "
            "look back in time ends here for the tables that held the customer.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Erase a customer: hidden from every reader at once, also from looks back in time; sales stay, without a name.

    The nightly purge then takes away what is stored, the last old version once the retention is over.

    Example: purveyor erase C-10017
    """
    from dataclasses import asdict

    from warehouse.erasure import gone_by, is_known, purge_erased
    from warehouse.errors import LakeError
    from warehouse.records.models import Tombstone

    with open_warehouse() as warehouse:
        known = is_known(warehouse, customer_id)
        warehouse.erase(customer_id, actor="command")
        purged = None
        if now:
            with progress() as show:
                purged = purge_erased(warehouse, at_once=True, progress=show)
        with warehouse.records.reading() as tx:
            stone = tx.get_one(Tombstone, customer_id)
        latest = gone_by(warehouse.settings, stone.erased_at)
    if not known:
        typer.echo(
            f"no row that can be seen names the customer {customer_id!r}: misspelt, or erased before? It is noted all "
            "the same, and hides what may come in",
            err=True,
        )
    payload = {
        "customer_id": customer_id,
        "erased": True,
        "known": known,
        "purged_at": stone.purged_at,
        "gone_by": None if stone.purged_at else latest,
        "purge": purged and asdict(purged),
    }
    if stone.purged_at:
        text = (
            f"{customer_id} is erased; since {stone.purged_at:%Y-%m-%d %H:%M} UTC nothing of them is stored but the "
            "id, which keeps them out"
        )
        emit(payload, as_json, text)
        return
    text = (
        f"{customer_id} is hidden from every reader; the nightly purge takes away what is stored, the last of it by "
        f"{latest:%Y-%m-%d} (at once: purveyor erase {customer_id} --now). Backups are kept elsewhere: see SECURITY.md"
    )
    emit(payload, as_json, text)
    if purged is not None:
        raise LakeError(
            f"the purge could not be completed: {purged.busy} databases were in use, or {customer_id} came in again "
            "meanwhile; stop what runs and try again"
        )

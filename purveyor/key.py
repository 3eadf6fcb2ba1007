"""`purveyor key`: the keys that let a storefront or a person use the API."""

from __future__ import annotations

from typing import Annotated

import typer

from purveyor.common import Json, emit, open_warehouse

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command()
def create(
    scopes: Annotated[
        str, typer.Option(help="Comma-separated: recommend, events, prices, segments, experiments, console.")
    ],
    label: Annotated[str, typer.Option(help="What the key is for, to tell it from others.")] = "",
    as_json: Json = False,
) -> None:
    """Make a key and print it, once: only its hash is kept.

    Example: purveyor key create --scopes recommend,events --label storefront
    """
    from warehouse.records.audit import add_entry
    from warehouse.records.keys import create_key

    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with open_warehouse() as warehouse, warehouse.records.transaction() as tx:
        now = warehouse.clock()
        key_id, secret = create_key(tx, label=label, scopes=wanted, at=now)
        add_entry(tx, at=now, actor="command", action="key created", subject=f"key {key_id}", detail={"scopes": wanted})
    emit(
        {"key_id": key_id, "key": secret, "scopes": wanted, "label": label},
        as_json,
        f"{secret}\nkey {key_id} with {', '.join(wanted)}; keep it safe, it cannot be shown again",
    )


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the keys, without their secrets.

    Example: purveyor key list
    """
    from warehouse.records.keys import list_keys

    with open_warehouse() as warehouse, warehouse.records.reading() as tx:
        keys = list_keys(tx)
    shown: list[dict[str, object]] = [
        {
            "key_id": key.key_id,
            "label": key.label,
            "scopes": key.scopes,
            "created_at": key.created_at,
            "revoked_at": key.revoked_at,
        }
        for key in keys
    ]
    text = "\n".join(
        f"{key.key_id}  {'revoked' if key.revoked_at else 'valid':<7}  made {key.created_at:%Y-%m-%d}  "
        f"{','.join(key.scopes)}  {key.label}".rstrip()
        for key in keys
    )
    emit({"keys": shown}, as_json, text or "no keys yet; make one with: purveyor key create --scopes recommend")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `purveyor key list` shows it.")], as_json: Json = False
) -> None:
    """End a key's validity, at once and for good.

    Example: purveyor key revoke 3f2a91c07d5b6e84
    """
    from warehouse.records.audit import add_entry
    from warehouse.records.keys import revoke_key

    with open_warehouse() as warehouse, warehouse.records.transaction() as tx:
        now = warehouse.clock()
        revoke_key(tx, key_id, at=now)
        add_entry(tx, at=now, actor="command", action="key revoked", subject=f"key {key_id}", detail={})
    emit({"key_id": key_id, "revoked": True}, as_json, f"key {key_id} is revoked")

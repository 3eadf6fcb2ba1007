"""`purveyor alerts`: whether those who are to be told can be reached."""

from __future__ import annotations

from typing import Annotated

import typer

from purveyor.common import Json, emit, open_warehouse

app = typer.Typer(help="Messages about what purveyor doctor finds, by mail and webhook.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Messages about what purveyor doctor finds, by mail and webhook."""


@app.command()
def test(
    role: Annotated[str, typer.Argument(help="merchandiser, marketer or operator.")],
    as_json: Json = False,
) -> None:
    """Send a test message to a role on all its channels, as purveyor.yaml describes them.

    Example: purveyor alerts test operator
    """
    from uuid import uuid4

    from warehouse.alerts.message import Message
    from warehouse.alerts.sending import send, shop_name
    from warehouse.alerts.settings import alert_settings
    from warehouse.errors import ConfigError, InputError, PurveyorError
    from warehouse.shop_file import ROLES

    if role not in ROLES:
        raise InputError(f"there is no role {role!r}; there are: {', '.join(ROLES)}")
    with open_warehouse() as warehouse:
        channels = alert_settings(warehouse.settings).of_role(role)
        if not channels:
            raise InputError(f"nobody is to be told what concerns the {role}; set alerts: in purveyor.yaml")
        said = f"this is a test for the {role}"
        message = Message(uuid4().hex, shop_name(warehouse), role, warehouse.clock(), said=said)
        problems = []
        for channel in channels:
            try:
                send(channel, message)
            except PurveyorError as error:
                problems.append(str(error))
    if problems:
        raise ConfigError("; ".join(problems))
    sent = [f"{channel.role} by {channel.kind}" for channel in channels]
    emit({"sent": sent}, as_json, f"sent to {', '.join(sent)}")

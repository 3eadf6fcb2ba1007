"""Who is to be told: the sections `alerts` and `mail` of the shop file."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.alerts.settings import AlertSettings, MailChannel, MailServer, WebhookChannel, alert_settings
from warehouse.errors import InputError
from warehouse.settings import Settings
from warehouse.shop_file import NAME


def read(folder: Path, text: str) -> AlertSettings:
    file = folder / NAME
    file.write_text(text, encoding="utf-8")
    return alert_settings(Settings(home=folder / "home", shop_file=file))


def test_nobody_is_told_where_the_file_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "home: home").channels == ()
    assert alert_settings(Settings(home=tmp_path)).channels == ()


def test_roles_mails_and_webhooks(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
mail: {host: smtp.shop.example, from: purveyor@shop.example, username: p, password_env: SMTP_PASSWORD}
alerts:
  operator: {mail: it@shop.example, webhook_env: OPERATOR_WEBHOOK}
  marketer: {mail: [a@shop.example, b@shop.example, a@shop.example]}
""",
    )
    server = MailServer("smtp.shop.example", 587, "starttls", "purveyor@shop.example", "p", "SMTP_PASSWORD")
    operator = MailChannel("operator", ("it@shop.example",), server)
    webhook = WebhookChannel("operator", None, "OPERATOR_WEBHOOK")
    marketer = MailChannel("marketer", ("a@shop.example", "b@shop.example"), server)
    assert found.channels == (operator, webhook, marketer)
    assert found.secrets == ("OPERATOR_WEBHOOK", "SMTP_PASSWORD")
    assert found.of_role("marketer") == (marketer,)
    assert found.of_role("merchandiser") == (operator, webhook)


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_way_has_its_port(tmp_path: Path, tls: str, port: int) -> None:
    text = f"mail: {{host: h, from: a@b.example, tls: {tls}}}\nalerts: {{operator: {{mail: c@d.example}}}}"
    (channel,) = read(tmp_path, text).channels
    assert isinstance(channel, MailChannel)
    assert channel.server.port == port


MAIL = "mail: {host: h, from: a@b.example}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alerts:\n  operator: {}", "line 2, alerts.operator: say how to reach this role"),
        ("alerts:\n  operator: {mail: it@shop.example}", "alerts.operator.mail: mail needs a server"),
        (MAIL + "alerts: {operator: {mail: []}}", "this list is empty"),
        (MAIL + "alerts: {operator: {mail: it}}", "'it' is no mail address"),
        (MAIL + "alerts: {operator: {mail: 'a@b.example, c@d.example'}}", "is no mail address"),
        (MAIL + 'alerts: {operator: {mail: "a@b.example\\r\\nBcc: c@d.example"}}', "is no mail address"),
        ("alerts: {operator: {webhook: 'ftp://x'}}", "this is no web address"),
        ("alerts: {operator: {webhook: 'https://u:hidden@x.example/'}}", "no password may stand in this file"),
        ("alerts: {operator: {webhook: 'https://x', webhook_env: X}}", "there is a webhook already"),
        ("alerts: {operator: {webhook_env: 'https://x.example/hidden'}}", "write the name of an environment variable"),
        ("mail: {host: h}", "line 1, mail: 'from' is missing"),
        ("mail: {host: 'h h', from: a@b.example}", "'h h' is no host name"),
        ("mail: {host: h, from: a@b.example, tls: maybe}", "'maybe' is neither starttls, tls nor none"),
        ("mail: {host: h, from: a@b.example, port: 99999}", "99999 is no port"),
        ("mail: {host: h, from: a@b.example, username: u}", "username and password_env go together"),
        ("mail: {host: h, from: a@b.example, username: u, password_env: 'hidden!'}", "not the secret itself"),
        (
            "mail: {host: h, from: a@b.example, username: u, password_env: X, tls: none}",
            "a password would travel in the clear",
        ),
    ],
)
def test_what_cannot_be_is_named_by_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert told in str(caught.value)
    assert "hidden" not in str(caught.value)

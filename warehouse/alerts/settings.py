"""Who is told and how: the sections `alerts` and `mail` of the shop file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from warehouse.errors import ConfigError
from warehouse.settings import Settings
from warehouse.shop_file import ROLES, section
from warehouse.yaml_file import Place

Tls = Literal["starttls", "tls", "none"]

_PORTS: dict[Tls, int] = {"starttls": 587, "tls": 465, "none": 25}

_ADDRESS = re.compile(r"[!-~]+@[A-Za-z0-9.-]+")
_NOT_IN_ADDRESS = set('<>()[],;:"\\')

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class MailServer:
    """The server that takes our mail. `password_env` names the variable that holds the password."""

    host: str
    port: int
    tls: Tls
    sender: str
    username: str | None
    password_env: str | None


@dataclass(frozen=True)
class MailChannel:
    """A role's mail addresses."""

    role: str
    to: tuple[str, ...]
    server: MailServer
    kind = "mail"


@dataclass(frozen=True)
class WebhookChannel:
    """A role's address for JSON messages: the URL, or the variable that holds it."""

    role: str
    url: str | None
    url_env: str | None
    kind = "webhook"

    def address(self) -> str:
        """The URL; ConfigError where its variable is not set or holds none."""
        if self.url is not None:
            return self.url
        url = os.environ.get(self.url_env or "", "")
        if not url:
            raise ConfigError(
                f"the webhook of {self.role} is not known: set the environment variable {self.url_env}, which "
                "purveyor.yaml names"
            )
        if problem := _url_problem(url):
            raise ConfigError(f"the environment variable {self.url_env}: {problem}")
        return url


Channel = MailChannel | WebhookChannel


@dataclass(frozen=True)
class AlertSettings:
    """All channels, by role."""

    channels: tuple[Channel, ...]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The environment variables that must be set for all to work."""
        mail = {c.server.password_env for c in self.channels if isinstance(c, MailChannel)}
        hooks = {c.url_env for c in self.channels if isinstance(c, WebhookChannel)}
        return tuple(sorted(name for name in mail | hooks if name))

    def of_role(self, role: str) -> tuple[Channel, ...]:
        """Where a role is told. A role without a channel of its own is the operator's business."""
        own = tuple(channel for channel in self.channels if channel.role == role)
        return own or tuple(channel for channel in self.channels if channel.role == "operator")


def alert_settings(settings: Settings) -> AlertSettings:
    """Who is told, as the shop file says now; nobody where it says nothing. InputError names the line."""
    server = _server(section(settings, "mail"))
    written = section(settings, "alerts")
    channels: list[Channel] = []
    if written is None:
        return AlertSettings(())
    for role, place in written.entries_among(ROLES, what="role").items():
        given = place.entries_among(("mail", "webhook", "webhook_env"), what="setting")
        if not given:
            raise place.error("say how to reach this role: mail, webhook or webhook_env")
        if "mail" in given:
            if server is None:
                raise given["mail"].error("mail needs a server; describe it in section mail")
            channels.append(MailChannel(role, _addresses(given["mail"]), server))
        if "webhook" in given and "webhook_env" in given:
            raise given["webhook_env"].error("there is a webhook already; keep one of the two")
        if "webhook" in given:
            channels.append(WebhookChannel(role, _url(given["webhook"]), None))
        if "webhook_env" in given:
            channels.append(WebhookChannel(role, None, _variable(given["webhook_env"])))
    return AlertSettings(tuple(channels))


def _server(place: Place | None) -> MailServer | None:
    if place is None:
        return None
    known = ("host", "port", "tls", "from", "username", "password_env")
    given = place.entries_among(known, what="setting", required=("host", "from"))
    host = given["host"].text()
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", host):
        raise given["host"].error(f"{host!r} is no host name")
    tls = _tls(given.get("tls"))
    port = given["port"].whole() if "port" in given else _PORTS[tls]
    if not 0 < port < 65536:
        raise given["port"].error(f"{port} is no port; write one from 1 to 65535")
    username = given["username"].text() if "username" in given else None
    if (username is None) != ("password_env" not in given):
        raise place.error("username and password_env go together; add the other or remove both")
    if username is not None and tls == "none" and not _is_here(host):
        raise place.error("a password would travel in the clear; set tls to starttls or tls")
    return MailServer(
        host,
        port,
        tls,
        _address(given["from"]),
        username,
        _variable(given["password_env"]) if "password_env" in given else None,
    )


def _tls(place: Place | None) -> Tls:
    match place.text() if place else "starttls":
        case "starttls":
            return "starttls"
        case "tls":
            return "tls"
        case "none" | "off" | "no":
            return "none"
        case other:
            assert place is not None
            raise place.error(f"{other!r} is neither starttls, tls nor none")


def _addresses(place: Place) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_address(item) for item in place.one_or_more()))
    if not found:
        raise place.error("this list is empty; write an address")
    return found


def _address(place: Place) -> str:
    text = place.text()
    if not _ADDRESS.fullmatch(text) or _NOT_IN_ADDRESS & set(text) or text.count("@") != 1 or len(text) > 254:
        raise place.error(f"{text!r} is no mail address; write one such as it@shop.example")
    return text


def _url(place: Place) -> str:
    text = place.text()
    if problem := _url_problem(text):
        raise place.error(problem)
    if urlsplit(text).password is not None:
        raise place.error("no password may stand in this file; put the URL into a variable and name it as webhook_env")
    return text


def _url_problem(text: str) -> str | None:
    """What is wrong with a webhook's URL, without repeating it: it may be a secret."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isascii() or not text.isprintable() or " " in text:
        return "this is no web address; write one such as https://chat.shop.example/hooks/prices"
    return None


def _variable(place: Place) -> str:
    text = place.text()
    if not _VARIABLE.fullmatch(text):
        # What stands here instead may be the secret itself.
        raise place.error("write the name of an environment variable, such as SMTP_PASSWORD, not the secret itself")
    return text


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""A message as plain text mail, handed to the shop's own mail server."""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP

from warehouse.alerts.message import Message
from warehouse.alerts.settings import MailChannel, MailServer
from warehouse.errors import ConfigError

_SECONDS = 20.0


def send_mail(channel: MailChannel, message: Message) -> None:
    """Hand the mail to the server; ConfigError names the server and what went wrong, never a secret.

    Where the server refuses some of the addresses this is an error too, though the others got it.
    """
    mail = _mail(channel, message)
    server = channel.server
    with _in_plain_words(server), _connected(server) as connection:
        refused = connection.send_message(mail, server.sender, channel.to)
    if refused:
        raise ConfigError(f"mail server {server.host} refused {', '.join(sorted(refused))}; correct alerts: mail:")


def _mail(channel: MailChannel, message: Message) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message.subject
    mail["From"] = channel.server.sender
    mail["To"] = ", ".join(channel.to)
    mail["Date"] = message.at
    # The same for the same message, so that one sent twice is shown once.
    key = hashlib.sha256(f"{message.key} {message.role}".encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<{key}@{channel.server.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notices, please
    mail.set_content(message.text)
    return mail


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if server.tls == "tls":
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    with connection:
        if server.tls == "starttls":
            connection.starttls(context=context)
        if server.username is not None:
            connection.login(server.username, _password(server))
        yield connection


def _password(server: MailServer) -> str:
    password = os.environ.get(server.password_env or "", "")
    if not password:
        raise ConfigError(
            f"mail server {server.host}: the environment variable {server.password_env}, which purveyor.yaml names for "
            "its password, is not set"
        )
    return password


@contextmanager
def _in_plain_words(server: MailServer) -> Iterator[None]:
    """Errors without what the server said: it may repeat what it was sent."""
    try:
        yield
    except smtplib.SMTPAuthenticationError:
        reason = f"does not accept the user name and the password in {server.password_env}"
    except smtplib.SMTPNotSupportedError:
        reason = f"does not offer what mail: asks for (tls: {server.tls}, user name and password)"
    except smtplib.SMTPRecipientsRefused as error:
        reason = f"refused {', '.join(sorted(error.recipients))}"
    except smtplib.SMTPSenderRefused as error:
        reason = f"refused the sender {server.sender} (code {error.smtp_code})"
    except smtplib.SMTPResponseException as error:
        reason = f"answered with code {error.smtp_code}"
    except ssl.SSLCertVerificationError as error:
        reason = f"has a certificate that cannot be trusted ({error.verify_message})"
    except (smtplib.SMTPException, ssl.SSLError, UnicodeError):
        reason = f"does not speak as expected (tls: {server.tls})"
    except OSError as error:
        reason = f"cannot be reached ({error.strerror or 'no answer in time'})"
    else:
        return
    raise ConfigError(f"mail server {server.host}, port {server.port}: {reason}; correct mail: in purveyor.yaml")

"""Alerts: who is told, once, by real servers on loopback; and what becomes of one that cannot be told."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from purveyor.main import app
from warehouse.alerts.job import check
from warehouse.alerts.message import Message
from warehouse.alerts.sending import Told, tell
from warehouse.alerts.settings import WebhookChannel, alert_settings
from warehouse.alerts.webhook import send_webhook
from warehouse.doctor.findings import Finding
from warehouse.errors import ConfigError
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import quiet
from warehouse.settings import Settings
from warehouse.shop_file import NAME

PASSWORD = "korrekt pferd"
NOW = datetime(2026, 6, 1, 7, tzinfo=UTC)

LATE = Finding("source_late", "warning", "operator", "erp", "source erp is late", "purveyor jobs run import erp")
FULL = Finding("disk_full", "error", "operator", "", "1 GB is free", "add disk space")
CRAWL = Finding("crawl_failed", "warning", "merchandiser", "kistenhaus", "the crawl failed", "mend it")
NOTE = Finding("no_events", "note", "marketer", "events", "no events", "send them")


class Inbox:
    """What a mail server was given; it refuses the addresses in `refuse`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse: set[str] = set()
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuse:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        self.recipients.append(list(envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None)
        return "250 taken"


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"shop", PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail_server(inbox: Inbox) -> Iterator[int]:
    """A server that takes mail from anybody, without encryption."""
    port = _free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def secure_server(inbox: Inbox, certificate: Path) -> Iterator[int]:
    """A server that wants STARTTLS first, then user name and password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    port = _free_port()
    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_authenticate,
    )
    controller.start()
    yield port
    controller.stop()


def _free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port: int = closed.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody trusts yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class Hook:
    """A web server that answers POST with the given codes in turn, the last one for ever."""

    def __init__(self) -> None:
        self.answers = [200]
        self.got: list[tuple[str, dict[str, Any]]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                hook.got.append((self.path, json.loads(body)))
                code = hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0]
                self.send_response(code)
                if code in (301, 302, 307, 308):
                    self.send_header("location", f"http://127.0.0.1:{hook.port}/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks/secret-token"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


class Shop:
    """A shop whose shop file can be rewritten and whose clock can be moved."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / NAME
        self.now = NOW
        self.file.write_text("home: home\n")
        settings = Settings(home=folder / "home", shop_file=self.file)
        self.warehouse = Warehouse.open(settings, clock=lambda: self.now)

    def write(self, text: str) -> None:
        self.file.write_text(f"home: home\n{text}", encoding="utf-8")

    def tell(self, *findings: Finding, key: str = "run") -> list[Told]:
        return tell(self.warehouse, alert_settings(self.warehouse.settings), findings, key=key)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "myshop"
    folder.mkdir()
    made = Shop(folder)
    yield made
    made.warehouse.close()


def plain_mail(port: int, *, to: Sequence[str] = ("it@shop.example",), more: str = "") -> str:
    return (
        f"mail: {{host: 127.0.0.1, port: {port}, tls: none, from: purveyor@shop.example}}\n"
        f"alerts:\n  operator: {{mail: [{', '.join(to)}]}}\n{more}"
    )


class TestNews:
    """What is sent when. The mail server is real; the days are not."""

    def test_told_once_reminded_weekly_and_told_when_it_is_over(
        self, shop: Shop, inbox: Inbox, mail_server: int
    ) -> None:
        shop.write(plain_mail(mail_server))
        subjects = []
        for day in range(17):
            shop.now = NOW + timedelta(days=day)
            shop.tell(*([LATE] if day < 15 else []))
            subjects.append([mail["subject"] for mail in inbox.mails])
            inbox.mails.clear()
        told = "Purveyor myshop: 1 warning: source erp is late"
        over = "Purveyor myshop: 1 solved: source erp is late"
        assert {day: mails for day, mails in enumerate(subjects) if mails} == {
            0: [told],
            7: [told],
            14: [told],
            15: [over],
        }

    def test_quiet_when_all_is_well_and_about_notes(self, shop: Shop, inbox: Inbox, mail_server: int) -> None:
        shop.write(plain_mail(mail_server))
        assert [told.sent for told in shop.tell()] == [False]
        assert [told.sent for told in shop.tell(NOTE)] == [False]
        assert inbox.mails == []

    def test_what_is_new_comes_with_the_worst_first_and_what_was_told_is_only_counted(
        self, shop: Shop, inbox: Inbox, mail_server: int
    ) -> None:
        shop.write(plain_mail(mail_server, to=("it@shop.example", "boss@shop.example")))
        shop.tell(LATE)
        shop.tell(LATE, CRAWL, FULL)
        _, mail = inbox.mails
        assert inbox.recipients[1] == ["it@shop.example", "boss@shop.example"]
        assert mail["subject"] == "Purveyor myshop: 1 error, 1 warning: 1 GB is free"
        assert mail["from"] == "purveyor@shop.example"
        assert mail["auto-submitted"] == "auto-generated"
        assert mail.get_content_type() == "text/plain"
        assert mail.get_content().replace("\r\n", "\n") == (
            "New:\n\nERROR: 1 GB is free\n  -> add disk space\n\nWARNING: the crawl failed\n  -> mend it\n\n"
            "1 more told before and still open: see purveyor doctor.\n"
        )

    def test_a_finding_whose_figures_change_is_the_same(self, shop: Shop, inbox: Inbox, mail_server: int) -> None:
        shop.write(plain_mail(mail_server))
        shop.tell(LATE)
        shop.tell(Finding(**{**LATE.__dict__, "text": "source erp is later"}))
        shop.tell()
        assert [mail["subject"].partition(": ")[2] for mail in inbox.mails] == [
            "1 warning: source erp is late",
            "1 solved: source erp is later",
        ]

    def test_each_role_gets_its_own_and_the_operator_what_is_nobodys(
        self, shop: Shop, inbox: Inbox, mail_server: int
    ) -> None:
        market = "  marketer: {mail: marketing@shop.example}\n"
        shop.write(plain_mail(mail_server, more=market))
        stale = Finding("recommender_old", "warning", "marketer", "r", "the recommender is old", "train")
        shop.tell(LATE, CRAWL, stale)
        assert {
            tuple(to): mail.get_content().count("WARNING")
            for to, mail in zip(inbox.recipients, inbox.mails, strict=True)
        } == {
            ("it@shop.example",): 2,
            ("marketing@shop.example",): 1,
        }

    def test_a_channel_that_is_no_more_is_forgotten(self, shop: Shop, inbox: Inbox, mail_server: int) -> None:
        shop.write(plain_mail(mail_server))
        shop.tell(LATE)
        shop.write("")
        shop.tell(LATE)
        shop.write(plain_mail(mail_server))
        shop.tell(LATE)
        assert len(inbox.mails) == 2, "whoever is named anew is told what is open"

    def test_nothing_in_a_finding_can_add_a_header_or_steer_a_terminal(
        self, shop: Shop, inbox: Inbox, mail_server: int
    ) -> None:
        shop.write(plain_mail(mail_server))
        evil = "site\r\nBcc: thief@evil.example\r\n\r\nbody \x1b[2J \u202e end"
        shop.tell(Finding("x", "error", "operator", evil, evil, evil))
        (mail,) = inbox.mails
        assert set(mail.keys()) >= {"Subject", "To"}
        assert "bcc" not in mail
        assert mail["subject"].startswith("Purveyor myshop: 1 error: site Bcc: thief@evil.example body")
        assert inbox.recipients == [["it@shop.example"]]
        assert not {"\x1b", "\u202e"} & set(mail.get_content())

    def test_long_and_foreign_words_arrive(self, shop: Shop, inbox: Inbox, mail_server: int) -> None:
        shop.write(plain_mail(mail_server))
        shop.tell(Finding("x", "error", "operator", "s", "Müllers Lädchen 🛒 " + "лавка " * 400, "–"))
        (mail,) = inbox.mails
        assert "Müllers Lädchen 🛒 лавка" in mail["subject"]
        assert mail.get_content().count("лавка") == 400


class TestFailing:
    def test_what_could_not_be_told_is_told_the_next_time(self, shop: Shop, inbox: Inbox, mail_server: int) -> None:
        nobody = _free_port()
        shop.write(plain_mail(nobody))
        (failed,) = shop.tell(LATE)
        assert failed.problem is not None
        assert f"mail server 127.0.0.1, port {nobody}: cannot be reached" in failed.problem
        shop.write(plain_mail(mail_server))
        shop.now += timedelta(days=1)
        assert [told.sent for told in shop.tell(LATE, FULL)] == [True]
        assert inbox.mails[0]["subject"] == "Purveyor myshop: 1 error, 1 warning: 1 GB is free"

    def test_what_was_over_before_it_could_be_told_is_not_told(
        self, shop: Shop, inbox: Inbox, mail_server: int
    ) -> None:
        shop.write(plain_mail(1))
        shop.tell(LATE)
        shop.write(plain_mail(mail_server))
        shop.tell()
        assert inbox.mails == []

    def test_that_it_is_over_is_told_though_it_fails_at_first(self, shop: Shop, inbox: Inbox, mail_server: int) -> None:
        shop.write(plain_mail(mail_server))
        shop.tell(LATE)
        shop.write(plain_mail(1))
        shop.tell()
        shop.write(plain_mail(mail_server))
        shop.tell()
        shop.tell()
        assert [mail["subject"].partition(": ")[2] for mail in inbox.mails[1:]] == ["1 solved: source erp is late"]

    def test_one_channel_that_fails_does_not_keep_the_other_from_being_told(
        self, shop: Shop, inbox: Inbox, mail_server: int, hook: Hook
    ) -> None:
        shop.write(plain_mail(1, more=f"  merchandiser: {{webhook: '{hook.url}'}}\n"))
        assert [(told.channel.role, told.sent) for told in shop.tell(LATE, CRAWL)] == [
            ("operator", False),
            ("merchandiser", True),
        ]
        shop.write(plain_mail(mail_server, more=f"  merchandiser: {{webhook: '{hook.url}'}}\n"))
        shop.tell(LATE, CRAWL)
        assert (len(inbox.mails), len(hook.got)) == (1, 1)

    def test_an_address_the_server_refuses_is_named(self, shop: Shop, inbox: Inbox, mail_server: int) -> None:
        shop.write(plain_mail(mail_server, to=("it@shop.example", "gone@shop.example")))
        inbox.refuse = {"gone@shop.example"}
        (told,) = shop.tell(LATE)
        assert told.problem == "mail server 127.0.0.1 refused gone@shop.example; correct alerts: mail:"
        inbox.refuse |= {"it@shop.example"}
        (told,) = shop.tell(LATE)
        assert told.problem is not None
        assert "refused gone@shop.example, it@shop.example" in told.problem

    def test_a_message_sent_twice_is_the_same_message(
        self, shop: Shop, inbox: Inbox, mail_server: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A process killed between sending and noting it: the run is taken over and sends again."""
        shop.write(plain_mail(mail_server))

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr("warehouse.alerts.sending.settle_alerts", killed)
            with pytest.raises(KeyboardInterrupt):
                shop.tell(LATE, key="check.20260601T070000Z")
        shop.tell(LATE, key="check.20260601T070000Z")
        shop.tell(FULL, key="check.20260602T070000Z")
        ids = [mail["message-id"] for mail in inbox.mails]
        assert ids[0] == ids[1] != ids[2]


class TestSecureMail:
    @pytest.fixture
    def settings(self, shop: Shop, secure_server: int, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> Shop:
        monkeypatch.setenv("TEST_SMTP_PASSWORD", PASSWORD)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        shop.write(
            f"mail: {{host: 127.0.0.1, port: {secure_server}, from: purveyor@shop.example, username: shop, "
            "password_env: TEST_SMTP_PASSWORD}\nalerts: {operator: {mail: it@shop.example}}\n"
        )
        return shop

    def test_by_starttls_with_a_password(self, settings: Shop, inbox: Inbox) -> None:
        assert [told.problem for told in settings.tell(LATE)] == [None]
        assert inbox.encrypted == [True]

    def test_a_wrong_password_is_not_repeated(self, settings: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_SMTP_PASSWORD", "wrong-s3cret")
        (told,) = settings.tell(LATE)
        assert told.problem is not None
        assert "does not accept the user name and the password in TEST_SMTP_PASSWORD" in told.problem
        assert "wrong-s3cret" not in told.problem
        monkeypatch.delenv("TEST_SMTP_PASSWORD")
        (told,) = settings.tell(LATE)
        assert told.problem is not None
        assert "environment variable TEST_SMTP_PASSWORD" in told.problem

    def test_a_certificate_that_nobody_trusts(
        self, settings: Shop, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        (told,) = settings.tell(LATE)
        assert told.problem is not None
        assert "has a certificate that cannot be trusted (self-signed certificate)" in told.problem
        assert inbox.mails == []

    def test_a_server_without_starttls_gets_nothing(self, settings: Shop, inbox: Inbox, mail_server: int) -> None:
        text = settings.file.read_text()
        settings.file.write_text(text.replace(text.partition("port: ")[2].partition(",")[0], str(mail_server)))
        (told,) = settings.tell(LATE)
        assert told.problem is not None
        assert "does not offer what mail: asks for (tls: starttls" in told.problem
        assert inbox.mails == []


class TestWebhook:
    def message(self) -> Message:
        return Message("run", "myshop", "operator", NOW, new=[LATE], cleared=[CRAWL])

    def channel(self, hook: Hook) -> WebhookChannel:
        return WebhookChannel("operator", hook.url, None)

    def test_it_says_all_for_programs_and_in_text_for_chats(self, hook: Hook) -> None:
        evil = Finding("x", "error", "operator", "s", "<!channel> & <https://evil.example|click>", "-")
        send_webhook(self.channel(hook), Message("run", "myshop", "operator", NOW, new=[LATE, evil], cleared=[CRAWL]))
        ((path, told),) = hook.got
        assert path == "/hooks/secret-token"
        assert told["text"].startswith("Purveyor myshop: 1 error, 1 warning: &lt;!channel&gt; &amp; &lt;https://evil")
        assert told["new"][1]["text"] == evil.text
        assert told["new"][0] == LATE.__dict__
        assert told["cleared"] == [CRAWL.__dict__]
        assert (told["role"], told["at"]) == ("operator", "2026-06-01T07:00:00+00:00")

    def test_a_server_that_stumbles_is_tried_again_and_not_for_ever(self, hook: Hook) -> None:
        hook.answers = [503, 429, 200]
        send_webhook(self.channel(hook), self.message(), pauses=(0, 0))
        assert len(hook.got) == 3
        hook.answers = [500]
        with pytest.raises(ConfigError, match="answered 500"):
            send_webhook(self.channel(hook), self.message(), pauses=(0, 0))
        assert len(hook.got) == 6

    @pytest.mark.parametrize("code", [302, 308, 400, 404])
    def test_what_another_attempt_would_not_change_is_told_at_once(self, hook: Hook, code: int) -> None:
        hook.answers = [code]
        with pytest.raises(ConfigError) as caught:
            send_webhook(self.channel(hook), self.message(), pauses=(0, 0))
        assert f"webhook of operator at 127.0.0.1: answered {code}" in str(caught.value)
        assert "secret-token" not in str(caught.value)
        assert [path for path, _ in hook.got] == ["/hooks/secret-token"], "no redirect is followed"

    def test_nobody_there(self, hook: Hook) -> None:
        channel = WebhookChannel("operator", f"http://127.0.0.1:{_free_port()}/secret-token", None)
        with pytest.raises(ConfigError, match="cannot be reached") as caught:
            send_webhook(channel, self.message(), pauses=(0,))
        assert "secret-token" not in str(caught.value)

    def test_an_address_kept_in_the_environment(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
        channel = WebhookChannel("operator", None, "TEST_HOOK")
        with pytest.raises(ConfigError, match="set the environment variable TEST_HOOK"):
            send_webhook(channel, self.message())
        monkeypatch.setenv("TEST_HOOK", "chat.example/secret")
        with pytest.raises(ConfigError, match="TEST_HOOK: this is no web address") as caught:
            send_webhook(channel, self.message())
        assert "secret" not in str(caught.value)
        monkeypatch.setenv("TEST_HOOK", hook.url)
        send_webhook(channel, self.message())
        assert len(hook.got) == 1


def test_the_nightly_check_tells_what_the_doctor_finds(
    shop: Shop, inbox: Inbox, mail_server: int, tmp_path: Path
) -> None:
    shop.write(plain_mail(mail_server))
    run = Run("check.20260601T070000Z", "check", "", NOW)
    result = check(shop.warehouse, run, quiet)
    assert (result["error"], result["told"]) == (1, ["operator by mail"])
    assert "there is no store yet" in inbox.mails[0]["subject"]
    assert check(shop.warehouse, run, quiet)["told"] == []
    shop.write(plain_mail(1))
    shop.now += timedelta(days=8)
    with pytest.raises(ConfigError, match=r"mail server 127\.0\.0\.1, port 1: cannot be reached"):
        check(shop.warehouse, run, quiet)


def test_a_test_message_goes_to_every_channel_of_a_role(
    shop: Shop, inbox: Inbox, mail_server: int, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PURVEYOR_SHOP_FILE", str(shop.file))
    monkeypatch.delenv("PURVEYOR_HOME", raising=False)

    def test(role: str) -> tuple[int, str]:
        finished = CliRunner().invoke(app, ["alerts", "test", role])
        return finished.exit_code, finished.stdout.strip() or str(finished.exception)

    assert test("operator") == (1, "nobody is to be told what concerns the operator; set alerts: in purveyor.yaml")
    shop.write(plain_mail(mail_server, more=f"  marketer: {{webhook: '{hook.url}'}}\n"))
    assert test("operator") == (0, "sent to operator by mail")
    assert inbox.mails[0]["subject"] == "Purveyor myshop: this is a test for the operator"
    assert test("marketer") == (0, "sent to marketer by webhook")
    assert "this is a test for the marketer" in hook.got[0][1]["text"]
    assert test("merchandiser") == (0, "sent to operator by mail"), "who has no channel is the operator's business"
    assert "there is no role 'operators'" in test("operators")[1]
    assert shop.tell(LATE)[0].sent, "a test is no alert: nothing is noted as told"

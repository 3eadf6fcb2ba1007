"""A real SFTP server on loopback: its key, its users, its files."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from warehouse.errors import ConfigError, InputError
from warehouse.house import Warehouse
from warehouse.sources import keeping
from warehouse.sources.definition import new_source
from warehouse.sources.fetching import fetch_source
from warehouse.sources.sftp import fingerprint
from warehouse.stores import open_store

USER, PASSWORD = "shop", "pa55-word"


class _Login(paramiko.ServerInterface):
    def __init__(self, allowed: paramiko.PKey) -> None:
        self._allowed = allowed

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.AUTH_SUCCESSFUL if key == self._allowed else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    readfile: Any

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class _Files(paramiko.SFTPServerInterface):
    root = Path()

    def _local(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            entries = list(self._local(path).iterdir())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return [paramiko.SFTPAttributes.from_stat(entry.lstat(), entry.name) for entry in entries]

    def stat(self, path: str) -> Any:
        return paramiko.SFTPAttributes.from_stat(self._local(path).stat())

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = _Handle(flags)
        handle.readfile = self._local(path).open("rb")
        return handle


class Server:
    """Serves a folder until it is closed."""

    def __init__(self, root: Path) -> None:
        self.key = paramiko.RSAKey.generate(2048)
        self.user_key = paramiko.RSAKey.generate(2048)
        self._files = type("Files", (_Files,), {"root": root})
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._transports: list[paramiko.Transport] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            self._transports.append(transport)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, self._files)
            try:
                transport.start_server(server=_Login(self.user_key))
            except (paramiko.SSHException, EOFError, ConnectionResetError):  # who does not trust us hangs up
                transport.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        for transport in self._transports:
            transport.close()
            transport.join(5)


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    folder = tmp_path / "server" / "out"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def server(exported: Path) -> Iterator[Server]:
    running = Server(exported.parent)
    yield running
    running.close()


Define = Callable[..., None]


@pytest.fixture
def define(warehouse: Warehouse, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Define:
    """Defines the source erp on the server, by default with the password; known_hosts is empty."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ERP_PASSWORD", PASSWORD)
    open_store(warehouse, "main", currency="EUR", timezone="Europe/Berlin")

    def make(**fields: Any) -> None:
        told: dict[str, Any] = {
            "name": "erp",
            "type": "sftp",
            "place": "127.0.0.1",
            "port": server.port,
            "user": USER,
            "folder": "out",
            "files": {"products": "products-{date}.csv"},
            "snapshot": True,
            "host_key": fingerprint(server.key),
            "secrets": {"password": "ERP_PASSWORD"},
        }
        told |= fields
        keeping.define(warehouse, new_source(**told))

    return make


def put(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    os.utime(folder / name, (1_780_000_000, 1_780_000_000))


def test_new_files_are_taken_and_stay_on_the_server(warehouse: Warehouse, define: Define, exported: Path) -> None:
    define()
    put(exported, "products-2026-05-01.csv", "sku,price\nA,1\n")
    put(exported, "products-2026-05-02.csv", "sku,price\nA,2\n")
    put(exported, "other.csv", "x\n")
    fetched = fetch_source(warehouse, "erp")
    assert [(d.file, d.outcome) for d in fetched.deliveries] == [
        ("products-2026-05-01.csv", "imported"),
        ("products-2026-05-02.csv", "imported"),
    ]
    with warehouse.session() as session:
        assert session.query("select count(*) as n from product_history").to_pylist() == [{"n": 2}]
    assert fetch_source(warehouse, "erp").deliveries == ()
    assert len(list(exported.iterdir())) == 3


def test_a_key_file_opens_the_door(
    warehouse: Warehouse, define: Define, exported: Path, server: Server, tmp_path: Path
) -> None:
    key_file = tmp_path / "id_shop"
    server.user_key.write_private_key_file(str(key_file))
    define(secrets={}, key_file=str(key_file))
    put(exported, "products-2026-05-01.csv", "sku,price\nA,1\n")
    assert [(d.outcome, d.reason) for d in fetch_source(warehouse, "erp").deliveries] == [("imported", None)]


def test_an_unknown_server_is_told_nothing(warehouse: Warehouse, define: Define, server: Server) -> None:
    shown = fingerprint(server.key)
    define(host_key=None)
    with pytest.raises(InputError, match=r"the key of .* is not known") as unknown:
        fetch_source(warehouse, "erp")
    assert f"--host-key {shown}" in str(unknown.value)
    define(host_key="SHA256:" + "A" * 43)
    with pytest.raises(InputError, match="shows the key") as changed:
        fetch_source(warehouse, "erp")
    assert shown in str(changed.value)


def test_known_hosts_are_trusted(
    warehouse: Warehouse, define: Define, exported: Path, server: Server, tmp_path: Path
) -> None:
    known = tmp_path / ".ssh" / "known_hosts"
    known.parent.mkdir()
    known.write_text(f"[127.0.0.1]:{server.port} {server.key.get_name()} {server.key.get_base64()}\n")
    define(host_key=None)
    put(exported, "products-2026-05-01.csv", "sku,price\nA,1\n")
    assert [(d.outcome, d.reason) for d in fetch_source(warehouse, "erp").deliveries] == [("imported", None)]


def test_what_is_wrong_with_the_way_in_is_told(
    warehouse: Warehouse, define: Define, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(folder="elsewhere")
    with pytest.raises(InputError, match=r"folder elsewhere on .* cannot be read"):
        fetch_source(warehouse, "erp")
    monkeypatch.setenv("ERP_PASSWORD", "wrong-0ne")
    with pytest.raises(InputError, match="refuses shop") as refused:
        fetch_source(warehouse, "erp")
    assert "wrong-0ne" not in str(refused.value)
    define(secrets={}, key_file="/no/such/key")
    with pytest.raises(ConfigError, match="key file /no/such/key is not there"):
        fetch_source(warehouse, "erp")

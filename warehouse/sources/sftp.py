"""A folder on an SFTP server, whose key must be known before anything is said to it."""

from __future__ import annotations

import base64
import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from warehouse.errors import ConfigError, InputError
from warehouse.sources.connector import Request
from warehouse.sources.definition import Source
from warehouse.sources.files import Look, new_files
from warehouse.sources.landing import Arrival, Landed, Missed

if TYPE_CHECKING:
    import paramiko

_SECONDS = 30.0
_PIECE = 1 << 20
_AT_ONCE = 64
"""Requests under way: enough to fill a line across the world, few enough for any server."""


def arrivals(request: Request) -> Iterator[Arrival | Missed]:
    """The new files of the server's folder. InputError where it is out of reach, or not the server it should be."""
    source = request.source
    folder = PurePosixPath(source.folder or ".")
    with _connected(source) as server:

        def listing() -> dict[str, Look]:
            try:
                entries = server.listdir_attr(str(folder))
            except (OSError, UnicodeError) as error:  # the second: a name that is not UTF-8
                raise InputError(
                    f"source {source.name}: folder {folder} on {source.place} cannot be read ({_reason(error)})"
                ) from None
            return {
                entry.filename: Look(entry.st_size or 0, float(entry.st_mtime or 0))
                for entry in entries
                if stat.S_ISREG(entry.st_mode or 0) and "/" not in entry.filename
            }

        def copy(name: str, landed: Landed) -> None:
            try:
                with server.open(str(folder / name), "rb") as file:
                    file.prefetch(max_concurrent_requests=_AT_ONCE)
                    while piece := file.read(_PIECE):
                        landed.write(piece)
            except OSError as error:
                raise InputError(f"{name} cannot be read ({_reason(error)})") from None

        yield from new_files(request, listing, copy)


@contextmanager
def _connected(source: Source) -> Iterator[paramiko.SFTPClient]:
    import paramiko

    # Before anything is sent: a missing secret is no reason to knock.
    password, key_file = source.secret("password"), source.key_file
    client = paramiko.SSHClient()
    _know_host(client, source)
    try:
        client.connect(
            source.place,
            port=source.port or 22,
            username=source.user,
            password=None if key_file else password,
            key_filename=key_file,
            passphrase=password if key_file else None,
            allow_agent=False,
            look_for_keys=False,
            timeout=_SECONDS,
            banner_timeout=_SECONDS,
            auth_timeout=_SECONDS,
        )
        with client.open_sftp() as server:
            channel = server.get_channel()
            if channel is not None:
                channel.settimeout(_SECONDS * 4)
            yield server
    except InputError:
        raise
    except paramiko.BadHostKeyException as error:
        raise InputError(
            f"source {source.name}: {source.place} shows another key than known_hosts has ({fingerprint(error.key)}); "
            "find out why before you accept it"
        ) from None
    except paramiko.AuthenticationException:
        raise InputError(
            f"source {source.name}: {source.place} refuses {source.user}; check the user and the password or key file"
        ) from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise InputError(f"source {source.name}: {source.place} cannot be reached ({_reason(error)})") from None
    finally:
        client.close()


def _know_host(client: paramiko.SSHClient, source: Source) -> None:
    """Trust the key whose fingerprint the source names, else those of known_hosts, and no other."""
    import paramiko

    class Known(paramiko.MissingHostKeyPolicy):
        def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
            found = fingerprint(key)
            if source.host_key is None:
                raise InputError(
                    f"source {source.name}: the key of {source.place} is not known; if the server's operator says that "
                    f"its fingerprint is {found}, define the source with --host-key {found}"
                )
            if found != source.host_key:
                raise InputError(
                    f"source {source.name}: {source.place} shows the key {found}, not {source.host_key}; find out why "
                    "before you define the source with it"
                )

    client.set_missing_host_key_policy(Known())
    if source.host_key is None:
        try:
            client.load_system_host_keys()
        except OSError as error:
            raise ConfigError(f"known_hosts cannot be read ({_reason(error)}); mend it or name --host-key") from None
    if source.key_file is not None and not Path(source.key_file).is_file():
        raise ConfigError(f"source {source.name}: key file {source.key_file} is not there; name one with --key-file")


def fingerprint(key: paramiko.PKey) -> str:
    """The key's SHA-256 fingerprint, as OpenSSH writes it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0][:200]

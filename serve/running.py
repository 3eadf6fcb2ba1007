"""Running the app: one process, one port, until it is told to stop."""

from __future__ import annotations

import errno
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from warehouse.errors import ConfigError

_GRACE_SECONDS = 30
"""So long a stopping server waits for the requests it has begun."""


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port` (0: any free one). ConfigError where that cannot be, with the remedy."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise ConfigError(f"--host {host}: there is no such address; use 127.0.0.1, or one of this machine") from None
    listener = socket.socket(family, kind, protocol)
    try:
        # A server stopped a moment ago leaves its port in TIME_WAIT, which must not count as in use.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ConfigError(_why(host, port, error)) from None
    return listener


def _why(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} on {host} is in use by another program; stop it or choose another with --port"
        case errno.EACCES:
            return f"port {port} may not be opened by this user; choose one above 1023 with --port"
        case errno.EADDRNOTAVAIL:
            return f"--host {host} is not an address of this machine; use 127.0.0.1, or 0.0.0.0 for all of them"
    return f"cannot listen on {host} port {port}: {error.strerror}; choose others with --host and --port"


def server(app: FastAPI, *, started: Callable[[], None]) -> uvicorn.Server:
    """A server for `app`, set up as it is served; `started` is called once connections are accepted."""
    config = uvicorn.Config(
        app,
        # The app logs its own lines: uvicorn's would show query strings, which hold customers' ids.
        access_log=False,
        log_config=None,
        server_header=False,
        # A proxy's headers are not believed; the console's gate only notes that they are there.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return _Server(config, started)


def serve(app: FastAPI, listener: socket.socket, *, started: Callable[[], None]) -> None:
    """Answer on `listener` until Ctrl-C or SIGTERM; requests under way are finished first."""
    # uvicorn sends itself the signal again once it has stopped: as an interrupt, either one ends here and no sooner.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        server(app, started=started).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start()


def log_to_stderr() -> None:
    """Let the server's log lines out on standard error."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

"""A service of the machine's own that nobody may reach: it counts who comes."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Canary:
    """Listens on every address of this machine, IPv4 and IPv6, on one port of TCP and UDP.

    `touched` has a line for each connection and datagram: the first line that was sent, or how it came. `reached` has
    the address of this machine that each connection came to, `heads` what it sent. It answers as a web server that
    permits everything.
    """

    def __init__(self) -> None:
        self.touched: list[str] = []
        self.reached: list[str] = []
        self.heads: list[bytes] = []
        self._stopping = False
        self._sockets = [_listening()]
        self.port = int(self._sockets[0].getsockname()[1])
        datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        datagrams.bind(("::", self.port))
        self._sockets.append(datagrams)
        self._threads = [threading.Thread(target=serve) for serve in (self._accept, self._receive)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stopping = True
        with socket.create_connection(("127.0.0.1", self.port)):
            self._sockets[1].sendto(b"", ("::1", self.port))
            for thread in self._threads:
                thread.join()
        for one in self._sockets:
            one.close()

    def _accept(self) -> None:
        while True:
            connection, _ = self._sockets[0].accept()
            address = connection.getsockname()[0].removeprefix("::ffff:")
            with connection:
                if self._stopping:
                    return
                connection.settimeout(1)
                head = b""
                with suppress(OSError):
                    head = connection.recv(65536)
                    length = re.search(rb"Content-Length: (\d+)", head)
                    while length and len(head.partition(b"\r\n\r\n")[2]) < int(length[1]):
                        head += connection.recv(65536)
                line = head.split(b"\r\n")[0].decode("latin-1")
                self.touched.append(line or "a connection")
                self.reached.append(address)
                self.heads.append(head)
                body = b"<h1>Inside</h1>"
                head = f"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: {len(body)}\r\n"
                with suppress(OSError):
                    connection.sendall(head.encode() + b"Content-Type: text/html\r\nConnection: close\r\n\r\n" + body)

    def _receive(self) -> None:
        while True:
            data, _ = self._sockets[1].recvfrom(65536)
            if self._stopping:
                return
            self.touched.append(f"a datagram of {len(data)} bytes")


def _listening() -> socket.socket:
    listening = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listening.bind(("::", 0))
    listening.listen(128)
    return listening


@contextmanager
def canary() -> Iterator[Canary]:
    """A canary that listens meanwhile."""
    one = Canary()
    try:
        yield one
    finally:
        one.close()

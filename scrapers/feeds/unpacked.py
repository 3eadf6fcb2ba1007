"""A body as a stream of bytes, unpacked on the way where it is gzipped, and never without an end."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import BinaryIO

from scrapers.feeds.products import FeedError

LARGEST_UNPACKED = 1024 * 1024 * 1024
"""Bytes that a gzipped feed may unpack to."""


def unpacked(body: bytes, url: str) -> BinaryIO:
    """`body` as a file. Reading it raises FeedError where the packing is broken, cut short or a bomb."""
    if body[:2] != b"\x1f\x8b":
        return io.BytesIO(body)
    return io.BufferedReader(_Unpacking(body, url), 1 << 16)


class _Unpacking(io.RawIOBase):
    def __init__(self, body: bytes, url: str) -> None:
        self._file = gzip.GzipFile(fileobj=io.BytesIO(body))
        self._url = url
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer has no length
        try:
            chunk = self._file.read(len(buffer))
        except EOFError:
            raise FeedError("cut_short", self._url, "the gzipped feed ends before its end") from None
        except (OSError, zlib.error) as error:
            raise FeedError("unreadable", self._url, f"the feed is not gzipped as it says ({error})") from None
        self._size += len(chunk)
        if self._size > LARGEST_UNPACKED:
            raise FeedError("too_large", self._url, f"the feed unpacks to over {LARGEST_UNPACKED >> 20} MB")
        buffer[: len(chunk)] = chunk
        return len(chunk)

"""Ending a crawl that takes too much memory, by what this process itself has taken."""

from __future__ import annotations

import re
from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

_STATUS = Path("/proc/self/status")


class OwnMemoryUsage(MemoryUsage):
    """Scrapy's limit on memory, measured right for a child of a large process.

    Scrapy asks getrusage for the peak, which Linux hands down through fork and exec: a crawl started by a process that
    once took more than the limit would close before its first request.
    """

    def get_virtual_size(self) -> int:
        """This process's own peak of resident memory, in bytes."""
        try:
            peak = re.search(r"^VmHWM:\s*(\d+) kB$", _STATUS.read_text(), re.MULTILINE)
        except OSError:
            peak = None
        return int(peak.group(1)) * 1024 if peak else super().get_virtual_size()

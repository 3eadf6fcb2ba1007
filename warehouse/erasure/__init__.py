"""The nightly purge: what is stored of erased customers goes, byte by byte (docs/adr/0009-erasure.md)."""

from __future__ import annotations

from warehouse.erasure.job import purge
from warehouse.erasure.lake_rows import is_known
from warehouse.erasure.purging import Purged, gone_by, purge_erased

__all__ = ["Purged", "gone_by", "is_known", "purge", "purge_erased"]

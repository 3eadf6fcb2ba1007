"""What a merchandiser reads and prints."""

from __future__ import annotations

from pricing.reports.render import render, save

__all__ = ["render", "save"]

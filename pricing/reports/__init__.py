"""What a merchandiser reads and prints."""

from __future__ import annotations

from pricing.reports.render import render, render_matches, save

__all__ = ["render", "render_matches", "save"]

"""A competitor's shop: what its file says, and where a crawl of it may go. The format: docs/site-files.md."""

from __future__ import annotations

from scrapers.sites.read import read_site
from scrapers.sites.site import Render, Shipping, Site, Tiers

__all__ = ["Render", "Shipping", "Site", "Tiers", "read_site"]

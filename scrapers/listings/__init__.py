"""Pages that list products: which links lead to products, and which to further pages of the list."""

from __future__ import annotations

from scrapers.listings.listing import Listing, read_listing

__all__ = ["Listing", "read_listing"]

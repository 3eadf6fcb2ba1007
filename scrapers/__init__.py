"""Competitor offers in: site files, polite crawls, and the reading of product pages."""

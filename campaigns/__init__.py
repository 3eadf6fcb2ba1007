"""Customers: segments, audiences with consent applied, and A/B tests that say what worked."""

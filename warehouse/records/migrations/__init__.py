"""Migrations of the records, run by schema.py."""

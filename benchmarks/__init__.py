"""Slow measurements, behind `make bench`."""

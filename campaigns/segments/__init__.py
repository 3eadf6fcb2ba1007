"""Segments: a rule over what customers did, compiled to one SQL statement and kept as versioned members."""

from __future__ import annotations

from campaigns.segments.definition import Segment, read_segment
from campaigns.segments.members import Computation, Members, compute, newest_computations, saved_segment
from campaigns.segments.rfm import rfm

__all__ = [
    "Computation",
    "Members",
    "Segment",
    "compute",
    "newest_computations",
    "read_segment",
    "rfm",
    "saved_segment",
]

"""A/B tests: definition, deterministic assignment, exposures and the readout."""

from __future__ import annotations

from campaigns.abtests.assignment import assign
from campaigns.abtests.definition import Definition, Metric, find_experiment, read_definition, start, stop
from campaigns.abtests.exposure import expose, variant_of
from campaigns.abtests.readout import Readout, readout
from campaigns.abtests.wording import in_words

__all__ = [
    "Definition",
    "Metric",
    "Readout",
    "assign",
    "expose",
    "find_experiment",
    "in_words",
    "read_definition",
    "readout",
    "start",
    "stop",
    "variant_of",
]

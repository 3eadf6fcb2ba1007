"""Who saw which variant: the first exposure of every unit, kept in the lake."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from campaigns.abtests.assignment import assign
from campaigns.abtests.definition import find_experiment
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.lake import Written
from warehouse.tables import EXPOSURES


def variant_of(warehouse: Warehouse, key: str, unit_id: str) -> str:
    """The variant this unit gets in the experiment; nothing is recorded. NotFound where there is no such experiment."""
    definition, salt, _ = find_experiment(warehouse, key)
    return assign(salt, unit_id, definition.variants)


def expose(warehouse: Warehouse, key: str, unit_ids: Sequence[str]) -> Written:
    """Record that these units have now been shown their variants; a unit exposed before keeps its first exposure.

    Only who could in truth see the variant should be recorded: everyone else adds noise to the readout.

    Raises:
        NotFound: no such experiment.
        InputError: the experiment is not running.
    """
    definition, salt, status = find_experiment(warehouse, key)
    if status != "running":
        remedy = "start it first" if status == "draft" else "show what everybody saw before"
        raise InputError(f"experiment {key!r} is {status}, not running, so no exposure was recorded; {remedy}")
    exposures = pa.table(
        {
            "experiment": pa.array([key] * len(unit_ids), pa.string()),
            "unit_id": pa.array(unit_ids, pa.string()),
            "variant": pa.array([assign(salt, unit, definition.variants) for unit in unit_ids], pa.string()),
            "exposed_at": pa.array([warehouse.clock()] * len(unit_ids), pa.timestamp("us", tz="UTC")),
        }
    )
    return warehouse.lake.append_new(EXPOSURES, exposures)

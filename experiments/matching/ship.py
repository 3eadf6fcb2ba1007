"""Train the model that comes with Purveyor: python -m experiments.matching.ship ../shared/data/matching

The folder holds a folder per labelled set, each with tableA.csv, tableB.csv, train.csv and valid.csv. The run is logged
to the home folder that the environment names; the model replaces the one in pricing/matching/model/shipped.
"""

from __future__ import annotations

import sys
from pathlib import Path

from experiments.matching.training import train_scorer
from pricing.matching.model.scorer import SHIPPED
from pricing.matching.model.training import LabelledSet
from warehouse.errors import InputError
from warehouse.settings import Settings


def labelled_sets(folder: Path) -> list[LabelledSet]:
    """Every labelled set below `folder`, ordered by name."""
    return [
        LabelledSet.read(
            path,
            path.with_name("tableB.csv"),
            [path.with_name("train.csv"), path.with_name("valid.csv")],
            name=path.parent.name,
        )
        for path in sorted(folder.glob("*/tableA.csv"))
    ]


def main(folder: Path) -> None:
    sets = labelled_sets(folder)
    if not sets:
        raise InputError(f"{folder} holds no labelled set (a folder with tableA.csv); name the folder of such folders")
    result = train_scorer(sets, SHIPPED, home=Settings.load().home)
    print(f"{result.version} in {result.folder}, run {result.run_id}")
    for name, f in result.figures.items():
        print(
            f"{name}: F1 {f.f1:.3f} ({f.f1_low:.3f} to {f.f1_high:.3f}), calibration error {f.error:.3f}, "
            f"{f.error_rare:.3f} where matches are rare"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

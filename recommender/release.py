"""A released recommender as files: arrays as `.npz`, names and the ranking as JSON. Nothing is ever unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recommender.for_you import ForYou
from recommender.interactions import Interactions, positions
from recommender.logit import Bools
from recommender.models.als import Als
from recommender.together import Together
from recommender.training import Trained
from warehouse.errors import ConfigError

FORMAT = 1
_FOR_YOU, _TOGETHER, _NAMES, _MODEL = "for_you.npz", "together.npz", "names.json", "model.json"
PEOPLE = {_NAMES: "customers"}
"""Where customers' ids stand, as `Artifacts.release` takes it."""
_PLAIN = tuple(f.name for f in fields(ForYou) if f.name not in ("neighbours", "als"))
_CSR = ("data", "indices", "indptr")


@dataclass(frozen=True)
class Released:
    """What answering needs. `titles` has one entry per sku, None where its name is not known; `until` is the day (since
    1970) before which everything was learned from. A customer who was erased since is None."""

    for_you: ForYou
    together: Together
    customers: list[str | None]
    skus: list[str]
    titles: list[str | None]
    until: int


def write(folder: Path, trained: Trained, interactions: Interactions, titles: Mapping[str, str]) -> None:
    """Write a trained recommender into an empty folder."""
    found = trained.for_you
    arrays = {name: getattr(found, name) for name in _PLAIN}
    arrays |= {f"neighbours_{part}": getattr(found.neighbours, part) for part in _CSR}
    arrays |= {"customer_factors": found.als.customer_factors, "sku_factors": found.als.sku_factors}
    np.savez(folder / _FOR_YOU, allow_pickle=False, **arrays)
    np.savez(folder / _TOGETHER, allow_pickle=False, **vars(trained.together))
    names = {
        "customers": interactions.customers,
        "skus": interactions.skus,
        "titles": [titles.get(sku) for sku in interactions.skus],
    }
    (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
    ranking = {
        part: {
            "intercept": logit.intercept,
            "features": {
                name: {"weight": float(weight), "mean": float(mean)}
                for name, weight, mean in zip(logit.names, logit.weights, logit.means, strict=True)
            },
        }
        for part, logit in (("repeat", trained.blend.repeat), ("discover", trained.blend.discover))
    }
    model = {"format": FORMAT, "until": trained.until.isoformat(), "ranking": ranking}
    (folder / _MODEL).write_text(json.dumps(model, indent=2), encoding="utf-8")


def read(folder: Path) -> Released:
    """Read what `write` wrote. Checksums are the artifact store's business."""
    from scipy.sparse import csr_array

    model: dict[str, Any] = json.loads((folder / _MODEL).read_text(encoding="utf-8"))
    names: dict[str, Any] = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    if model["format"] != FORMAT:
        raise ConfigError(
            f"{folder} holds a recommender of format {model['format']}, this Purveyor reads {FORMAT}; "
            "run `purveyor recommender train`"
        )
    with np.load(folder / _FOR_YOU, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    with np.load(folder / _TOGETHER, allow_pickle=False) as stored:
        together = Together(**{name: stored[name] for name in stored.files})
    pool = len(arrays["pool"])
    neighbours = csr_array(tuple(arrays[f"neighbours_{part}"] for part in _CSR), shape=(pool, pool))
    return Released(
        for_you=ForYou(
            **{name: arrays[name] for name in _PLAIN},
            neighbours=neighbours,
            als=Als(arrays["customer_factors"], arrays["sku_factors"]),
        ),
        together=together,
        customers=names["customers"],
        skus=names["skus"],
        titles=names["titles"],
        until=(date.fromisoformat(model["until"]) - date(1970, 1, 1)).days,
    )


def titles_and_sellable(catalogue: pa.Table, interactions: Interactions) -> tuple[dict[str, str], Bools]:
    """From the rows of CATALOGUE: titles by sku, and for each sku bought whether it can be sold.

    A sku that the catalogue does not know can: a shop may have imported its orders only.
    """
    titles = dict(zip(catalogue["sku"].to_pylist(), catalogue["title"].to_pylist(), strict=True))
    gone = catalogue.filter(pc.invert(catalogue["sellable"]))["sku"].to_pylist()
    sellable = np.ones(len(interactions.skus), dtype=np.bool_)
    place = positions(interactions.skus, gone)
    sellable[place[place >= 0]] = False
    return {sku: title for sku, title in titles.items() if title}, sellable

"""What was scored before, so that a run scores only what is new: a file in the home folder that may be deleted.

A score stands until one of its two listings, a rival of theirs or the model changes. How rare words are depends on all
the other listings, a little; once a tenth of the pairs are new since all were scored, all are scored again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pricing.matching.listing import Listing

MOST_NEW = 0.1
"""Share of pairs scored since all were, from which on all are scored again."""

_SCHEMA = pa.schema(
    [
        pa.field("sku", pa.string(), nullable=False),
        pa.field("offer_id", pa.string(), nullable=False),
        pa.field("prints", pa.binary(16), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("single", pa.float64()),
    ]
)

Score = tuple[float, float]
"""The model's probability, and that with packs set aside: NaN where the packs agree."""


@dataclass
class Memory:
    """Scores by (sku, offer_id), each with the prints of its listings; `new`: how many came since all were scored."""

    model_version: str
    scores: Mapping[tuple[str, str], tuple[bytes, Score]] = field(default_factory=dict)
    new: int = 0

    def score(self, product: Listing, offer: Listing, prints: bytes) -> Score | None:
        """The score of a pair that says what it said when it was scored; None where there is none."""
        found = self.scores.get((product.id, offer.id))
        return found[1] if found is not None and found[0] == prints else None


def fingerprint(listing: Listing) -> bytes:
    """Eight bytes that are others as soon as the listing says something else."""
    return hashlib.blake2b(repr(astuple(listing)).encode(), digest_size=8).digest()


def read_memory(path: Path, model_version: str) -> Memory:
    """What the file holds; nothing where there is none, it cannot be read, or another model made it."""
    try:
        table = pq.read_table(path)
        told = {name.decode(): value.decode() for name, value in (table.schema.metadata or {}).items()}
        new = int(told["new"])
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return Memory(model_version)
    if told.get("model_version") != model_version or not table.schema.equals(_SCHEMA):
        return Memory(model_version)
    columns = [table[name].to_pylist() for name in ("prints", "probability", "single")]
    keys = zip(table["sku"].to_pylist(), table["offer_id"].to_pylist(), strict=True)
    scores = {
        key: (prints, (probability, float("nan") if single is None else single))
        for key, prints, probability, single in zip(keys, *columns, strict=True)
    }
    return Memory(model_version, scores, new)


def write_memory(path: Path, memory: Memory) -> None:
    """Write the file whole or not at all."""
    keys = list(memory.scores)
    prints = [memory.scores[key][0] for key in keys]
    scores: Sequence[Score] = [memory.scores[key][1] for key in keys]
    table = pa.table(
        [
            pa.array([sku for sku, _ in keys], pa.string()),
            pa.array([offer_id for _, offer_id in keys], pa.string()),
            pa.array(prints, pa.binary(16)),
            pa.array([probability for probability, _ in scores], pa.float64()),
            pa.array([single for _, single in scores], pa.float64(), from_pandas=True),
        ],
        schema=_SCHEMA.with_metadata({"model_version": memory.model_version, "new": str(memory.new)}),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    pq.write_table(table, partial)
    partial.replace(path)

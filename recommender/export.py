"""Recommendations for a list of customers, as a file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pyarrow as pa

from recommender.answers import Purchased, Recommender, check_limit
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet
from warehouse.records.tombstones import erased_customers

COLUMNS = ("customer_id", "rank", "sku", "score")
"""What the file holds: one row per customer and rank (from 1), customers in the order they were asked for."""

_CUSTOMER = "customer_id"
_AT_ONCE = 20_000


@dataclass(frozen=True)
class Exported:
    """What was written. `popular` counts customers without a known history, who got what is popular."""

    output: Path
    model_version: str
    customers: int
    popular: int
    repeated: int
    """Rows of the input that named a customer again."""
    blank: int
    """Rows of the input without a customer."""
    rows: int


def export(
    warehouse: Warehouse,
    customers: Path,
    output: Path,
    *,
    limit: int = 20,
    purchased: Purchased = "include",
    progress: Progress = quiet,
) -> Exported:
    """Write at most `limit` recommendations for every customer in the CSV file `customers`.

    The file needs the column customer_id; other columns are ignored. Every customer asked for gets rows: who is not
    known, or was erased, gets what is popular. Ids are written as they are read. InputError names what cannot be read
    or written; the output appears as a whole or not at all.
    """
    from pyarrow import csv as arrow_csv

    check_limit(limit)
    asked, repeated, blank = _read(customers)
    if not output.parent.is_dir():
        raise InputError(f"{output.parent} is not a folder; make it or choose another --output")
    with warehouse.records.reading() as records:
        erased = set(erased_customers(records))
    recommender = Recommender.open(warehouse.artifacts, erased=erased)
    schema = pa.schema(zip(COLUMNS, (pa.string(), pa.int32(), pa.string(), pa.float32()), strict=True))
    skus = pa.array(recommender.skus, pa.string())
    rows = popular = 0
    part = output.with_name(f".{output.name}.{uuid4().hex}")
    try:
        options = arrow_csv.WriteOptions(quoting_style="needed")
        with arrow_csv.CSVWriter(str(part), schema, write_options=options) as writer:
            for start in range(0, len(asked), _AT_ONCE):
                progress("writing recommendations", start, len(asked))
                top = recommender.top(asked[start : start + _AT_ONCE], limit, purchased)
                ids = pa.array(asked[start : start + _AT_ONCE], pa.string())
                columns = [ids.take(pa.array(top.row)), top.rank + 1, skus.take(pa.array(top.sku)), top.score]
                writer.write_table(pa.table(columns, schema=schema))
                rows += len(top.row)
                popular += top.strangers
        part.replace(output)
    except OSError as error:
        raise InputError(f"{output} cannot be written ({error.strerror or error}); choose another --output") from None
    finally:
        part.unlink(missing_ok=True)
    progress("writing recommendations", len(asked), len(asked))
    return Exported(output, recommender.version, len(asked), popular, repeated, blank, rows)


def _read(path: Path) -> tuple[list[str], int, int]:
    """The distinct customers in their order, how many rows repeat one, and how many are blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            header = [name.strip() for name in next(lines, [])]
            if _CUSTOMER not in header:
                raise InputError(
                    f"{path} has no column {_CUSTOMER} (it has: {', '.join(header) or 'nothing'}); "
                    f"name the column with the customers' ids {_CUSTOMER}"
                )
            at = header.index(_CUSTOMER)
            ids = [line[at] if at < len(line) else "" for line in lines if line]
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; give a CSV file with the column {_CUSTOMER}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); give a CSV file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}); save it as CSV UTF-8") from None
    except csv.Error as error:
        raise InputError(f"{path}, line {lines.line_num}: {error}; give a CSV file") from None
    filled = [customer for customer in ids if customer.strip()]
    distinct = list(dict.fromkeys(filled))
    return distinct, len(filled) - len(distinct), len(ids) - len(filled)

"""Files as streams of text: every cell a string or null, every row with the place it stands at in its file.

CSV, Parquet, XLSX, JSON and XML feeds meet in `Source`, so that the same content in any becomes the same rows. A file
that cannot be read to its end is an InputError that names the place; a row that does not fit the header is a fault of
that row alone.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.errors import InputError
from warehouse.imports.readers.encodings import checked_encoding
from warehouse.imports.readers.files import plain_suffix
from warehouse.imports.readers.source import FAULT, LINE, Source

__all__ = ["FAULT", "LINE", "Source", "open_source"]

_JSON = (".json", ".jsonl", ".ndjson")


def open_source(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Source:
    """Open a file by its ending (`.gz` too, but for Parquet and XLSX); one of an unknown ending is read as CSV.

    `encoding` is that of a text file, detected where it is not told; `sheet` that of a workbook, else its first.
    InputError where there is no file or its head cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path") from None
    if head == b"\xd0\xcf\x11\xe0":
        raise InputError(
            f"{path.name} is an old (.xls) or locked workbook; save it as .xlsx without a password, or as CSV"
        )
    told = checked_encoding(encoding) if encoding else None
    suffix = plain_suffix(path)
    if suffix in (".parquet", ".pq") or head == b"PAR1":
        from warehouse.imports.readers.parquet import read_parquet

        return read_parquet(path)
    if suffix in (".xlsx", ".xlsm") or head == b"PK\x03\x04":
        from warehouse.imports.readers.xlsx import read_xlsx

        return read_xlsx(path, sheet)
    if suffix in _JSON:
        from warehouse.imports.readers.json_lines import read_json

        return read_json(path, told)
    if suffix in (".xml", ".yml"):
        from warehouse.imports.readers.xml_feed import read_xml

        return read_xml(path, told)
    from warehouse.imports.readers.delimited import read_csv

    return read_csv(path, told)

"""Files into the warehouse: `import_file` reads, checks, stages and writes one file, all of it or nothing."""

from __future__ import annotations

from warehouse.imports.importing import ImportResult, import_file
from warehouse.imports.kinds import KINDS
from warehouse.imports.mapping import parse_map
from warehouse.imports.presets import PRESETS

__all__ = ["KINDS", "PRESETS", "ImportResult", "import_file", "parse_map"]

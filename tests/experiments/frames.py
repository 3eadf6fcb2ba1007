"""Tables of the market as pandas frames, for independent reckoning."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa


def frame(table: pa.Table) -> pd.DataFrame:
    """A table with money as floats, exact enough here since all of it is whole cents."""
    decimals = {f.name: table[f.name].cast(pa.float64()) for f in table.schema if pa.types.is_decimal(f.type)}
    plain = {f.name: table[f.name].cast(f.type.value_type) for f in table.schema if pa.types.is_dictionary(f.type)}
    decimals |= plain
    result: pd.DataFrame = table.drop_columns(list(decimals)).to_pandas().assign(**decimals)
    return result

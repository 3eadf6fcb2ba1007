"""Reference rates of the European Central Bank."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from typing import Any

from warehouse.imports import ImportResult


def test_rates_are_turned_round_exactly(
    take: Callable[..., ImportResult], ask: Callable[[str], list[dict[str, Any]]], tmp_path: Path
) -> None:
    rates = {"USD": "1.1698", "JPY": "184.05", "GBP": "0.8699", "IDR": "19485.31", "TRY": "N/A"}
    gone = {"CYP": "0.58", "HRK": "7.5365"}
    columns = {**rates, **gone}
    path = tmp_path / "eurofxref-hist.csv"
    # As the file is: each line ends in a comma.
    path.write_text(
        f"Date,{','.join(columns)},\n2026-05-29,{','.join(columns.values())},\n"
        f"2026-05-28,{','.join(columns.values())},\n",
        encoding="utf-8",
    )
    assert take("fx_rates", path, "ecb").written == 8
    found = ask("select currency, eur from fx_rates where day = date '2026-05-29'")
    with localcontext(prec=50):
        expected = {
            currency: (1 / Decimal(rate)).quantize(Decimal("0.00000001"), ROUND_HALF_UP)
            for currency, rate in rates.items()
            if rate != "N/A"
        }
    assert {row["currency"]: row["eur"] for row in found} == expected
    assert take("fx_rates", path, "ecb").written == 0

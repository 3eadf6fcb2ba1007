"""The euro reference rates of the European Central Bank: eurofxref-hist.csv, and eurofxref.csv of one day.

The files: ecb.europa.eu, "Euro foreign exchange reference rates". Currencies that have gone (such as HRK) are passed
over, as are days on which a rate was not set (N/A).
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

ECB = (
    Preset(
        "ecb",
        "fx_rates",
        "ECB reference rates",
        shape=Shape(
            statement("ecb/fx_rates.sql"),
            requires=("Date", "USD", "JPY"),
            optional=(
                *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK"),
                *("KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "RUB", "SEK", "SGD", "THB", "TRY", "ZAR"),
            ),
        ),
    ),
)

"""How far each reader has earned to be believed: factors for its confidence, see benchmarks/fit_resolver.py."""

UNMEASURED = 0.9
"""For a reader and field that no labelled page speaks of."""

RELIABILITY: dict[tuple[str, str], float] = {
    ("jsonld", "price"): 1.042,
    ("opengraph", "price"): 1.027,
    ("visible", "price"): 1.0,
    ("state", "price"): 0.999,
    ("microdata", "price"): 0.878,
    ("jsonld", "currency"): 1.1,
    ("visible", "currency"): 1.086,
    ("microdata", "currency"): 1.038,
    ("opengraph", "currency"): 1.027,
    ("state", "currency"): 0.997,
    ("state", "availability"): 1.1,
    ("jsonld", "availability"): 1.073,
    ("visible", "availability"): 0.994,
    ("microdata", "availability"): 0.914,
    ("labels", "sku"): 1.1,
    ("named", "sku"): 1.1,
    ("beside", "sku"): 1.1,
    ("address", "sku"): 1.028,
    ("microdata", "sku"): 0.993,
    ("form", "sku"): 0.855,
    ("jsonld", "sku"): 0.827,
    ("state", "sku"): 0.806,
    ("branding", "brand"): 1.1,
    ("labels", "brand"): 1.026,
    ("jsonld", "brand"): 1.021,
    ("microdata", "brand"): 0.992,
    ("opengraph", "brand"): 0.97,
    ("state", "brand"): 0.898,
    ("labels", "mpn"): 1.1,
    ("labels", "gtin"): 1.038,
    ("microdata", "gtin"): 0.976,
    ("state", "gtin"): 0.951,
}
"""By reader and field; written by `python -m benchmarks.fit_resolver --write`."""

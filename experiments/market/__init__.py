"""A small simulated economy with known answers, which feeds the demo and judges the models.

`generate` makes a market from a size, a seed and a period: products, price and stock history, orders, customers,
consents, storefront events and the exposures of an A/B experiment, as Arrow tables of the lake's schemas.
`serve_shops` serves two competitors' web shops over HTTP. `Market.truth` holds what no model may see.

The laws of demand stand in `economy`, the merchant's conduct in `merchant`. Two things make the data as awkward as
life:

- Prices react to demand. When a product sells above its usual rate, because of an unobserved demand shock or the
  season, the merchant soon asks more for it, and promotions crowd into November. A plain regression of sales on price
  therefore finds demand less elastic than it is. Cost changes are passed on in part and owe nothing to demand: a
  valid instrument.
- What is not there is not sold. Deliveries are late now and then, a sold-out product sells nothing, and its substitutes
  gain; days without sales are thus no evidence of days without demand.

What it leaves out: competitors' prices do not move our demand and do not change over time, a promotion works through
its price alone, tastes do not change, and nobody returns goods for resale.
"""

from __future__ import annotations

from experiments.market.market import Market, MarketSize, generate
from experiments.market.shops import Shop, serve_shops
from experiments.market.trial import Trial
from experiments.market.truth import Truth

__all__ = ["Market", "MarketSize", "Shop", "Trial", "Truth", "generate", "serve_shops"]

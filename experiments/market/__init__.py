"""A simulated economy with known answers, which feeds the demo and judges the models.

`generate` makes a market from a size, a seed and a period: products, price and stock history, promotions, orders,
customers, consents, mail and its answers, storefront events, experiments, competitors' offers and exchange rates, as
Arrow tables of the lake's schemas. `write_to` streams the same market straight into a lake, up to 100,000 products and
1,000,000 customers. `serve_shops` serves three competitors' web shops over HTTP. `Market.truth` holds what no model may
see.

The laws of demand stand in `economy`, the merchant's conduct in `merchant`, the customers' in `people` and `mailing`,
the competitors' in `sites`. Three things make the data as awkward as life:

- Prices react to demand. When a product sells above its usual rate, because of an unobserved demand shock or the
  season, the merchant soon asks more for it, and promotions crowd into November. A plain regression of sales on price
  therefore finds demand less elastic than it is; the truth states by how much. Cost changes passed on in part and
  random price tests owe nothing to demand: valid instruments.
- What is not there is not sold. Deliveries are late now and then, a sold-out product sells nothing, and its substitutes
  gain; days without sales are thus no evidence of days without demand.
- Mail tires, and a mailing works on some customers and does harm to others; only its holdout tells.

What it leaves out: competitors' prices do not move our demand, a promotion works through its price alone, newsletters
do not change what is bought, tastes do not change, and nobody returns goods for resale.
"""

from __future__ import annotations

from experiments.market.market import Market, generate
from experiments.market.shops import Shop, serve_shops
from experiments.market.simulation import MarketSize
from experiments.market.trial import Trial
from experiments.market.truth import Truth
from experiments.market.writing import write_to

__all__ = ["Market", "MarketSize", "Shop", "Trial", "Truth", "generate", "serve_shops", "write_to"]

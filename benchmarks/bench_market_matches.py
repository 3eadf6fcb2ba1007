"""How right and how complete matching is in the simulated market, over seeds and sizes, and how long it takes.

An offer without a brand, GTIN or part number cannot be told from another brand's product of the same words; the last
column is the share of such offers among the true ones, a bound on what any matcher can find there by right.

Run: python -m benchmarks market_matches, or other sizes with python -m benchmarks.bench_market_matches PRODUCTS …
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence

import numpy as np

from experiments.judge.matching import MarketOffers, judged, market_offers
from pricing.matching.decide import decide
from pricing.matching.model.scorer import Scorer

SEEDS = {200: (1, 2, 3, 4, 5), 600: (1, 2, 3, 4, 7), 3000: (1, 2)}
LARGEST = 10_000
"""Products of the last market, in one seed; shops offer three quarters as many."""


def nameless(market: MarketOffers) -> float:
    """The share of the true offers that state neither brand nor identifier."""
    own = {product.id: product for product in market.products}
    true = [(offer, own[sku]) for offer in market.offers if (sku := market.truth[offer.id]) is not None]
    bare = [
        offer.gtin is None and offer.mpn is None and offer.brand is None and (p.brand or "") not in (offer.title or "")
        for offer, p in true
    ]
    return float(np.mean(bare))


def measure(scorer: Scorer, products: int, seed: int) -> tuple[float, float]:
    """Match one market and print what came of it; precision and recall."""
    market = market_offers(products, seed, sites=3 if products < LARGEST else 2)
    began = time.process_time()
    outcome = decide(market.products, market.offers, scorer=scorer)
    seconds = time.process_time() - began
    found = judged(market, outcome)
    precision, recall = found.right / found.matched, found.right / found.true
    review = len({d.offer_id for d in outcome.decisions if d.verdict == "review"})
    by_model = [d.score for d in outcome.decisions if (d.verdict, d.method) == ("match", "model")]
    print(
        f"{products:>7,} products, {len(market.offers):>7,} offers, seed {seed}: precision {precision:.4f}, recall "
        f"{recall:.4f}; {len(by_model):,} by the model (expected precision {np.mean(by_model):.4f}), "
        f"{review:,} to review; {outcome.scored:,} pairs scored, {seconds:.0f} s of processor time; "
        f"nameless {nameless(market):.3f}",
        flush=True,
    )
    return precision, recall


def main(sizes: Sequence[int]) -> None:
    scorer = Scorer.open()
    given: dict[int, tuple[int, ...]] = {size: (1,) for size in sizes}  # noqa: C420
    seeds = given or {**SEEDS, LARGEST: (1,)}
    for size, chosen in seeds.items():
        figures = np.array([measure(scorer, size, seed) for seed in chosen])
        print(f"{size:>7,} products: least precision {figures[:, 0].min():.4f}, least recall {figures[:, 1].min():.4f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])

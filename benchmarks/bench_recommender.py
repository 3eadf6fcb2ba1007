"""How long the recommender takes on real orders, and what it earns on weeks that no training saw.

The last four weeks of each file are set aside; the recommender is trained through the command's own way on what came
before, exported for every customer, and judged here by a reading of its own: the exported files against the set-aside
orders, beside popularity over the last 28 days.

Run: python -m benchmarks.bench_recommender
"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from experiments.training import train
from recommender.answers import Purchased, Recommender
from recommender.export import export
from warehouse.house import Warehouse
from warehouse.imports import import_file
from warehouse.settings import Settings

DATA = Path(__file__).parents[2] / "shared" / "data" / "orders"
WEEKS = 4
K = 20
MAPPING = {
    "order_id": "basket_id",
    "customer_id": "household_id",
    "sku": "product_id",
    "ordered_at": "transaction_timestamp",
    "quantity": "quantity",
    "amount": "sales_value",
}
FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "online_retail": ("InvoiceDate", {"preset": "online-retail"}),
    "complete_journey_transactions": (
        "transaction_timestamp",
        {"mapping": MAPPING, "currency": "USD", "timezone": "America/New_York"},
    ),
}
MODES: tuple[Purchased, ...] = ("include", "exclude")


def main() -> None:
    """Print seconds and figures for both files."""
    for name, (time_column, options) in FILES.items():
        path = DATA / f"{name}.parquet"
        if not path.exists():
            print(f"{name}: not here (../shared/data/orders), skipped")
            continue
        with tempfile.TemporaryDirectory() as folder:
            _bench(name, path, time_column, options, Path(folder))


def _bench(name: str, path: Path, time_column: str, options: dict[str, Any], folder: Path) -> None:
    rows = pq.read_table(path)
    end = pd.Timestamp(rows[time_column].to_pandas().max()).ceil("D")
    cut = end - pd.Timedelta(weeks=WEEKS)
    with Warehouse.open(Settings(home=folder / "home"), clock=lambda: datetime.now(UTC)) as warehouse:
        import_file(warehouse, "orders", path, **options)
        orders = _purchases(warehouse)
    early = folder / "early.parquet"
    pq.write_table(rows.filter((rows[time_column].to_pandas() < cut).to_numpy()), early)
    with Warehouse.open(Settings(home=folder / "early"), clock=lambda: datetime.now(UTC)) as warehouse:
        import_file(warehouse, "orders", early, **options)
        before = _purchases(warehouse)
        after = orders.merge(before[["order_id", "sku"]], how="left", indicator=True)
        after = after[after["_merge"] == "left_only"][["customer_id", "sku"]].drop_duplicates()
        customers = folder / "customers.csv"
        before[["customer_id"]].drop_duplicates().to_csv(customers, index=False)
        began = time.perf_counter()
        train(warehouse)
        trained = time.perf_counter()
        for purchased in MODES:
            export(warehouse, customers, folder / f"{purchased}.csv", limit=K, purchased=purchased)
        exported = time.perf_counter()
        answer = _answer_time(Recommender.open(warehouse.artifacts), before["customer_id"].unique()[:500].tolist())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: {len(before):,} purchases of {before['customer_id'].nunique():,} customers before {cut.date()}")
    print(
        f"  trained in {trained - began:.1f} s, exported twice in {exported - trained:.1f} s, "
        f"one answer in {answer * 1000:.2f} ms, peak {peak:,.0f} MB"
    )
    owned = before[["customer_id", "sku"]].drop_duplicates()
    recent = before[before["ordered_at"] >= before["ordered_at"].max() - timedelta(days=28)]
    popular = recent.groupby("sku")["customer_id"].nunique().sort_values(ascending=False).index
    for purchased in MODES:
        relevant = after[after["customer_id"].isin(set(owned["customer_id"]))]
        if purchased == "exclude":
            relevant = _without(relevant, owned)
        answers = pd.read_csv(folder / f"{purchased}.csv", dtype={"customer_id": str, "sku": str})
        _print(purchased, relevant, answers, _popular_answers(relevant, popular, owned, purchased))


def _purchases(warehouse: Warehouse) -> pd.DataFrame:
    with warehouse.session() as session:
        rows = session.query(
            "select order_id, sku, min(customer_id) as customer_id, min(ordered_at) as ordered_at from orders "
            "where line_kind = 'product' and quantity > 0 and customer_id is not null group by order_id, sku"
        )
    return pd.DataFrame(rows.to_pandas())


def _answer_time(recommender: Recommender, customers: list[str]) -> float:
    recommender.for_you(customers[0])
    began = time.perf_counter()
    for customer in customers:
        recommender.for_you(customer, 10)
    return (time.perf_counter() - began) / len(customers)


def _without(pairs: pd.DataFrame, owned: pd.DataFrame) -> pd.DataFrame:
    merged = pairs.merge(owned, on=["customer_id", "sku"], how="left", indicator=True)
    return merged[merged["_merge"] == "left_only"].drop(columns="_merge")


def _popular_answers(
    relevant: pd.DataFrame, popular: pd.Index, owned: pd.DataFrame, purchased: Purchased
) -> pd.DataFrame:
    customers = pd.DataFrame({"customer_id": relevant["customer_id"].unique()})
    ranked = customers.merge(pd.DataFrame({"sku": popular[:500], "place": range(len(popular[:500]))}), how="cross")
    if purchased == "exclude":
        ranked = _without(ranked, owned)
    ranked["rank"] = ranked.groupby("customer_id")["place"].rank().astype(int)
    return ranked[ranked["rank"] <= K]


def _print(purchased: str, relevant: pd.DataFrame, ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    count = relevant.groupby("customer_id").size()
    ideal = np.cumsum(1 / np.log2(np.arange(K) + 2))[np.minimum(count, K) - 1]
    print(f"  {purchased} purchased, {len(count):,} customers")
    for name, answers in (("recommender", ours), ("popularity", theirs)):
        right = answers.merge(relevant, on=["customer_id", "sku"])
        gain = (1 / np.log2(right["rank"] + 1)).groupby(right["customer_id"]).sum().reindex(count.index).fillna(0)
        hits = right.groupby("customer_id").size().reindex(count.index).fillna(0)
        print(
            f"    {name:<12} hit rate@{K} {(hits > 0).mean():.3f}  recall@{K} {(hits / count).mean():.3f}  "
            f"ndcg@{K} {(gain / ideal).mean():.3f}"
        )


if __name__ == "__main__":
    main()

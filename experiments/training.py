"""Training runs of the recommender: judged over time, tracked in MLflow, released, and current where it is no worse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from experiments.tracking import log_run
from recommender import release
from recommender.answers import KIND
from recommender.evaluation import Comparison
from recommender.interactions import CATALOGUE, INTERACTIONS, Interactions
from recommender.models import als, item_to_item, popularity
from recommender.training import LEARNED, WEEKS, Trained
from recommender.training import train as train_models
from recommender.world import POOL
from warehouse.artifacts import ReleaseInfo
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet
from warehouse.records.stores import get_store
from warehouse.tables import RELATIONS

EXPERIMENT = "recommender"
SEED = 20110


@dataclass(frozen=True)
class TrainingResult:
    """A released recommender and how it was judged: `include` with products bought before, `exclude` without."""

    version: str
    run_id: str
    current: bool
    """Whether it answers from now on: not where it is clearly worse than popularity."""
    purchases: int
    customers: int
    skus: int
    relations: int
    include: Comparison
    exclude: Comparison
    weeks: int
    """Length of a judged window."""
    cutoffs: tuple[date, ...]
    """The judged windows' first days, latest first."""
    until: date
    """The day before which the release learned from everything."""


def train(
    warehouse: Warehouse, *, store: str | None = None, seed: int = SEED, progress: Progress = quiet
) -> TrainingResult:
    """Train on all orders (of one store, where `store` is given) up to now, release, and log the run.

    The product relations of the release are appended to the lake under its version. Only when all that stands is the
    release made current, and only where it is not clearly worse than popularity; whatever fails leaves the former one
    current. NotEnoughData where there is too little history to judge on; NotFound for a store that does not exist.
    """
    now = warehouse.clock()
    if store is not None:
        with warehouse.records.reading() as records:
            get_store(records, store)
    progress("reading orders", 0, None)
    with warehouse.session() as session:
        versions = session.versions
        interactions = Interactions.read(session.ask(INTERACTIONS, before=now, store_id=store))
        titles, sellable = release.titles_and_sellable(session.ask(CATALOGUE, before=now), interactions)
    trained = train_models(interactions, sellable, seed=seed, progress=progress)
    include, exclude = trained.comparisons
    used = {table: versions[table] for table in ("orders", "products", "product_history")}
    info = warehouse.artifacts.release(
        KIND,
        lambda folder: release.write(folder, trained, interactions, titles),
        metrics=_metrics(trained),
        trained_on=used,
        people=release.PEOPLE,
        current=False,
    )
    relations = trained.together.table(interactions.skus, info.version)
    warehouse.lake.append(RELATIONS, relations, batch_id=f"{KIND}-{info.version}")
    progress("logging the run", 0, None)
    current = not clearly_worse(include)
    run_id = log_run(
        warehouse.settings.home,
        EXPERIMENT,
        info.version,
        at=datetime.fromisoformat(info.manifest["released_at"]),
        metrics=_metrics(trained),
        params={"seed": str(seed), "store": store or "all", **_params(info, trained)},
        tags={"release": info.version, "code": info.manifest["code"], "current": str(current).lower()},
    )
    if current:
        warehouse.artifacts.make_current(KIND, info.version)
    return TrainingResult(
        version=info.version,
        run_id=run_id,
        current=current,
        purchases=len(interactions.sku),
        customers=len(interactions.customers),
        skus=len(interactions.skus),
        relations=relations.num_rows,
        include=include,
        exclude=exclude,
        weeks=WEEKS,
        cutoffs=trained.cutoffs,
        until=trained.until,
    )


def clearly_worse(comparison: Comparison) -> bool:
    """Whether the model's gain over popularity lies below zero with its whole 95% interval, by ndcg."""
    return comparison.gain["ndcg"].high < 0


def _metrics(trained: Trained) -> dict[str, float]:
    """Every estimate under a name such as include_ndcg_at_20, popularity's and the gain's with theirs before it."""
    metrics: dict[str, float] = {}
    for comparison in trained.comparisons:
        groups = {"": comparison.model, "popularity_": comparison.popularity, "gain_": comparison.gain}
        for group, estimates in groups.items():
            for metric, estimate in estimates.items():
                name = f"{comparison.purchased}_{group}{metric}_at_{comparison.k}"
                metrics |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
        metrics[f"{comparison.purchased}_p_value"] = comparison.p_value
        metrics[f"{comparison.purchased}_customers"] = comparison.customers
    return metrics


def _params(info: ReleaseInfo, trained: Trained) -> dict[str, str]:
    """What the run was made of: data versions, windows and the models' settings."""
    return {
        "until": trained.until.isoformat(),
        "judged_from": ", ".join(day.isoformat() for day in trained.cutoffs),
        "window_weeks": str(WEEKS),
        "windows_judged": str(len(trained.cutoffs)),
        "windows_learned": str(LEARNED),
        "pool": str(POOL),
        "als_factors": str(als.FACTORS),
        "als_regularization": str(als.REGULARIZATION),
        "als_alpha": str(als.ALPHA),
        "als_iterations": str(als.ITERATIONS),
        "item_to_item_penalty": str(item_to_item.PENALTY),
        "item_to_item_neighbours": str(item_to_item.NEIGHBOURS),
        "popularity_half_life_days": str(popularity.HALF_LIFE),
        **{f"{table}_version": str(version) for table, version in info.manifest["trained_on"].items()},
    }

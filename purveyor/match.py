"""`purveyor match`: which competitor's offer is which product of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from purveyor import match_review, match_run
from purveyor.common import Json, emit, open_warehouse, progress

app = typer.Typer(invoke_without_command=True)
app.command("run")(match_run.run)
app.command("report")(match_run.report)
app.command("review")(match_review.review)
app.command("verdicts")(match_review.verdicts)

Left = Annotated[Path, typer.Option(help="Our products: a CSV (or XLSX, Parquet, JSON) file with ids and titles.")]
Right = Annotated[Path, typer.Option(help="Offers that may be them: another such file.")]
Map = Annotated[
    str | None, typer.Option("--map", help="Columns whose names do not tell what they are: title=name,mpn=code")
]
Output = Annotated[Path, typer.Option(help="The CSV file to write.")]

_UNLIKE = 1.0
"""Log odds from which on scores are so far from what the model knows that a user is told."""
_MOST_SAID = 10
"""Verdicts named that teach nothing."""


@app.callback()
def match(context: typer.Context, as_json: Json = False) -> None:
    """Find which competitor's offer is which product of ours: by identifiers, then a model. Without a subcommand: run.

    Example: purveyor match --json
    """
    if context.invoked_subcommand is None:
        match_run.run(as_json=as_json)


@app.command()
def candidates(
    left: Left,
    right: Right,
    output: Output,
    top: Annotated[int, typer.Option(min=1, help="Right-hand candidates for each left-hand product.")] = 10,
    columns: Map = None,
    as_json: Json = False,
) -> None:
    """Write the pairs worth judging: those with the same GTIN, or brand and part number, then the nearest by text.

    The file has the columns ltable_id, rtable_id, similarity (of the texts, 0 to 1) and rank (1 is the likeliest).

    Example: purveyor match candidates --left ours.csv --right theirs.csv --top 10 --output pairs.csv
    """
    from pricing.matching.blocking.candidates import best_for_left
    from pricing.matching.blocking.text_index import nth
    from pricing.matching.tables import read_tables
    from warehouse.csv_file import write_csv
    from warehouse.imports.mapping import parse_map

    ours, theirs = read_tables(left, right, columns=parse_map(columns) if columns else None)
    with progress() as report:
        found = best_for_left(ours, theirs, top=top, report=lambda done, total: report("compare texts", done, total))
    rows = zip(
        found.left.tolist(), found.right.tolist(), found.similarity.tolist(), nth(found.left).tolist(), strict=True
    )
    write_csv(
        output,
        ("ltable_id", "rtable_id", "similarity", "rank"),
        ((ours[a].id, theirs[b].id, f"{similarity:.6f}", rank + 1) for a, b, similarity, rank in rows),
    )
    payload = {"left": len(ours), "right": len(theirs), "pairs": len(found), "identified": int(found.identified.sum())}
    text = (
        f"{len(ours):,} products against {len(theirs):,} offers: {len(found):,} pairs, "
        f"{payload['identified']:,} of them by identifiers, in {output}"
    )
    emit(payload, as_json, text)


@app.command()
def train(
    left: Annotated[Path | None, typer.Option(help="A CSV (or XLSX, Parquet, JSON) file with ids and titles.")] = None,
    right: Annotated[Path | None, typer.Option(help="Another such file.")] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Labelled pairs: ltable_id, rtable_id, label (1 for a match, 0 for none).")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="The folder to write the model into.")] = None,
    valid: Annotated[Path | None, typer.Option(help="More labelled pairs.")] = None,
    columns: Map = None,
    as_json: Json = False,
) -> None:
    """Improve the model with this store's verdicts, or train one on files of labelled pairs.

    Without files, the model that comes with Purveyor goes on learning from what people accepted and rejected. Where it
    judges verdicts on products it did not see better than before, beyond chance, match run uses it from then on.

    With --left, --right, --pairs and --model, a model is trained on those pairs alone and written to the folder. They
    fall into five parts by product; each part is judged by models trained on the other four.

    Runs are kept for MLflow in the home folder: mlflow ui --backend-store-uri sqlite:///$PURVEYOR_HOME/mlflow.db

    Example: purveyor match train
    """
    from warehouse.errors import InputError

    files = {"--left": left, "--right": right, "--pairs": pairs, "--model": model}
    missing = [name for name, path in files.items() if path is None]
    if left is not None and right is not None and pairs is not None and model is not None:
        _train_on_files(left, right, [pairs] if valid is None else [pairs, valid], model, columns, as_json)
    elif len(missing) == len(files) and valid is None and columns is None:
        _train_on_verdicts(as_json)
    else:
        raise InputError(
            f"to train on files, give {', '.join(missing)} too; to learn from this store's verdicts, give no file"
        )


def _train_on_verdicts(as_json: bool) -> None:
    from experiments.matching.verdicts import train_own_model

    with open_warehouse() as warehouse, progress() as report:
        found = train_own_model(warehouse, progress=report)
    pairs = found.matches + found.others
    for said in found.left_out[:_MOST_SAID]:
        typer.echo(f"left out: {said}", err=True)
    if len(found.left_out) > _MOST_SAID:
        typer.echo(f"and {len(found.left_out) - _MOST_SAID:,} more verdicts left out", err=True)
    text = (
        f"Learned from {found.matches:,} accepted pairs and {found.others:,} others. On products not seen, "
        f"{found.right:,} of {pairs:,} are told rightly, {found.right_before:,} before; log loss lower by "
        f"{found.gain:.3f} ({found.gain_low:.3f} to {found.gain_high:.3f})\n"
    )
    if found.released:
        text += f"Better beyond chance: match run uses the model {found.version} from now on"
    else:
        text += "Not better beyond chance: matching stays with the model it has; train again after more verdicts"
    emit(asdict(found), as_json, text)


def _train_on_files(
    left: Path, right: Path, files: Sequence[Path], model: Path, columns: str | None, as_json: bool
) -> None:
    from experiments.matching.training import train_scorer
    from pricing.matching.model.training import LabelledSet
    from warehouse.imports.mapping import parse_map
    from warehouse.settings import Settings

    labelled = LabelledSet.read(left, right, files, columns=parse_map(columns) if columns else None)
    for said in labelled.left_out:
        typer.echo(said, err=True)
    with progress() as report:
        result = train_scorer([labelled], model, home=Settings.load().home, progress=report)
    found = result.figures[labelled.name]
    text = (
        f"{result.version} in {model}, from {found.pairs:,} pairs with {found.matches:,} matches. On products it did "
        f"not see: F1 {found.f1:.3f} ({found.f1_low:.3f} to {found.f1_high:.3f}), calibration error {found.error:.3f}, "
        f"{found.error_rare:.3f} where matches are a tenth as common"
    )
    emit({**asdict(result), "left_out": labelled.left_out}, as_json, text)


@app.command()
def score(
    left: Left,
    right: Right,
    pairs: Annotated[Path, typer.Option(help="The pairs to score: ltable_id, rtable_id.")],
    output: Output,
    model: Annotated[
        Path | None, typer.Option(help="A folder that `match train` wrote; default: the shipped model.")
    ] = None,
    target_precision: Annotated[
        float | None,
        typer.Option(
            min=0.5, max=1, help="Share of the pairs called matches that shall be right; default: the best F1."
        ),
    ] = None,
    prior: Annotated[
        float | None,
        typer.Option(min=0.0001, max=0.9999, help="Share of matches among the pairs; default: estimated from them."),
    ] = None,
    columns: Map = None,
    as_json: Json = False,
) -> None:
    """Write how probable each pair is the same product, and whether it is called a match.

    The file has the columns ltable_id, rtable_id, score (a probability) and match (1 or 0), in the order of the pairs.

    Example: purveyor match score --left ours.csv --right theirs.csv --pairs pairs.csv --output scored.csv
    """
    from pricing.matching.model.prior import best_f1_threshold, settle, threshold_for_precision
    from pricing.matching.model.scorer import Scorer
    from pricing.matching.tables import read_pairs, read_tables
    from warehouse.csv_file import write_csv
    from warehouse.imports.mapping import parse_map

    scorer = Scorer.open(model)
    ours, theirs = read_tables(left, right, columns=parse_map(columns) if columns else None)
    asked = read_pairs(pairs, ours, theirs)
    if asked.left_out:
        typer.echo(asked.left_out, err=True)
    raw = scorer.score(ours, theirs, asked.pairs)
    settled = settle(raw, scorer.trained_share, scorer.drift, told=prior)
    scores = settled(raw)
    if target_precision is None:
        threshold = best_f1_threshold(scores)
    else:
        threshold = threshold_for_precision(scores, target_precision)
    called = scores >= threshold
    write_csv(
        output,
        ("ltable_id", "rtable_id", "score", "match"),
        (
            (ours[a].id, theirs[b].id, f"{score:.6f}", int(match))
            for a, b, score, match in zip(
                asked.pairs.left.tolist(), asked.pairs.right.tolist(), scores.tolist(), called.tolist(), strict=True
            )
        ),
    )
    payload = {
        "model_version": scorer.version,
        "pairs": len(scores),
        "matches": int(called.sum()),
        "threshold": threshold,
        "prior": settled.share,
        "drift": settled.drift,
        "left_out": asked.left_out,
    }
    source = "told" if prior is not None else "estimated"
    text = (
        f"{len(scores):,} pairs scored by {scorer.version}, {int(called.sum()):,} called matches (from {threshold:.3f} "
        f"on; {settled.share:.1%} of the pairs are matches as {source}), in {output}"
    )
    if prior is None and abs(settled.drift) > _UNLIKE:
        text += (
            f"\nMatches look {'less' if settled.drift > 0 else 'more'} alike here than those that the model knows, so "
            "their share is a guess: give --prior, or label some hundred pairs and train on them"
        )
    emit(payload, as_json, text)

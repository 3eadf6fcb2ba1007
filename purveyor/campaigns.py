"""`purveyor campaigns`: segments and the audiences made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from purveyor.common import Json, emit, open_warehouse

app = typer.Typer(help="Pick customers: segments, and audiences for ad platforms.", no_args_is_help=True)

Engine = Annotated[str | None, typer.Option(help="duckdb or spark; default: PURVEYOR_ENGINE.")]


@app.command()
def segment(
    file: Annotated[Path, typer.Argument(help="The segment's YAML file; campaigns/README.md shows how to write one.")],
    engine: Engine = None,
    output: Annotated[Path | None, typer.Option(help="Write the members to this CSV file.")] = None,
    as_json: Json = False,
) -> None:
    """Compute a segment and keep its members in the lake under a version.

    Example: purveyor campaigns segment lapsed-regulars.yaml --output members.csv
    """
    from campaigns.segments import compute, read_segment
    from warehouse.csv_file import write_csv

    definition = read_segment(file)
    with open_warehouse() as warehouse:
        found = compute(warehouse, definition, engine=engine)
    if output is not None:
        write_csv(output, found.rows.schema.names, (row.values() for row in found.rows.to_pylist()))
    days = sorted({day.isoformat() for day in found.days.values()})
    text = f"{definition.name}: {found.rows.num_rows:,} members as of the end of {' or '.join(days) or 'today'}"
    text += f" (version {found.version}, {'kept' if found.written else 'nothing new to keep'})"
    payload = {
        "segment": definition.name,
        "definition_version": found.definition_version,
        "version": found.version,
        "computed_at": found.computed_at,
        "as_of": found.days,
        "currency": found.currency,
        "members": found.rows.num_rows,
        "written": found.written,
        "output": output,
    }
    emit(payload, as_json, f"{text}\n{output}" if output else text)


@app.command()
def audience(
    segment: Annotated[str, typer.Argument(help="Name of a segment that was computed before.")],
    output: Annotated[Path, typer.Option(help="The CSV file to write.")],
    platform: Annotated[str, typer.Option(help="The ad platform: google-ads.")] = "google-ads",
    engine: Engine = None,
    as_json: Json = False,
) -> None:
    """Compute a saved segment afresh and write who consents to ads, hashed, for an ad platform.

    Example: purveyor campaigns audience lapsed-regulars --platform google-ads --output audience.csv
    """
    from campaigns.audiences import export_audience

    with open_warehouse() as warehouse:
        made = export_audience(warehouse, segment, platform=platform, output=output, engine=engine)
    text = (
        f"{output}: {made.exported:,} of {made.members:,} members of {segment} for {made.platform}. Left out: "
        f"{made.left_out['no_consent']:,} without consent to ads, {made.left_out['no_identifier']:,} without a usable "
        f"e-mail address or phone number, {made.left_out['same_person']:,} the same person as another"
    )
    payload = {
        "segment": segment,
        "version": made.version,
        "platform": made.platform,
        "members": made.members,
        "exported": made.exported,
        "left_out": made.left_out,
        "output": output,
    }
    emit(payload, as_json, text)

"""The `purveyor` command: one module per area. Rooms are imported inside the commands, so `--help` is instant."""

from __future__ import annotations

import sys

import typer

from purveyor import (
    abtest,
    alerts,
    backup,
    campaigns,
    connect,
    crawl,
    demo,
    doctor,
    erase,
    extract,
    imports,
    init,
    jobs,
    key,
    match,
    pricing,
    query,
    recommender,
    serve,
    service,
    sites,
    sources,
    worker,
)

app = typer.Typer(
    name="purveyor",
    help="Marketing and pricing intelligence for online stores.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help: loading rich to draw boxes would take longer than all the rest.
    rich_markup_mode=None,
    add_completion=False,
)
app.command("init")(init.init)
app.command("import")(imports.import_)
app.add_typer(connect.app, name="connect")
app.add_typer(sources.app, name="sources")
app.add_typer(sites.app, name="sites")
app.command("extract")(extract.extract)
app.add_typer(crawl.app, name="crawl")
app.add_typer(match.app, name="match")
app.add_typer(pricing.app, name="pricing")
app.add_typer(recommender.app, name="recommender")
app.add_typer(campaigns.app, name="campaigns")
app.add_typer(abtest.app, name="abtest")
app.command("query")(query.query)
app.add_typer(key.app, name="key")
app.command("erase")(erase.erase)
app.command("doctor")(doctor.doctor)
app.add_typer(alerts.app, name="alerts")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.add_typer(jobs.app, name="jobs")
app.add_typer(service.app, name="service")
app.command("demo")(demo.demo)


def run() -> None:
    """Run the command; what a person can mend is printed as one line, and the exit code is 1."""
    from warehouse.errors import PurveyorError

    try:
        app()
    except PurveyorError as error:
        typer.echo(f"purveyor: {error}", err=True)
        sys.exit(1)
    except RuntimeError as error:
        if str(error) != "Query interrupted":  # what DuckDB makes of Ctrl-C
            raise
        typer.echo("purveyor: stopped; what was not finished was not written", err=True)
        sys.exit(130)

"""`purveyor serve`: the HTTP API and the console."""

from __future__ import annotations

from typing import Annotated

import typer

from purveyor.common import open_warehouse


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0: all of this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let shops at private addresses be added in the console.")
    ] = False,
) -> None:
    """Serve the HTTP API and the console until Ctrl-C.

    Example: purveyor serve --port 8080
    """
    from purveyor.all_jobs import JOBS
    from serve.app import create_app
    from serve.console.gate import is_loopback
    from serve.running import listen, log_to_stderr
    from serve.running import serve as run

    with listen(host, port) as listener, open_warehouse() as warehouse:
        shown = f"[{host}]" if ":" in host else host
        base = f"http://{shown}:{listener.getsockname()[1]}"
        pages = "" if is_loopback(host) else "  (asks for an API key with the scope console, as the password)"

        def started() -> None:
            typer.echo(f"console  {base}/{pages}")
            typer.echo(f"API      {base}/v1/  described at {base}/openapi.json")
            typer.echo("keys     purveyor key create --scopes recommend,events")
            typer.echo("Ctrl-C stops the server.")

        log_to_stderr()
        app = create_app(warehouse, host=host, jobs=JOBS, allow_private=allow_private)
        run(app, listener, started=started)

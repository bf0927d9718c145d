"""`discovery api`: the read API and the pages, alone."""

import json
import logging
import sys
from typing import Annotated

import typer

from discovery_dagster.cli.options import AsJson
from discovery_dagster.cli.ports import free_port
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database


def api(
    port: Annotated[int, typer.Option(help="Port; 0: any.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    dagster_url: Annotated[
        str | None, typer.Option(help="Where Dagster's pages are, for links.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve the read API and the pages in the foreground, until Ctrl-C."""
    import uvicorn

    from discovery_dagster.server import create_app

    settings = Settings()
    if host not in ("127.0.0.1", "localhost", "::1"):
        print(
            f"Listening on {host}: whoever reaches it can try tokens, and nothing is encrypted."
            " Put a proxy with TLS before it.",
            file=sys.stderr,
        )
    with open_database(settings) as database:
        app = create_app(settings, database, dagster_url)
        chosen = free_port(port)
        url = f"http://{host}:{chosen}"
        print(
            json.dumps({"api_url": url}) if as_json else f"Pages  {url}\nAPI    {url}/docs",
            flush=True,
        )
        _log_requests()
        # Browsers that follow a session keep their streams open: stopping does not wait for them.
        uvicorn.run(app, host=host, port=chosen, log_level="warning", timeout_graceful_shutdown=2)


def _log_requests() -> None:
    """Have each request leave a line of JSON on stderr, whose end is a file below `up`."""
    log = logging.getLogger("discovery.access")
    log.setLevel(logging.INFO)
    log.addHandler(logging.StreamHandler())
    log.propagate = False

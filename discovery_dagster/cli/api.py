"""`discovery api`: the read API and the pages, alone."""

import logging
import sys
from typing import Annotated

import typer

from discovery_dagster.cli.options import AsJson
from discovery_dagster.cli.ports import Address
from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database

#: Python lets a thread compute for 5 ms while others wait, which many threads add up to seconds.
_SWITCH_SECONDS = 0.0005


def api(
    port: Annotated[int | None, typer.Option(help="Port; 0: any.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    dagster_url: Annotated[
        str | None, typer.Option(help="Where Dagster's pages are, for links.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve the read API and the pages in the foreground, until Ctrl-C.

    What is left out is as the settings say.
    """
    import uvicorn

    from discovery_dagster.api.slow_peers import leaving_slow_peers
    from discovery_dagster.server import create_app

    settings = Settings()
    address = Address.free(
        settings.api_host if host is None else host, settings.api_port if port is None else port
    )
    address.warn()
    with open_database(settings) as database:
        app = create_app(settings, database, dagster_url)
        url = address.url
        if as_json:
            say_json({"api_url": url})
        else:
            say(f"Pages  {url}\nAPI    {url}/docs")
        _log_requests()
        # A page that asks for its turn while downloads are written waits as long for each of them.
        sys.setswitchinterval(_SWITCH_SECONDS)
        # Browsers that follow a session keep their streams open: stopping does not wait for them.
        uvicorn.run(
            app,
            host=address.host,
            port=address.port,
            http=leaving_slow_peers(settings.api_peer_seconds),  # type: ignore[arg-type]
            log_level="warning",
            timeout_graceful_shutdown=2,
        )


def _log_requests() -> None:
    """Have each request leave a line of JSON on stderr, whose end is a file below `up`."""
    log = logging.getLogger("discovery.access")
    log.setLevel(logging.INFO)
    log.addHandler(logging.StreamHandler())
    log.propagate = False

"""`discovery service` and `migrate`: one service alone, where something else supervises it."""

import os
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.only_daemon import run_only_daemon
from discovery_dagster.cli.programs import make_dagster_tables, script
from discovery_dagster.cli.terminal import say
from discovery_dagster.defs.home import (
    CODE_SERVER_WORKSPACE,
    PROJECT,
    dagster_environment,
    prepare_dagster_home,
)
from discovery_dagster.settings import Settings
from discovery_dagster.store import dagster_tables
from discovery_dagster.store.database import Database, open_database


class Service(StrEnum):
    """A process that a bigger installation starts by itself; the read API is `discovery api`."""

    CODE_SERVER = "code-server"
    WEBSERVER = "webserver"
    DAEMON = "daemon"
    WORKER = "worker"


def service(
    name: Annotated[Service, typer.Argument(help="Which one.", show_default=False)],
    host: Annotated[
        str, typer.Option(help="Address on which the code server or webserver listens.")
    ] = "127.0.0.1",
    queue: Annotated[
        list[str] | None, typer.Option(help="Queue whose runs a worker takes; several are.")
    ] = None,
) -> None:
    """Run one of Dagster's services in the foreground, on a Postgres server that others share.

    The code server is found at DISCOVERY_CODE_SERVER_HOST and …_PORT. A second daemon on the same
    database is refused; of the others there may be several. A worker runs one session at a time.
    """
    settings = Settings()
    _require_server(settings)
    with open_database(settings) as database:
        _prepare(settings, database)
        # By which Postgres lists its connections.
        named = {"PGAPPNAME": f"discovery-{name}"}
        environment = {**named, **os.environ, **_environment(settings, database)}
        command = service_command(settings, name, host, queue or [])
        if name is Service.DAEMON:
            sys.exit(run_only_daemon(database, command, environment))
    os.execve(command[0], command, environment)  # noqa: S606 - of our own environment


def migrate() -> None:
    """Bring the tables of Discovery and Dagster to this version, and end."""
    settings = Settings()
    _require_server(settings)
    with open_database(settings) as database:
        _prepare(settings, database)
    say("The tables are those of this version.")


def service_command(
    settings: Settings, name: Service, host: str, queues: Sequence[str]
) -> list[str]:
    """The command line of a service.

    Args:
        settings: of the installation.
        name: which service.
        host: address that the code server and the webserver listen on.
        queues: that a worker takes runs from; none: the launcher's default.

    Raises:
        UsageError: for a worker without a broker.
    """
    python, workspace = sys.executable, ["-w", str(CODE_SERVER_WORKSPACE)]
    if name is Service.CODE_SERVER:
        listening = ("--host", host, "--port", str(settings.code_server_port))
        return [
            *(python, "-m", "dagster", "api", "grpc", *listening),
            *("--module-name", "discovery_dagster.definitions", "--attribute", "defs"),
            *("--location-name", "discovery", "--working-directory", str(PROJECT)),
        ]
    if name is Service.WEBSERVER:
        listening = ("-h", host, "-p", str(settings.dagster_port))
        return [python, "-m", "discovery_dagster.defs.guarded_webserver", *listening, *workspace]
    if name is Service.DAEMON:
        return [script("dagster-daemon"), "run", *workspace]
    if settings.broker_url is None:
        raise UsageError("no_broker", "A worker needs DISCOVERY_BROKER_URL.")
    taken = ("-Q", ",".join(queues)) if queues else ()
    return [
        *(python, "-m", "celery", "-A", "discovery_dagster.defs.celery_app", "worker"),
        *("--concurrency", "1", "--loglevel", "INFO", *taken),
    ]


def _require_server(settings: Settings) -> None:
    if settings.postgres_url is None:
        raise UsageError(
            "no_server",
            "Services of their own share a Postgres server: set DISCOVERY_POSTGRES_URL. For one"
            " machine there is `discovery up`.",
        )


def _prepare(settings: Settings, database: Database) -> None:
    prepare_dagster_home(settings, database)
    if not dagster_tables.are_complete(database):
        make_dagster_tables()


def _environment(settings: Settings, database: Database) -> Mapping[str, str]:
    return {
        **dagster_environment(settings, database),
        "DISCOVERY_CODE_SERVER_HOST": settings.code_server_host,
        "DISCOVERY_CODE_SERVER_PORT": str(settings.code_server_port),
    }

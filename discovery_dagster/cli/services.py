"""`discovery up`, `env` and `down`: the services, and what Dagster's own commands need."""

import fcntl
import json
import shlex
import signal
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.local_token import local_token
from discovery_dagster.cli.logs import rotate
from discovery_dagster.cli.options import AsJson
from discovery_dagster.cli.ports import Address
from discovery_dagster.cli.programs import make_dagster_tables, programs
from discovery_dagster.cli.supervisor import Backoff, Child, supervised
from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.defs.home import dagster_environment, prepare_dagster_home
from discovery_dagster.settings import Settings
from discovery_dagster.store import dagster_tables
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from discovery_dagster.store.presence import Presence, services_run
from discovery_dagster.store.private_files import make_home

_DAEMON_HEALTH = """
{instance {daemonHealth {daemonStatus(daemonType: "QUEUED_RUN_COORDINATOR") {healthy}}}}
"""

#: Seconds that the services may take to answer: 12 on an idle machine, over 60 on a busy one.
_START_LIMIT = 180


def up(
    host: Annotated[
        str | None, typer.Option(help="Address of the read API and pages.", show_default=False)
    ] = None,
    api_port: Annotated[
        int | None, typer.Option(help="Port of the read API and pages; 0: any.")
    ] = None,
    dagster_port: Annotated[
        int | None, typer.Option(help="Port of the Dagster UI; 0: any.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run Postgres, Dagster, the read API and the pages in the foreground, until Ctrl-C.

    What is left out is as the settings say.
    """
    settings = Settings()
    with _only_one(settings):
        api = Address.free(
            settings.api_host if host is None else host,
            settings.api_port if api_port is None else api_port,
            "--api-port",
        )
        dagster = Address.free(
            settings.dagster_host,
            settings.dagster_port if dagster_port is None else dagster_port,
            "--dagster-port",
        )
        api.warn()
        with (
            open_database(settings) as database,
            _postgres(settings) as postgres,
            _presence(settings, database) as presence,
        ):
            _prepare(settings, database)
            if not dagster_tables.are_complete(database):
                make_dagster_tables()
            children = programs(settings, database, api, dagster)
            try:
                with supervised(children), _stopping_once():
                    _wait_until_ready(api, dagster, children)
                    with local_token(database) as token:
                        _announce(api, dagster, token, as_json=as_json)
                        _watch(settings, children, postgres, presence)
            except KeyboardInterrupt:
                say("Stopped.", to_stderr=True)


def env() -> None:
    """Start what Dagster's own commands need and print the variables that they want.

    Use it as `eval "$(discovery env)"`; the embedded Postgres then runs until `discovery down`.
    """
    settings = Settings()
    with open_database(settings) as database:
        if settings.postgres_url is None:
            EmbeddedPostgres(settings.home, run_as=settings.postgres_user).keep()
        _prepare(settings, database)
        if services_are_up(settings):
            say(
                "`discovery up` runs on this home, with a daemon of its own: `dagster dev` would be"
                " a second one, which Dagster does not support. Stop the first before.",
                to_stderr=True,
            )
        for name, value in dagster_environment(settings, database).items():
            say(f"export {name}={shlex.quote(value)}")


def down() -> None:
    """Stop the embedded Postgres that `discovery env` left running."""
    settings = Settings()
    if services_are_up(settings):
        raise UsageError("services_are_up", "`discovery up` is running: stop that with Ctrl-C.")
    EmbeddedPostgres(settings.home, run_as=settings.postgres_user).stop()


@contextmanager
def _presence(settings: Settings, database: Database) -> Iterator[Presence | None]:
    """Whose services a shared server has; the embedded one is this home's alone."""
    if settings.postgres_url is None:
        yield None
        return
    with Presence(database) as presence:
        yield presence


def services_are_up(settings: Settings) -> bool:
    """Whether `discovery up` runs on this home, or where all that it has is shared.

    It holds a lock for as long as it lives. Services of another home cannot read files that are in
    a folder of this one.
    """
    if settings.postgres_url is not None and settings.objects_url is not None:
        with open_database(settings) as database:
            return services_run(database)
    return _holds_the_lock_file(settings)


def _holds_the_lock_file(settings: Settings) -> bool:
    path = _lock_file(settings)
    if not path.exists():
        return False
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_file(settings: Settings) -> Path:
    return settings.home / "up.lock"


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    make_home(settings.home)
    with _lock_file(settings).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                "already_up", f"The services of {settings.home} are already running."
            ) from error
        yield


def _prepare(settings: Settings, database: Database) -> None:
    """Make Dagster's home and the inbox."""
    prepare_dagster_home(settings, database)
    if settings.inbox_url is None:
        settings.inbox.mkdir(exist_ok=True)


@contextmanager
def _postgres(settings: Settings) -> Iterator[EmbeddedPostgres | None]:
    """The embedded server, which `_watch` starts again when it is killed."""
    if settings.postgres_url is not None:
        yield None
        return
    with EmbeddedPostgres(settings.home, run_as=settings.postgres_user) as server:
        yield server


def _wait_until_ready(api: Address, dagster: Address, children: Sequence[Child]) -> None:
    """Wait until all answer and the daemon that takes runs from the queue is healthy."""
    deadline = time.monotonic() + _START_LIMIT
    while not (_api_is_ready(api.url) and _daemon_is_healthy(dagster.url)):
        if time.monotonic() > deadline:
            raise OSError("The services do not respond; the logs in the home say why.")
        for child in children:
            child.tend()
        time.sleep(0.3)


def _api_is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:  # noqa: S310 - loopback
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def _daemon_is_healthy(url: str) -> bool:
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{url}/graphql",
        json.dumps({"query": _DAEMON_HEALTH}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            data = json.load(answer)["data"]
        return bool(data["instance"]["daemonHealth"]["daemonStatus"]["healthy"])
    except (OSError, ValueError, KeyError, TypeError):  # refused, or an error for an answer
        return False


def _watch(
    settings: Settings,
    children: Sequence[Child],
    postgres: EmbeddedPostgres | None,
    presence: Presence | None,
) -> NoReturn:
    """Keep everything running until the person or the system says stop."""
    backoff, started, due = Backoff(), time.monotonic(), 0.0
    while True:
        for child in children:
            child.tend()
            rotate(child.log, settings.log_bytes, settings.log_files)
        if presence is not None:
            presence.keep()
        now = time.monotonic()
        if postgres is not None and now >= due and not postgres.running:
            pause = backoff.next(now - started)
            say("Postgres has ended and is started again.", to_stderr=True)
            try:
                postgres.start()
            except EmbeddedPostgresError as error:
                say(f"{error} Tried again in {pause:.0f} s.", to_stderr=True)
            started, due = now, now + pause
        time.sleep(0.5)


@contextmanager
def _stopping_once() -> Iterator[None]:
    """Let a second Ctrl-C not interrupt the stopping, which would leave processes behind."""
    try:
        yield
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        raise


def _announce(api: Address, dagster: Address, token: str, *, as_json: bool) -> None:
    if as_json:
        document = {"api_url": api.url, "dagster_url": dagster.url, "token": token}
        say_json(document)
    else:
        say(
            f"Pages       {api.url}\nAPI         {api.url}/docs\nDagster UI  {dagster.url}\n"
            f"Token       {token}\nCtrl-C stops everything."
        )

"""`discovery up`, `env` and `down`: the services, and what Dagster's own commands need."""

import fcntl
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.options import AsJson
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres

_DAEMON_HEALTH = """
{instance {daemonHealth {daemonStatus(daemonType: "QUEUED_RUN_COORDINATOR") {healthy}}}}
"""

#: Seconds that the services may take to answer, and to end.
_START_LIMIT, _STOP_LIMIT = 90, 8


def up(
    dagster_port: Annotated[int, typer.Option(help="Port of the Dagster UI; 0: any.")] = 3000,
    as_json: AsJson = False,
) -> None:
    """Run Postgres, the Dagster webserver and its daemon in the foreground, until Ctrl-C."""
    settings = Settings()
    signal.signal(signal.SIGTERM, _interrupt)
    with _only_one(settings), open_database(settings) as database:
        _sweep(settings, database)
        port = dagster_port or _free_port()
        with _children(settings, database, port) as children:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, children)
            _announce(url, as_json=as_json)
            _watch(children)


def env() -> None:
    """Start what Dagster's own commands need and print the variables that they want.

    Use it as `eval "$(discovery env)"`; the embedded Postgres then runs until `discovery down`.
    """
    from discovery_dagster.defs.home import dagster_environment, prepare_dagster_home

    settings = Settings()
    with open_database(settings) as database:
        if settings.postgres_url is None:
            EmbeddedPostgres(settings.home, run_as=settings.postgres_user).keep()
        prepare_dagster_home(settings, database)
        for name, value in dagster_environment(settings, database).items():
            print(f"export {name}={shlex.quote(value)}")


def down() -> None:
    """Stop the embedded Postgres that `discovery env` left running."""
    settings = Settings()
    if services_are_up(settings):
        raise UsageError("services_are_up", "`discovery up` is running: stop that with Ctrl-C.")
    EmbeddedPostgres(settings.home, run_as=settings.postgres_user).stop()


def services_are_up(settings: Settings) -> bool:
    """Whether `discovery up` runs on this home: it holds a lock for as long as it lives."""
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
    settings.home.mkdir(parents=True, exist_ok=True)
    with _lock_file(settings).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                "already_up", f"The services of {settings.home} are running already."
            ) from error
        yield


def _sweep(settings: Settings, database: Database) -> None:
    from discovery_dagster.defs.engine import open_engine

    with open_engine(settings, database) as engine:
        for run in engine.sweep():
            print(f"Ended run {run.run_id}, whose process was gone.", file=sys.stderr)


@contextmanager
def _children(
    settings: Settings, database: Database, port: int
) -> Iterator[Mapping[str, subprocess.Popen[bytes]]]:
    """The Dagster webserver and daemon; stopped together when the block ends."""
    from discovery_dagster.defs.home import PROJECT, dagster_environment

    environment = {**os.environ, **dagster_environment(settings, database)}
    logs = settings.home / "logs"
    logs.mkdir(exist_ok=True)
    workspace = ["-w", str(PROJECT / "workspace.yaml")]
    commands: Mapping[str, Sequence[str]] = {
        "dagster-webserver": ["-h", "127.0.0.1", "-p", str(port), *workspace],
        "dagster-daemon": ["run", *workspace],
    }
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, arguments in commands.items():
            with (logs / f"{name}.log").open("ab") as log:
                children[name] = subprocess.Popen(  # noqa: S603 - fixed names of our environment
                    [str(Path(sys.executable).parent / name), *arguments],
                    env=environment,
                    cwd=PROJECT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # A group of its own: Ctrl-C reaches only us, and we end them in order.
                    start_new_session=True,
                )
        yield children
    finally:
        _stop(children.values())


def _stop(processes: Collection[subprocess.Popen[bytes]]) -> None:
    for child in processes:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_LIMIT
    for child in processes:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(child, signal.SIGKILL)
            child.wait()
    for child in processes:
        _signal(child, signal.SIGKILL)  # code servers that outlived their parent


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _wait_until_ready(url: str, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Wait until the webserver answers and the daemon that takes runs from the queue is healthy."""
    deadline = time.monotonic() + _START_LIMIT
    while time.monotonic() < deadline:
        _require_alive(children)
        if _daemon_is_healthy(url):
            return
        time.sleep(0.3)
    raise OSError("The Dagster services do not answer; the logs in the home say why.")


def _daemon_is_healthy(url: str) -> bool:
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{url}/graphql",
        json.dumps({"query": _DAEMON_HEALTH}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            data = json.load(answer)["data"]
    except (urllib.error.URLError, OSError):
        return False
    return bool(data["instance"]["daemonHealth"]["daemonStatus"]["healthy"])


def _watch(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    try:
        while True:
            _require_alive(children)
            time.sleep(1)
    except KeyboardInterrupt:
        print("Stopping.", file=sys.stderr)


def _require_alive(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise OSError(f"{name} has ended; {name}.log in the home's logs says why.")


def _announce(url: str, *, as_json: bool) -> None:
    if as_json:
        document = {"api_url": None, "dagster_url": url, "token": None}
        print(json.dumps(document), flush=True)
    else:
        print(f"Dagster UI  {url}\nCtrl-C stops everything.", flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

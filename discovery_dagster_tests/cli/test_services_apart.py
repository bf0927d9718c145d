"""Services that are started one by one, with homes of their own: rows, bytes and queue are shared.

Runs go from the daemon over a broker to workers that share no folder with it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from discovery_dagster.defs.engine import Engine, open_engine
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import claims, sessions, states
from discovery_dagster.store.database import open_database
from discovery_dagster.store.objects import object_store
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.buckets import BUCKET, s3_server, surroundings
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import PROJECT

pytestmark = pytest.mark.long

REDIS = shutil.which("redis-server") or "/usr/bin/redis-server"

#: Seconds that services may take to start, and a session to end, on a busy machine.
PATIENCE = 300


@dataclass(frozen=True)
class Services:
    """Services of one installation, each with a home of its own below `folder`."""

    folder: Path
    shared: Mapping[str, str]
    opened: ExitStack
    engine: Engine

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        return self.opened.enter_context(service(self.folder / name, self.shared, *arguments))


@contextmanager
def service(home: Path, shared: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen]:
    prepared(home)
    log = (home / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "discovery_dagster", "service", *arguments],
        env={**os.environ, **shared, "DISCOVERY_HOME": str(home)},
        cwd=PROJECT,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        end(process)
        log.close()


def prepared(home: Path) -> None:
    """Make a home whose runs are launched over the broker."""
    (home / "dagster").mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT / "deploy" / "celery" / "dagster.yaml", home / "dagster")


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a service and whatever it started, as a machine that is switched off does."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def broker() -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def services(make_database_url) -> Iterator[Services]:
    if not Path(REDIS).exists():
        assert "CI" not in os.environ, "redis-server is missing"
        pytest.skip("redis-server is not installed")
    with ExitStack() as opened:
        folder = opened.enter_context(open_folder())
        shared = {
            **opened.enter_context(s3_server()),
            "DISCOVERY_OBJECTS_URL": f"s3://{BUCKET}/apart",
            "DISCOVERY_POSTGRES_URL": make_database_url(),
            "DISCOVERY_BROKER_URL": opened.enter_context(broker()),
            "DISCOVERY_CODE_SERVER_PORT": str(free_port()),
            "DISCOVERY_MAX_RUNS": "2",
        }
        prepared(folder / "own")
        before = dict(os.environ)
        opened.callback(lambda: (os.environ.clear(), os.environ.update(before)))
        opened.enter_context(surroundings({**shared, "DISCOVERY_HOME": str(folder / "own")}))
        settings = Settings()
        database = opened.enter_context(open_database(settings))
        engine = opened.enter_context(open_engine(settings, database))
        running = Services(folder, shared, opened, engine)
        running.start("code", "code-server")
        running.start("daemon", "daemon")
        yield running


def submitted(services: Services, name: str, rows: int) -> SessionKey:
    """A session that waits in the queue."""
    path = services.folder / f"{name}.csv"
    lines = [
        f"host-{number:05},RHEL 8,10.0.{number // 250}.{number % 250}" for number in range(rows)
    ]
    path.write_text("\n".join(["name,os,ip", *lines]))
    files = [IncomingFile(path.name, path)]
    objects, database = object_store(Settings()), services.engine.database
    session = sessions.register(database, objects, EngagementKey("acme", name), files)
    services.engine.submit(session)
    return session


def wait_until(holds, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def is_done(services: Services, session: SessionKey) -> bool:
    return states.state(services.engine.database, session).status == "done"


def test_a_worker_with_a_home_of_its_own_runs_a_session_and_another_goes_on_when_it_is_killed(
    services,
):
    first = services.start("one", "worker", "--queue", "small")
    session = submitted(services, "alone", 3)
    wait_until(lambda: is_done(services, session), "the session is not done")
    assert not (services.folder / "one" / "objects").exists()
    assert not any((services.folder / "one" / "spill").iterdir())
    database = services.engine.database
    interrupted = submitted(services, "interrupted", 20_000)
    wait_until(lambda: claims.is_held(database, interrupted), "no worker has begun")
    end(first)
    assert not is_done(services, interrupted)
    services.start("two", "worker", "--queue", "small")
    wait_until(lambda: is_done(services, interrupted), "nobody went on")
    runs = services.engine.instance.get_runs()
    assert len(runs) == 3
    assert {run.tags["dagster-celery/queue"] for run in runs} == {"small"}

"""What the machine does to a session: a full disk, a Postgres that is away, no connection left."""

import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from discovery_dagster.defs import assets
from discovery_dagster.defs.engine import open_engine
from discovery_dagster.defs.reconciliation import reconcile
from discovery_dagster.settings import Settings
from discovery_dagster.store import claims, states
from discovery_dagster.store.database import open_database
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres
from discovery_dagster_tests.folders import open_folder

SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE

#: Seconds that Postgres is away; a session waits for it much longer (`outages.PATIENCE`).
AWAY = 3.0


@pytest.fixture(scope="module")
def engine():
    """An engine whose Postgres is its own, so that it can be stopped."""
    before = dict(os.environ)
    with open_folder() as folder:
        os.environ.pop("DISCOVERY_POSTGRES_URL", None)
        os.environ["DISCOVERY_HOME"] = str(folder / "home")
        try:
            settings = Settings()
            with open_database(settings) as database, open_engine(settings, database) as opened:
                yield opened
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def a_small_disk(engine) -> Iterator[None]:
    """The object store on a file system that is as good as full."""
    objects = Settings().objects
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(objects)]
    kept = objects.with_name("kept")
    subprocess.run(["cp", "-a", str(objects), str(kept)], check=True)
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a file system takes a right that this account does not have")
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", str(objects)], capture_output=True, check=False)
        yield
    finally:
        subprocess.run(["umount", str(objects)], check=True)


@contextmanager
def a_file_size_limit(engine) -> Iterator[None]:
    """What any account can do to itself: files may not grow beyond the limit."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize(
    ("full", "words"),
    [(a_small_disk, "No space left on device"), (a_file_size_limit, "File too large")],
)
def test_a_full_disk_fails_the_step_in_words_and_the_session_goes_on_when_there_is_room(
    engine, session, full, words
):
    with full(engine):
        assert engine.execute_here(session).status == FAILURE
        state = states.state(engine.database, session)
        assert state.status == "failed"
        assert words in (state.error or "")
    assert list(Settings().objects.glob(f"{session.engagement}/s001/frames/source_files/*")) == []
    assert engine.execute_here(session).status == SUCCESS
    assert states.state(engine.database, session).status == "done"
    assert reconcile(engine) == []


@contextmanager
def meanwhile(monkeypatch, begin, end) -> Iterator[None]:
    """Have `begin` happen while a step works, and `end` after it."""
    analyse = assets.graph.analyse

    def troubled(*arguments):
        begin()
        timer.start()
        return analyse(*arguments)

    timer = threading.Timer(AWAY, end)
    with monkeypatch.context() as patched:
        patched.setattr(assets.graph, "analyse", troubled)
        yield
    timer.join()


@pytest.mark.long
def test_a_step_outlasts_a_postgres_that_is_away_and_keeps_its_claim(engine, session, monkeypatch):
    server = EmbeddedPostgres(Settings().home)
    held = []

    def back() -> None:
        server.start()

    plan = assets.plan.make

    def look(*arguments):
        held.append(claims.is_held(engine.database, session))
        return plan(*arguments)

    monkeypatch.setattr(assets.plan, "make", look)
    with meanwhile(monkeypatch, server.stop, back):
        run = engine.execute_here(session)
    server.close()
    assert (run.status, held) == (SUCCESS, [True])
    assert states.state(engine.database, session).status == "done"
    assert reconcile(engine) == []


def _lives(process: str) -> bool:
    with suppress(OSError):
        status = Path(f"/proc/{process}/stat").read_text()
        return status.rpartition(")")[2].split()[0] != "Z"  # dead, and nobody asked for it
    return False


def test_a_run_brings_a_postgres_back_that_was_killed_and_nobody_else_starts(
    engine, session, monkeypatch
):
    (data,) = Settings().home.rglob("postmaster.pid")

    def kill() -> None:
        postmaster = int(data.read_text().splitlines()[0])
        backends = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        os.kill(postmaster, signal.SIGKILL)
        deadline = time.monotonic() + AWAY
        # One that still answers when its statement comes would break off in the midst of that.
        while any(_lives(backend) for backend in backends) and time.monotonic() < deadline:
            time.sleep(0.01)

    with meanwhile(monkeypatch, kill, lambda: None):
        run = engine.execute_here(session)
    assert run.status == SUCCESS
    assert states.state(engine.database, session).status == "done"


def test_a_step_waits_while_there_is_no_connection_left(engine, session, monkeypatch):
    taken: list[psycopg.Connection] = []

    def take_all() -> None:
        with suppress(psycopg.OperationalError):
            while True:
                taken.append(psycopg.connect(engine.database.url))

    def give_back() -> None:
        for connection in taken:
            connection.close()

    with meanwhile(monkeypatch, take_all, give_back):
        run = engine.execute_here(session)
    assert len(taken) > 100
    assert run.status == SUCCESS
    assert states.state(engine.database, session).status == "done"

"""One thing keeps one id, whatever the order in which sessions find it."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from discovery_dagster.defs.engine import Engine
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import exports, sessions, states
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile

pytestmark = pytest.mark.long

#: What each session knows of two hosts: no key is all sessions', and the strongest ones differ.
KNOWN = {
    "hardware": "Hostname,Vendor,Serial Number,FQDN\n"
    "web-01,Dell,7XK2PL3,web-01.acme.example\ndb-01,Dell,8XK2PL3,db-01.acme.example\n",
    "network": "Hostname,FQDN,MAC Address,OS\n"
    "WEB-01,web-01.acme.example,3c:ec:ef:00:00:01,Ubuntu 22.04\n"
    "DB-01,db-01.acme.example,3c:ec:ef:00:00:02,Ubuntu 22.04\n",
}


@pytest.fixture
def imported(engine: Engine, engagement: EngagementKey, tmp_path: Path) -> list[SessionKey]:
    objects = ObjectStore(Settings().objects)
    imported_sessions = []
    for name, text in KNOWN.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        file = IncomingFile(path.name, path)
        imported_sessions.append(sessions.register(engine.database, objects, engagement, [file]))
    return imported_sessions


def ids(engine: Engine, session: SessionKey) -> dict[str, str]:
    rows = exports.rows(engine.database, session, "assets")
    return {row["name"].lower(): row["id"] for row in rows}


def test_two_processes_that_find_one_thing_at_once_give_it_one_id(engine, imported, engagement):
    with psycopg.connect(engine.database.url, autocommit=True) as connection:
        # Both have looked up what is known, and found nothing, when the first one may register.
        held = [f"discovery.identity {engagement}"]
        connection.execute("select pg_advisory_lock(hashtextextended(%s, 7301))", held)
        runs = [_run(session) for session in imported]
        try:
            _until_waiting(connection, len(runs))
        finally:
            connection.execute("select pg_advisory_unlock(hashtextextended(%s, 7301))", held)
            output = [run.communicate(timeout=300)[0] for run in runs]
    # The later one reads stale where it compared itself before the other had published.
    status = [states.state(engine.database, session).status for session in imported]
    assert status[0] == "done" and status[1] in {"done", "stale"}, output
    first, second = (ids(engine, session) for session in imported)
    assert first == second
    assert len(set(first.values())) == 2


def test_processing_sessions_again_in_another_order_changes_no_id(engine, imported):
    for session in reversed(imported):
        engine.execute_here(session)
    first, second = (ids(engine, session) for session in imported)
    assert first == second
    for session in imported:
        engine.execute_here(session, ["inventory", "classified_assets"])
    assert [ids(engine, session) for session in imported] == [first, second]


def _run(session: SessionKey) -> subprocess.Popen[str]:
    engagement = session.engagement
    arguments = ["--client", engagement.client, "--engagement", engagement.engagement]
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "discovery_dagster",
            "run",
            *arguments,
            "--session",
            session.session,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _until_waiting(connection: psycopg.Connection, number: int) -> None:
    """Wait until so many transactions wait for an advisory lock of this database."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        (waiting,) = connection.execute(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            " and database = (select oid from pg_database where datname = current_database())"
        ).fetchone()
        if waiting == number:
            return
        time.sleep(0.1)
    raise AssertionError(f"{waiting} of {number} processes came to register.")

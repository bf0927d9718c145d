"""Event streams of two replicas: told of changes by Postgres, and quiet while there are none."""

import asyncio
import json
import shutil
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from dagster import DagsterEvent, DagsterEventType, DagsterRun
from dagster_postgres import PostgresRunStorage

from discovery_dagster.api.live import Watcher
from discovery_dagster.api.viewers import Viewer
from discovery_dagster.cli.doctor import notices_check
from discovery_dagster.defs import storage
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.roles import Role
from discovery_dagster.domain.scope import Scope
from discovery_dagster.domain.steps import BY_KEY
from discovery_dagster.domain.tables import empty
from discovery_dagster.settings import Settings
from discovery_dagster.store import erasure, notices, schema, sessions, tokens
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import names
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.progress import StepProgress
from discovery_dagster.store.publications import Publisher
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served, serving
from discovery_dagster_tests.store.test_poolers import pooler

STEP = BY_KEY["source_files"]
CANARY = Path(__file__)

#: Seconds that a change may take to a stream, in the middle of several and at most, at a load of
#: 25 on two cores; half of that on others. Looks alone, every five seconds, would not do it.
TYPICAL, MOST = 1.0, 2.5


@pytest.fixture(scope="module")
def database(make_database_url: Callable[[], str]) -> Database:
    """A database that nobody else asks anything, with Dagster's tables."""
    database = Database(make_database_url())
    schema.migrate(database.url)
    storage.finish(database)
    return database


@pytest.fixture(scope="module")
def replicas(database: Database) -> Iterator[list[Served]]:
    with open_folder() as folder:
        first, second = (Installation(folder / name, database.url) for name in ("one", "two"))
        with serving(first) as one:
            second.home.mkdir()
            shutil.copy(first.home / "signing.key", second.home)
            with serving(second) as two:
                wait_for(lambda: len(listening(database)) == 2)
                yield [one, two]


@pytest.fixture
def session(database: Database, objects: ObjectStore, engagement: EngagementKey) -> SessionKey:
    return sessions.register(database, objects, engagement, [])


@dataclass
class Stream:
    """What a stream has said so far, read in a thread of its own; `ended` once it has ended."""

    states: list[dict[str, Any]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def read(self, answer: httpx.Response) -> None:
        try:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    self.states.append(json.loads(line.removeprefix("data: ")))
            self.ended.set()
        except (httpx.HTTPError, httpx.StreamError):
            return  # we have closed it


@contextmanager
def following(replica: Served, token: str, session: SessionKey) -> Iterator[Stream]:
    """Follow a session; it has said its first state."""
    path = f"/engagements/{session.engagement}/sessions/{session.session}/events"
    stream = Stream()
    with replica.asking(token) as client, client.stream("GET", path) as answer:
        thread = threading.Thread(target=stream.read, args=[answer], daemon=True)
        thread.start()
        wait_for(lambda: bool(stream.states))
        yield stream


@contextmanager
def following_at_each(replicas: list[Served], session: SessionKey) -> Iterator[list[Stream]]:
    token = replicas[0].token(session.engagement.client)
    with ExitStack() as opened:
        yield [opened.enter_context(following(each, token, session)) for each in replicas]


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds
        time.sleep(0.005)
    return time.monotonic() - began


def listening(database: Database) -> list[int]:
    """The processes of Postgres that listen for a replica."""
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(
            "select pid from pg_stat_activity"
            " where datname = current_database() and query = 'listen discovery'"
        ).fetchall()
    return [pid for (pid,) in rows]


class Run:
    """A run of a session as Dagster's processes store it."""

    def __init__(self, database: Database, session: SessionKey) -> None:
        self._storage = PostgresRunStorage(database.dagster_url, should_autocreate_tables=False)
        tags = {"dagster/partition": session.partition_key}
        self._run = DagsterRun("session_job", tags=tags)
        self.id = self._run.run_id

    def queue(self) -> None:
        self._storage.add_run(self._run)

    def become(self, event: DagsterEventType) -> None:
        happened = DagsterEvent(event.value, self._run.job_name)
        self._storage.handle_run_event(self.id, happened, datetime.now(UTC))


def publish(claim: Claim, objects: ObjectStore) -> None:
    frames = {name: empty(table) for name, table in STEP.frames.items()}
    Publisher(claim, objects).publish(STEP, {}, frames, {"files": 0}, datetime.now(UTC))


def report(claim: Claim) -> None:
    with StepProgress(claim, STEP.key, "files") as progress:
        progress(1, 2)


def rename(database: Database, session: SessionKey, title: str) -> None:
    names.set_title(database, session, title, "Ada")


def seconds_until(streams: list[Stream], shows: Callable[[dict[str, Any]], bool]) -> float:
    """How long all of them take to show something from now on."""
    return wait_for(lambda: all(shows(stream.states[-1]) for stream in streams))


def test_whatever_changes_reaches_a_stream_at_either_replica_at_once(
    replicas: list[Served], database: Database, objects: ObjectStore, session: SessionKey
) -> None:
    run = Run(database, session)
    with following_at_each(replicas, session) as streams, ExitStack() as held:
        run.queue()
        times = [seconds_until(streams, lambda state: state["status"] == "queued")]
        claim = held.enter_context(Claim.take(database, session, run.id))
        run.become(DagsterEventType.RUN_START)
        times.append(seconds_until(streams, lambda state: state["status"] == "running"))
        report(claim)
        times.append(seconds_until(streams, lambda state: bool(state["steps"][0]["progress"])))
        publish(claim, objects)
        times.append(seconds_until(streams, lambda state: bool(state["steps"][0]["publication"])))
        run.become(DagsterEventType.RUN_CANCELED)
        times.append(seconds_until(streams, lambda state: state["status"] == "cancelled"))
        rename(database, session, "Rehearsal")
        times.append(seconds_until(streams, lambda state: state["title"] == "Rehearsal"))
    assert statistics.median(times) < TYPICAL, times
    assert max(times) < MOST, times


def test_a_publication_reaches_who_follows_a_later_session_of_the_engagement(
    replicas: list[Served], database: Database, objects: ObjectStore, session: SessionKey
) -> None:
    later = sessions.register(database, objects, session.engagement, [])
    heard: list[str] = []
    with psycopg.connect(database.url, autocommit=True) as ear:
        ear.execute("listen discovery")
        with Claim.take(database, session, "run-1") as claim:
            publish(claim, objects)
        heard = [notice.payload for notice in ear.notifies(timeout=2)]
    assert any(notices.concerns(notice, later) for notice in heard)


def test_a_notice_holds_a_key_and_concerns_nobody_elses_session(
    database: Database, objects: ObjectStore, engagement: EngagementKey
) -> None:
    file = IncomingFile("canary.csv", CANARY)
    with psycopg.connect(database.url, autocommit=True) as ear:
        ear.execute("listen discovery")
        session = sessions.register(database, objects, engagement, [file], "canary")
        rename(database, session, "canary again")
        with Claim.take(database, session, "canary-run") as claim:
            report(claim)
            publish(claim, objects)
        heard = {notice.payload for notice in ear.notifies(timeout=2)}
    assert heard == {session.partition_key, str(engagement)}
    for other in ("acme.other|s001", "other.exit|s001", f"{engagement}|s002"):
        assert not notices.concerns(session.partition_key, SessionKey.parse(other))
    assert not notices.concerns(str(engagement), SessionKey.parse("acme.other|s001"))
    assert not notices.concerns("acme", SessionKey.parse("acm.e|s001"))


def test_a_session_is_looked_at_when_a_notice_concerns_it_and_seldom_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "WITH", 600.0)  # on a busy machine, too
    session, viewer = (
        SessionKey.parse("acme.exit|s001"),
        Viewer("t", Scope("acme"), Role.VIEWER, None),
    )
    looks: list[float] = []

    def look(_: SessionKey) -> str:
        looks.append(time.monotonic())
        return "{}"

    async def follow() -> None:
        watcher = Watcher(look, lambda _: True)
        tasks = [asyncio.create_task(watcher.follow(database))]
        await asyncio.to_thread(wait_for, lambda: len(listening(database)) > standing)
        states = watcher.states(session, viewer)
        await anext(states)
        await asyncio.sleep(3.0)
        quiet.append(len(looks))
        for notice in ("acme.other", "acme.exit|s002", "else", "acme.exit|s001"):
            await asyncio.to_thread(tell, notice)
            await asyncio.sleep(0.5)
            counts.append(len(looks))
        await states.aclose()
        tasks[0].cancel()

    def tell(notice: str) -> None:
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("select pg_notify('discovery', %s)", [notice])

    standing, quiet, counts = len(listening(database)), [], []
    asyncio.run(follow())
    # One at the beginning, and one when notices began to arrive; every 0.7 s it would be five.
    assert quiet[0] <= 2
    assert counts == [quiet[0], quiet[0], quiet[0], quiet[0] + 1]


def test_who_listens_is_cut_off_misses_nothing_and_listens_again(
    replicas: list[Served], database: Database, session: SessionKey
) -> None:
    with following_at_each(replicas, session) as streams:
        ended = listening(database)
        with psycopg.connect(database.url, autocommit=True) as connection:
            for pid in ended:
                connection.execute("select pg_terminate_backend(%s)", [pid])
        rename(database, session, "Missed by nobody")
        seconds_until(streams, lambda state: state["title"] == "Missed by nobody")
        wait_for(lambda: len(set(listening(database)) - set(ended)) == len(replicas))
        times = []
        for title in ("one", "two", "three"):
            rename(database, session, title)
            times.append(seconds_until(streams, lambda state: state["title"] == title))  # noqa: B023
    assert statistics.median(times) < TYPICAL, times


def test_a_token_that_is_revoked_ends_its_streams_at_once_at_both(
    replicas: list[Served], database: Database, session: SessionKey
) -> None:
    scope = Scope(session.engagement.client)
    token, secret = tokens.create(database, scope, timedelta(days=1))
    with ExitStack() as opened:
        streams = [opened.enter_context(following(each, secret, session)) for each in replicas]
        tokens.revoke(database, token.id)
        assert wait_for(lambda: all(stream.ended.is_set() for stream in streams)) < MOST


def test_a_stream_ends_when_its_session_is_erased(
    replicas: list[Served], database: Database, session: SessionKey
) -> None:
    with following_at_each(replicas, session) as streams:
        erasure.erase(database, Settings(home=replicas[0].home.home), session.engagement)
        assert wait_for(lambda: all(stream.ended.is_set() for stream in streams)) < MOST


def test_a_pooler_in_session_mode_passes_notices_on_and_doctor_is_content(
    database: Database,
) -> None:
    with pooler(database.url, "session") as url:
        check = notices_check(Database(url))
    assert check.status == "ok"


def test_where_notices_do_not_arrive_doctor_says_so(database: Database) -> None:
    with pooler(database.url, "transaction") as url:
        check = notices_check(Database(url))
    assert check.status == "warning"
    assert "connection pooler" in check.message

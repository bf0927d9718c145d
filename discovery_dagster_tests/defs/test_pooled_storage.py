"""Dagster's statements share few connections, and outlive the server's end of one."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy as sa
from dagster_postgres import DagsterPostgresStorage

from discovery_dagster.defs import storage
from discovery_dagster.defs.pooled_storage import MIGRATED, PooledPostgresStorage
from discovery_dagster.store.database import Database

_CLOSE_ALL = """
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
def database(make_database_url: Callable[[], str]) -> Database:
    database = Database(make_database_url())
    storage.finish(database)
    return database


@pytest.fixture
def opened() -> Iterator[list[object]]:
    """The connections that SQLAlchemy opens in this process."""
    connections: list[object] = []

    def note(connection: object, _record: object) -> None:
        connections.append(connection)

    sa.event.listen(sa.pool.Pool, "connect", note)
    try:
        yield connections
    finally:
        sa.event.remove(sa.pool.Pool, "connect", note)


def ask(dagster_storage: DagsterPostgresStorage) -> None:
    for _ in range(10):
        dagster_storage.run_storage.get_runs_count()
        dagster_storage.event_log_storage.get_asset_records()
        dagster_storage.schedule_storage.all_instigator_state()


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that SQLAlchemy executes in this process."""
    executed: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        executed.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_the_instances_of_a_process_take_one_connection_after_the_other(database, opened):
    ask(PooledPostgresStorage(database.dagster_url))
    opened.clear()
    for _ in range(3):
        ask(PooledPostgresStorage(database.dagster_url))
    assert not opened


def test_what_has_been_migrated_is_asked_once(database, statements):
    ask(PooledPostgresStorage(database.dagster_url))
    statements.clear()
    ask(PooledPostgresStorage(database.dagster_url))
    assert len(statements) >= 30
    assert not [statement for statement in statements if "pg_catalog" in statement]


def test_what_has_not_been_migrated_is_asked_again(database):
    schedules = PooledPostgresStorage(database.dagster_url).schedule_storage
    assert not schedules.has_built_index("of tomorrow")
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "insert into secondary_indexes (name, migration_completed)"
            " values ('of tomorrow', now())"
        )
    assert schedules.has_built_index("of tomorrow")


@pytest.mark.parametrize("question", MIGRATED)
def test_each_question_is_one_of_dagsters(database, question):
    dagster_storage = DagsterPostgresStorage(database.dagster_url)
    storages = (
        dagster_storage.run_storage,
        dagster_storage.event_log_storage,
        dagster_storage.schedule_storage,
    )
    assert any(callable(getattr(each, question, None)) for each in storages)


def test_what_dagster_does_by_itself_would_take_one_for_each(database, opened):
    ask(DagsterPostgresStorage(database.dagster_url))
    assert len(opened) >= 30


def test_a_connection_that_the_server_closed_is_not_used_again(database):
    pooled = PooledPostgresStorage(database.dagster_url)
    ask(pooled)
    with psycopg.connect(database.url) as connection:
        closed = connection.execute(_CLOSE_ALL).fetchall()
    assert closed
    ask(pooled)

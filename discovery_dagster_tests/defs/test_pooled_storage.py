"""Dagster's statements share few connections, and outlive the server's end of one."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy as sa
from dagster_postgres import DagsterPostgresStorage

from discovery_dagster.defs import storage
from discovery_dagster.defs.pooled_storage import PooledPostgresStorage
from discovery_dagster.store.database import Database

_CLOSE_ALL = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
def database(make_database_url: Callable[[], str]) -> Database:
    made = Database(make_database_url())
    storage.finish(made)
    return made


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


def test_thirty_statements_take_a_connection_for_each_of_three_storages(database, opened):
    pooled = PooledPostgresStorage(database.dagster_url)
    opened.clear()  # to look whether there are tables takes others
    ask(pooled)
    assert len(opened) == 3


def test_what_dagster_does_by_itself_would_take_one_for_each(database, opened):
    ask(DagsterPostgresStorage(database.dagster_url))
    assert len(opened) >= 30


def test_a_connection_that_the_server_closed_is_not_used_again(database):
    pooled = PooledPostgresStorage(database.dagster_url)
    ask(pooled)
    with psycopg.connect(database.url) as connection:
        closed = connection.execute(_CLOSE_ALL).fetchall()
    assert len(closed) >= 3
    ask(pooled)

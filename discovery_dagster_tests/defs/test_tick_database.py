"""Ticks in a code server of `discovery up` share a database; all others open their own."""

from collections.abc import Callable

import psycopg
import pytest

from discovery_dagster.defs import tick_database
from discovery_dagster.defs.tick_database import CODE_SERVER_SOCKET
from discovery_dagster.store.database import Database


@pytest.fixture(autouse=True)
def url(make_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    url = make_database_url()
    monkeypatch.setenv("DISCOVERY_POSTGRES_URL", url)
    monkeypatch.delenv(CODE_SERVER_SOCKET, raising=False)
    tick_database._kept.cache_clear()
    return url


def backend(database: Database) -> int:
    """The number of the server's process that serves a transaction."""
    with database.operator() as connection:
        return connection.info.backend_pid


def tick() -> int:
    with tick_database.tick_database() as database:
        return backend(database)


def test_a_tick_by_itself_opens_and_closes_its_own():
    assert tick() != tick()


def test_ticks_of_the_code_server_share_a_connection(monkeypatch):
    monkeypatch.setenv(CODE_SERVER_SOCKET, "/of/a/code/server")
    assert tick() == tick()


def test_a_connection_that_the_server_closed_costs_no_tick(monkeypatch, url):
    monkeypatch.setenv(CODE_SERVER_SOCKET, "/of/a/code/server")
    closed = tick()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(%s, 5000)", [closed])
    assert tick() != closed

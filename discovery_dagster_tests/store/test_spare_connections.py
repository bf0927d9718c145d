from contextlib import closing

import psycopg
import pytest

from discovery_dagster.store.database import Database
from discovery_dagster.store.spare_connections import SpareConnections


@pytest.fixture
def sparing(database):
    with closing(SpareConnections()) as spare:
        yield Database(database.url, spare=spare)


def one(connection, query):
    (value,) = connection.execute(query).fetchone().values()
    return value


def backend(database, engagement):
    with database.writer(engagement) as connection:
        return one(connection, "select pg_backend_pid()")


def test_a_transaction_takes_the_connection_that_the_last_one_left(sparing, engagement):
    assert backend(sparing, engagement) == backend(sparing, engagement)


def test_transactions_at_once_have_a_connection_each(sparing, engagement):
    with sparing.writer(engagement) as connection:
        assert one(connection, "select pg_backend_pid()") != backend(sparing, engagement)


def test_nothing_of_a_transaction_is_left_for_the_next(sparing, engagement):
    with sparing.writer(engagement) as connection:
        connection.execute("create temp table staging (name text) on commit drop")
    with sparing.operator() as connection:
        assert one(connection, "select current_user") == "discovery_operator"
        assert one(connection, "select current_setting('discovery.engagements')") == ""
        assert one(connection, "select current_setting('transaction_read_only')") == "on"
        assert one(connection, "select to_regclass('staging')") is None


def test_a_connection_that_the_server_ended_is_not_used_again(sparing, database, engagement):
    ended = backend(sparing, engagement)
    with database.connect() as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [ended])
    assert backend(sparing, engagement) != ended


def test_a_transaction_that_fails_is_undone_and_costs_its_connection(sparing, engagement):
    before = backend(sparing, engagement)
    with pytest.raises(psycopg.errors.UndefinedTable), sparing.writer(engagement) as connection:
        connection.execute("select * from no_such_table")
    assert backend(sparing, engagement) != before

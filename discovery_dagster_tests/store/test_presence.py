"""One `up` a database, wherever it runs; a machine that is gone holds no lock for long."""

import os
import socket

import psycopg
import pytest

from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.lost_peers import notice_lost_peer, noticing_lost_server
from discovery_dagster.store.presence import Presence, ServicesElsewhereError, services_run
from discovery_dagster_tests.clusters import cluster


@pytest.fixture
def shared(make_database_url) -> Database:
    return Database(make_database_url())


def end_connections(database: Database) -> None:
    """What a server that restarts does to whoever holds a lock."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


def test_the_services_of_a_database_are_refused_a_second_time_until_they_end(shared):
    assert not services_run(shared)
    with Presence(shared):
        assert services_run(shared)
        with pytest.raises(ServicesElsewhereError, match="already running"):
            Presence(shared)
    assert not services_run(shared)
    Presence(shared).release()


def test_other_databases_of_the_server_are_others(shared, make_database_url):
    with Presence(shared):
        Presence(Database(make_database_url())).release()


def test_the_lock_is_taken_again_when_the_server_dropped_it(shared):
    with Presence(shared) as presence:
        end_connections(shared)
        presence.keep()
        assert services_run(shared)


def test_services_end_whose_place_was_taken_while_they_had_lost_it(shared):
    with Presence(shared) as presence:
        end_connections(shared)
        with Presence(shared), pytest.raises(ServicesElsewhereError):
            presence.keep()


def test_the_server_looks_after_half_a_minute_whether_a_peer_is_there():
    with cluster() as server, psycopg.connect(server.administrator("postgres")) as connection:
        notice_lost_peer(connection)
        row = connection.execute(
            "select current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_count')"
        ).fetchone()
    assert row == ("30", "3")


def test_whoever_waits_for_a_server_looks_after_half_a_minute_whether_it_is_there(tmp_path):
    with (
        cluster() as server,
        open_database(Settings(home=tmp_path, postgres_url=server.prepared())) as opened,
        opened.connect() as connection,
        socket.socket(fileno=os.dup(connection.fileno())) as wire,
    ):
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
        assert "keepalives_idle=30" in opened.dagster_url


def test_what_an_address_says_of_a_lost_server_stays():
    assert "keepalives_idle=7 " in noticing_lost_server("postgresql://h/d?keepalives_idle=7")


def test_without_a_bucket_only_the_services_of_this_home_can_take_a_session(tmp_path, shared):
    from discovery_dagster.cli.services import services_are_up

    with Presence(shared):
        own = Settings(home=tmp_path, postgres_url=shared.url)
        assert not services_are_up(own)
        assert services_are_up(own.model_copy(update={"objects_url": "s3://bucket"}))

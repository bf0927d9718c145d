"""`discovery up` of two homes on one Postgres server: one is refused while the other lives."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import psycopg
import pytest

from discovery_dagster.store.database import Database
from discovery_dagster.store.presence import services_run
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation

pytestmark = pytest.mark.long

UP = ("up", "--api-port", "0", "--dagster-port", "0", "--json")


@contextmanager
def services(home: Installation) -> Iterator[Popen[str]]:
    process = home.start(*UP)
    try:
        assert json.loads(process.stdout.readline())["api_url"]
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=40)


def test_a_second_up_is_refused_and_the_first_keeps_its_place_when_the_server_drops_it(
    make_database_url,
):
    url = make_database_url()
    with open_folder() as folder, services(Installation(folder / "one", url)) as first:
        second = Installation(folder / "two", url).run(*UP)
        assert second.returncode == 1
        assert json.loads(second.stdout)["code"] == "already_up"
        with psycopg.connect(url, autocommit=True) as connection:
            holders = connection.execute(
                "select application_name from pg_stat_activity where datname = current_database()"
            ).fetchall()
            assert {"dagster-daemon", "discovery-api"} <= {name for (name,) in holders}
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory'"
                " and database = (select oid from pg_database where datname = current_database())"
            )
        deadline = time.monotonic() + 60
        while not services_run(Database(url)):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert first.poll() is None
    assert not services_run(Database(url))

"""A daemon that runs as the only one of its database, wherever others are started."""

import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from discovery_dagster.cli.only_daemon import run_only_daemon
from discovery_dagster.store.database import Database
from discovery_dagster.store.presence import Presence, ServicesElsewhereError, services_run
from discovery_dagster_tests.store.test_presence import end_connections


@pytest.fixture
def shared(make_database_url) -> Database:
    return Database(make_database_url())


def test_a_second_daemon_is_refused_until_the_first_has_ended(shared: Database, tmp_path: Path):
    seen = tmp_path / "seen"
    with Presence(shared), pytest.raises(ServicesElsewhereError, match="already running"):
        run_only_daemon(shared, ["touch", str(seen)], os.environ)
    assert not seen.exists()
    assert run_only_daemon(shared, ["sh", "-c", f"touch {seen}; exit 3"], os.environ) == 3
    assert seen.exists()
    assert not services_run(shared)


def test_a_daemon_ends_whose_place_was_taken_while_the_server_was_away(
    shared: Database, tmp_path: Path
):
    others: list[Presence] = []

    def take_its_place() -> None:
        while not others:
            end_connections(shared)
            with suppress(ServicesElsewhereError):  # the first was quicker to take it again
                others.append(Presence(shared))

    taking = threading.Timer(0.5, take_its_place)
    taking.start()
    ended = tmp_path / "ended"
    daemon = ["sh", "-c", f"trap 'touch {ended}; exit' TERM; while sleep 0.1; do :; done"]
    with pytest.raises(ServicesElsewhereError):
        run_only_daemon(shared, daemon, os.environ)
    assert ended.exists()
    taking.join()
    others[0].release()

"""Ctrl-C on an import: it ends as cancelled, says how it goes on, and goes on."""

import json
import signal
import time

import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions, states
from discovery_dagster.store.database import Database, open_database


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_import_is_cancelled_and_then_resumed(standing, move, tmp_path, number):
    rows = "\n".join(f"srv-{n:05d},Ubuntu 22.04,10.{n // 250}.{n % 250}.7" for n in range(30_000))
    (tmp_path / "servers.csv").write_text(f"Hostname,OS,IP Address\n{rows}\n")
    importing = standing.start("import", tmp_path, *move.options, "--json")
    deadline = time.monotonic() + 120
    settings = Settings(home=standing.home, postgres_url=standing.postgres_url)
    with open_database(settings) as database:
        while "running" not in statuses(database, EngagementKey("acme", move.name)):
            assert time.monotonic() < deadline
            assert importing.poll() is None
    importing.send_signal(number)
    out, err = importing.communicate(timeout=60)

    assert importing.returncode == 1
    assert "Traceback" not in err
    stopped = json.loads(out)
    assert stopped["status"] == "cancelled"
    assert "`discovery run`" in stopped["error"]
    assert move.run()["status"] == "done"


def statuses(database: Database, engagement: EngagementKey) -> list[str]:
    rows = sessions.sessions(database, engagement)
    return [state.status for state in states.states(database, rows)]

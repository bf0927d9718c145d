"""Ctrl-C on an import: it ends as cancelled, says how it goes on, and goes on."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions, states
from discovery_dagster.store.database import Database, open_database

pytestmark = pytest.mark.long


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["its modules are imported", "it asks Postgres", "it runs"])
def test_a_command_that_is_stopped_before_its_run_begins_says_so(tmp_path, number, moment):
    """Before its own words are there, while a command works, and before a run of it exists."""
    stopped = subprocess.run(
        [sys.executable, "-c", _STOPPED, moment, str(int(number))],
        env={**os.environ, "DISCOVERY_HOME": str(tmp_path), "DISCOVERY_POSTGRES_URL": "none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (stopped.returncode, stopped.stderr) == (1, "")
    document = json.loads(stopped.stdout)
    assert document["status"] == "cancelled"
    words = "acme.move|s001 was stopped" if moment == "it runs" else "Stopped."
    assert words in document["error"]


#: A command that gets a signal at a certain moment.
_STOPPED = """
import os, signal, sys
from discovery_dagster.cli import main

moment, number = sys.argv[1], int(sys.argv[2])
sys.argv = ["discovery", "status", "--json"]

def hit(*_, **__):
    os.kill(os.getpid(), number)
    signal.sigpending()

if moment == "its modules are imported":
    class Importing:
        def find_spec(self, name, *_):
            if name == "discovery_dagster.cli.app":
                hit()
    sys.meta_path.insert(0, Importing())
else:
    from discovery_dagster.cli import follow, status
    from discovery_dagster.domain.keys import SessionKey
    if moment == "it asks Postgres":
        status.open_database = hit
    else:
        class Engines:
            open_engine = hit
        sys.modules["discovery_dagster.defs.engine"] = Engines
        session = SessionKey.parse("acme.move|s001")
        status.open_database = lambda _: follow.run_and_follow(None, None, session)
main()
"""


def statuses(database: Database, engagement: EngagementKey) -> list[str]:
    rows = sessions.sessions(database, engagement)
    return [state.status for state in states.states(database, rows)]

"""kill -9 in the middle of a run: nothing is lost and nothing is made twice."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from discovery_dagster.store import exports
from discovery_dagster_tests.installation import Installation, open_folder

TABLES = [name for name in exports.QUERIES if name != "publications"]
STEPS = ["source_records", "canonical_records", "classified_assets"]


@pytest.fixture(scope="module")
def drop(tmp_path_factory) -> Path:
    """A drop that takes a few seconds, so that there is a middle to be killed in."""
    folder = tmp_path_factory.mktemp("drop")
    rows = "\n".join(f"srv-{n:05d},Ubuntu 22.04,10.{n // 250}.{n % 250}.7" for n in range(15_000))
    (folder / "servers.csv").write_text(f"Hostname,OS,IP Address\n{rows}\n")
    return folder


@pytest.fixture(scope="module")
def untouched(drop, make_database_url):
    """What the same import gives in a fresh home when nothing happens to it."""
    url = make_database_url() if os.environ.get("DISCOVERY_POSTGRES_URL") else None
    with open_folder() as folder, Installation(folder / "home", url) as fresh:
        fresh.engagement("move").import_files(drop)
        return fresh.tables("move", TABLES)


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_import_is_resumed_and_ends_as_if_nothing_had_been(
    installation, drop, untouched, step
):
    move = installation.engagement("move")
    victim = installation.start("import", drop, *move.options, "--json")
    kill_in(step, installation, victim)

    assert move.run()["status"] == "done"
    assert installation.json("reconcile") == {"findings": []}
    found = installation.tables("move", TABLES)
    for name in TABLES:
        assert found[name] == untouched[name], name


def kill_in(step: str, installation: Installation, victim: subprocess.Popen[str]) -> None:
    """Kill the import while it is at `step`, or just after."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and victim.poll() is None:
        states = installation.json("status")["sessions"]
        steps = {item["step"]: item["status"] for item in states[0]["steps"]} if states else {}
        if steps.get(step) in ("running", "done"):
            break
    assert victim.poll() is None, "the import was over before it could be killed"
    victim.send_signal(signal.SIGKILL)
    victim.communicate()

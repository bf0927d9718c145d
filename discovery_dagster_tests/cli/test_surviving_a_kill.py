"""kill -9 in the middle of a run: nothing is lost and nothing is made twice."""

import os
import signal
import time

import pytest

from discovery_dagster_tests.installation import Installation

TABLES = (
    "files",
    "mapping",
    "issues",
    "rejects",
    "assets",
    "dependencies",
    "groups",
    "waves",
    "graph",
)
WHERE = ("--client", "acme", "--engagement", "move")


@pytest.fixture
def drop(tmp_path):
    """A drop that takes a few seconds, so that there is a middle to be killed in."""
    folder = tmp_path / "drop"
    folder.mkdir()
    rows = "\n".join(f"srv-{n:05d},Ubuntu 22.04,10.{n // 250}.{n % 250}.7" for n in range(30_000))
    (folder / "servers.csv").write_text(f"Hostname,OS,IP Address\n{rows}\n")
    return folder


@pytest.mark.parametrize("step", ["source_records", "canonical_records", "classified_assets"])
def test_a_killed_import_is_resumed_and_ends_as_if_nothing_had_been(
    installation, tmp_path, drop, step
):
    victim = installation.start("import", drop, *WHERE, "--json")
    kill_in(step, installation, victim)

    document = installation.json("run", *WHERE, "--session", "s001")
    assert document["status"] == "done"
    assert installation.json("reconcile") == {"findings": []}

    url = None
    if installation.postgres_url:
        pytest.skip("a second home needs a second database; covered with the embedded server")
    with Installation(tmp_path / "fresh", url) as fresh:
        fresh.import_files(drop)
        for table in TABLES:
            assert installation.export(table) == fresh.export(table), table


def kill_in(step, installation, victim):
    """Kill the import once the step before `step` is published, and its Postgres stays."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and victim.poll() is None:
        states = installation.json("status")["sessions"]
        steps = {item["step"]: item["status"] for item in states[0]["steps"]} if states else {}
        if steps.get(step) in ("running", "done"):
            break
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()

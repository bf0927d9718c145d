"""kill -9 in the middle of a run: nothing is lost and nothing is made twice."""

import signal
import subprocess
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
    installation, make_database_url, tmp_path, drop, step
):
    move = installation.engagement("move")
    victim = installation.start("import", drop, *move.options, "--json")
    kill_in(step, installation, victim)

    assert move.run()["status"] == "done"
    assert installation.json("reconcile") == {"findings": []}

    url = make_database_url() if installation.postgres_url else None
    with Installation(tmp_path / "fresh", url) as fresh:
        untouched = fresh.engagement("move")
        untouched.import_files(drop)
        for table in TABLES:
            assert move.export(table) == untouched.export(table), table


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

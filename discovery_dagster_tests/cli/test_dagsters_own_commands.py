"""What the README says about Dagster's own commands is run as it stands there."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from discovery_dagster.cli.ports import Address
from discovery_dagster.domain.steps import and_below
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import PROJECT, Installation
from discovery_dagster_tests.services import Services

pytestmark = pytest.mark.long

BLOCK = re.compile(r"## Dagster's own commands\n.*?```\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def home(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """A home with the session that the README imports."""
    url = None
    if os.environ.get("DISCOVERY_POSTGRES_URL"):
        url = request.getfixturevalue("make_database_url")()
    with open_folder() as folder, Installation(folder / "home", url) as opened:
        exports = folder / "exports"
        exports.mkdir()
        (exports / "servers.csv").write_text("Hostname,OS,IP Address\nweb-01,Ubuntu 22.04,10.0.0.1")
        opened.engagement("dc-exit").import_files(exports)
        yield opened


def environment(home: Installation) -> dict[str, str]:
    """Of a shell in which the environment of the checkout is active."""
    scripts = Path(sys.executable).parent
    path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    return {**home.environment, "PATH": path, "VIRTUAL_ENV": str(scripts.parent)}


def test_the_commands_of_the_readme_work_as_they_stand(home: Installation):
    match = BLOCK.search((PROJECT / "README.md").read_text("utf-8"))
    assert match
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", match[1]],
        env=environment(home),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    listed = ["dependencies", "dependency_graph"]
    assert [line for line in done.stdout.splitlines() if line in listed] == listed
    assert "All definitions loaded successfully" in done.stdout + done.stderr
    runs = re.findall(r"RUN_(?:SUCCESS|FAILURE)", done.stdout + done.stderr)
    assert runs == ["RUN_SUCCESS"]


def test_a_tag_of_dagsters_command_makes_a_step_anew(home: Installation):
    operations = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    (command,) = re.findall(r"`(dagster job execute [^`]*)`", operations)
    move = home.engagement("dc-exit")
    before = {step["step"]: step["publication"] for step in move.export("publications")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'eval "$(discovery env)"; {command}'],
        env=environment(home),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    after = {step["step"]: step["publication"] for step in move.export("publications")}
    assert {step for step in after if after[step] != before[step]} == and_below(["inventory"])


@contextmanager
def dagster_dev(home: Installation, port: int) -> Iterator[Services]:
    """`dagster dev` in a shell that has what `discovery env` prints, and no `discovery up`."""
    with (home.home / "dagster-dev.log").open("w") as log:
        process = subprocess.Popen(
            ["bash", "-c", f'eval "$(discovery env)" && exec dagster dev -p {port}'],
            env=environment(home),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        try:
            # It serves neither the pages nor the API.
            yield Services(home, process, f"http://127.0.0.1:{port}", api_url="", token="")
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=60)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)


def test_dagster_dev_runs_a_session_where_the_services_do_not(home: Installation):
    with dagster_dev(home, Address.free("127.0.0.1", 0).port) as dev:
        dev.until(dev.answers)
        run = dev.launch("session_job", "acme.dc-exit|s001")
        dev.until(lambda: dev.runs()[run] in ("SUCCESS", "FAILURE", "CANCELED"))
        assert dev.runs()[run] == "SUCCESS"

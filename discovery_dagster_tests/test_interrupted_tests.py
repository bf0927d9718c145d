"""Tests that are interrupted, as by Ctrl-C, leave no process and no folder behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from discovery_dagster_tests.conftest import PROJECT
from discovery_dagster_tests.folders import open_folder, processes_of

pytestmark = pytest.mark.long

#: Services, and a home that tests share, each with a Postgres.
TESTS = (
    "cli/test_services.py::test_killed_services_come_back_and_stopping_leaves_nothing_behind",
    "cli/test_identity.py",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the tests that are interrupted have their folders."""
    with open_folder("d-") as folder:
        yield folder


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Two workers at these tests, as `make test` runs them, in a group of their own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2",
         f"--basetemp={folder / 'pytest'}",
         *(f"discovery_dagster_tests/{test}" for test in TESTS), *arguments],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # A shell that runs the tests in its background has them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("interrupt", "number"),
    [(os.killpg, signal.SIGINT), (os.kill, signal.SIGINT), (os.killpg, signal.SIGKILL)],
    ids=["Ctrl-C", "the master alone is told", "all are killed"],
)
def test_interrupted_tests_leave_no_process_and_no_folder(
    folder: Path, interrupt: Callable[[int, int], None], number: int
) -> None:
    tests = started(folder)

    def run() -> bool:
        assert tests.poll() is None, "the tests were over before they could be interrupted"
        commands = " ".join(processes_of(folder).values())
        return commands.count("/bin/postgres -D") >= 2 and "dagster-daemon" in commands

    until(run, 240)
    interrupt(tests.pid, number)
    tests.wait(timeout=60)
    until(lambda: processes_of(folder) == {}, 60)
    until(lambda: {path.name for path in folder.iterdir()} <= {"pytest"}, 30)

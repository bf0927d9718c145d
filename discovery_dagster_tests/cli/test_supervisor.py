import os
import signal
import sys
import time
from pathlib import Path

import pytest

from discovery_dagster.cli.supervisor import Backoff, Child, supervised


@pytest.fixture
def child(tmp_path):
    """Makes a child that runs the given Python program."""

    def make(program: str) -> Child:
        command = [sys.executable, "-c", program]
        return Child("sleeper", command, dict(os.environ), tmp_path, tmp_path / "log")

    return make


def test_pauses_double_up_to_thirty_seconds_and_begin_anew_after_a_minute_of_life():
    backoff = Backoff()
    assert [backoff.next(0) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.next(61) == 1


def test_a_child_that_is_killed_starts_again(child, capsys):
    sleeper = child("import time; time.sleep(600)")
    with supervised([sleeper]):
        first = sleeper.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: sleeper.tend() or sleeper.pid not in (None, first))
    assert "sleeper has ended and starts again in 1 s" in capsys.readouterr().err


def test_stopping_ends_children_that_do_not_listen_and_what_they_started(
    child, tmp_path, monkeypatch
):
    monkeypatch.setattr("discovery_dagster.cli.supervisor.STOP_LIMIT", 0.5)
    program = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "open('grandchild.new', 'w').write(str(grandchild.pid))\n"
        "os.rename('grandchild.new', 'grandchild')\n"
        "time.sleep(600)\n"
    )
    deaf = child(program)
    with supervised([deaf]):
        until((tmp_path / "grandchild").exists)
    assert deaf.pid is None
    until(lambda: not lives(int((tmp_path / "grandchild").read_text())))


def lives(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
        return status.rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)

"""`discovery up`: keeps its processes alive, and leaves none behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from discovery_dagster.cli import local_token
from discovery_dagster.cli.local_token import LIFETIME
from discovery_dagster.store import tokens
from discovery_dagster.store.database import Database
from discovery_dagster_tests.installation import PROJECT, Installation
from discovery_dagster_tests.processes import processes

pytestmark = pytest.mark.long

PACKAGE = "discovery_dagster"


def test_killed_services_come_back_and_stopping_leaves_nothing_behind(installation):
    services = start_in_background(installation)
    try:
        url = json.loads(services.stdout.readline())["dagster_url"]
        assert (installation.home / "inbox").is_dir()
        for name in ("guarded_webserver", "dagster-daemon", "dagster api grpc", "postgres -D"):
            kill_and_see_it_return(installation, services, name)
        until(lambda: answers(url), services)
        # One code server serves webserver and daemon; the others ask it.
        assert len(processes(installation.home, "dagster api grpc")) == 1

        second = installation.run("up", "--json")
        assert second.returncode == 2
        assert json.loads(second.stdout)["error"]["code"] == "already_up"

        began = time.monotonic()
        services.send_signal(signal.SIGINT)
        _, messages = services.communicate(timeout=60)
        assert time.monotonic() - began < 30
        assert services.returncode == 0
        # What nobody killed has not ended.
        assert messages.count("Postgres has ended") == 1, messages
        left = processes(installation.home, "")
        assert left == {}, left
    finally:
        if services.poll() is None:
            services.terminate()
            services.communicate(timeout=30)


def start_in_background(installation: Installation) -> subprocess.Popen[str]:
    """`discovery up` as a shell starts it in the background: told to ignore Ctrl-C."""
    up = ("up", "--api-port", "0", "--dagster-port", "0", "--json")
    return subprocess.Popen(
        [
            "sh",
            "-c",
            'trap "" INT; exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "discovery_dagster",
            *up,
        ],
        env=installation.environment,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_services_end_with_the_process_that_started_them(installation):
    services = installation.start("up", "--api-port", "0", "--dagster-port", "0", "--json")
    token = json.loads(services.stdout.readline())["token"]
    services.kill()
    services.communicate()
    # The embedded Postgres has nobody left who could stop it; the next command takes it on.
    deadline = time.monotonic() + 60
    while left := processes(installation.home, "d", besides="postgres"):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
    assert installation.json("status") == {"sessions": []}
    with installation.database() as database:
        (left_behind,) = tokens.listed(database)
        assert left_behind.expires_at - datetime.now(UTC) <= LIFETIME
        end(database, left_behind.id)
        assert tokens.by_secret(database, token) is None


def end(database: Database, token: str) -> None:
    """Have a token's time be over."""
    tokens.prolong(database, token, timedelta(0))


def test_the_token_of_services_lives_as_long_as_they_do(database, monkeypatch):
    monkeypatch.setattr(local_token, "_INTERVAL", 0.05)
    with local_token.local_token(database) as secret:
        stored = tokens.by_secret(database, secret)
        assert stored is not None
        end(database, stored.id)  # as when the machine slept, or Postgres was away
        wait(lambda: tokens.by_secret(database, secret) is not None)
        ends = tokens.by_secret(database, secret).expires_at
        wait(lambda: tokens.by_secret(database, secret).expires_at > ends)
    assert tokens.by_secret(database, secret) is None


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_port_that_is_taken_is_refused_in_one_sentence(installation):
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = installation.run("up", "--api-port", "0", "--dagster-port", str(port))
    assert refused.returncode == 2
    assert refused.stderr.strip().count("\n") == 0
    assert f"Port {port}" in refused.stderr


def kill_and_see_it_return(
    installation: Installation, services: subprocess.Popen[str], name: str
) -> None:
    until(lambda: processes(installation.home, name), services)
    before = set(processes(installation.home, name))
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: set(processes(installation.home, name)) - before, services)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/server_info", timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status == 200
    except OSError:
        return False


def until(condition, services: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert services.poll() is None, services.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.2)

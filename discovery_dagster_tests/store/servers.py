"""Users of an embedded Postgres in other processes, and looks at its server."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from discovery_dagster.store.postmaster import Postmaster

#: A user in a process of its own, which leaves at a line on its stdin. Python is imported before
#: the account changes: an ordinary one need not be able to read it.
_USER = """
import os, sys
from pathlib import Path
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

home, uid = Path(sys.argv[1]), int(sys.argv[2])
if uid:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
try:
    with EmbeddedPostgres(home) as server:
        print(server.url(), flush=True)
        sys.stdin.readline()
except EmbeddedPostgresError as error:
    print(error, flush=True)
"""


class User:
    """Another process that uses the server of `home`, if not as `uid` then as we are."""

    def __init__(self, home: Path, uid: int = 0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(home), str(uid)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def said(self) -> str:
        """Wait until it uses the server; return the URL, or why it cannot."""
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate("\n", timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def query(url: str, statement: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def postmaster(home: Path) -> Postmaster:
    process = Postmaster.of(home / "postgres" / "server" / "data")
    assert process is not None
    return process


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)

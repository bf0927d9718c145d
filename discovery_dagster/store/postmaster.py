"""The process that a Postgres data directory names, and whether it lives. Reads only."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

_PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Postmaster:
    """What `postmaster.pid` says; after a kill, another process may have its number."""

    data: Path
    pid: int
    socket_directory: Path
    ready: bool

    @classmethod
    def of(cls, data: Path) -> Self | None:
        """Return who `postmaster.pid` names, None when it is absent or only half written.

        Its lines are those of Postgres' src/include/utils/pidfile.h: process, data directory,
        start time, port, socket directory, address, shared memory, status.
        """
        try:
            lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        except OSError:
            return None
        if len(lines) < 5 or not lines[0].isdigit():
            return None
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        return cls(Path(lines[1]), int(lines[0]), Path(lines[4]), ready)

    def accepts(self) -> bool:
        """Whether it lets clients in: neither dead nor starting, recovering or stopping."""
        if not self.ready:  # each question that it must refuse is a line in its log
            return False
        where = make_conninfo(
            host=str(self.socket_directory), user="postgres", dbname="postgres", connect_timeout=2
        )
        return PGconn.ping(where.encode()) == Ping.OK

    def lives(self) -> bool:
        """Whether the process of this number is the server of this directory."""
        if _PROCESSES.is_dir():
            try:
                command = (_PROCESSES / str(self.pid) / "cmdline").read_bytes()
            except OSError:
                return False
        else:  # macOS
            ps = ["ps", "-ww", "-o", "args=", "-p", str(self.pid)]
            command = subprocess.run(ps, capture_output=True, check=False).stdout  # noqa: S603
        return b"/postgres -D %b " % os.fsencode(self.data) in command.replace(b"\0", b" ")

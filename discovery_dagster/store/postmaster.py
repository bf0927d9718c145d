"""What a running Postgres server says of itself. Reads only."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TIMEOUT = 2.0


@dataclass(frozen=True)
class Postmaster:
    """The process that a data directory names; whether it lives, only its socket can tell."""

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
            lines = (data / "postmaster.pid").read_text("utf-8", "surrogateescape").splitlines()
        except OSError:
            return None
        if len(lines) < 5 or not lines[0].isdigit():
            return None
        return cls(int(lines[0]), Path(lines[4]), len(lines) > 7 and lines[7].strip() == "ready")

    def answers(self) -> bool:
        """Whether a process listens at the socket; a file naming a stranger has none."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_TIMEOUT)
            try:
                client.connect(str(self.socket_directory / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

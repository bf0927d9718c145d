"""The account that runs the embedded Postgres, and what it may do.

Postgres refuses to run as root, so root hands it to another account. Where files lie and how the
server is started is not in here.
"""

import os
import pwd
import stat
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from discovery_dagster.domain.errors import OperationError

#: Nothing of our own environment reaches the server: PG… variables would change its settings.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedPostgresError(OperationError):
    """The embedded Postgres cannot do what was asked; the message is one sentence."""

    code = "embedded_postgres"


@dataclass(frozen=True)
class PostgresAccount:
    """User and group of the server; `dropped` when we are root and they are not ours."""

    uid: int
    gid: int
    dropped: bool

    @classmethod
    def choose(cls, server: Path, run_as: str | None) -> Self:
        """Return our own account or, for root, the owner of `server`, `run_as` or a usual one.

        Raises:
            EmbeddedPostgresError: when `run_as` is no account, is root or does not own `server`,
                or when this machine has no account to take.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), dropped=False)
        named = _named(run_as)
        if server.exists() and (owner := server.stat()).st_uid != 0:
            if run_as is not None and owner.st_uid != named.uid:
                raise EmbeddedPostgresError(
                    f"{server} belongs to {_name(owner.st_uid)}, so that Postgres cannot run as "
                    f"{run_as}."
                )
            return cls(owner.st_uid, owner.st_gid, dropped=True)
        return cls(named.uid, named.gid, dropped=True)

    def run(
        self,
        *command: str | Path,
        output: IO[bytes] | int = subprocess.DEVNULL,
        inherit: Collection[int] = (),
    ) -> int:
        """Run a command as this account, away from our terminal, and return its exit code.

        Args:
            command: Program and arguments.
            output: Where its output and its errors go.
            inherit: File descriptors that it keeps, under the same numbers.

        Raises:
            OSError: when it cannot be executed.
        """
        return subprocess.run(  # noqa: S603 - programs are the wheel's and /bin/sh
            command,
            cwd="/",
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=inherit,
            # Ctrl-C in the terminal reaches every process of its session; the server is in another.
            start_new_session=True,
            user=self.uid if self.dropped else None,
            group=self.gid if self.dropped else None,
            extra_groups=[] if self.dropped else None,
            check=False,
        ).returncode

    def reaches(self, directory: Path) -> bool:
        """Whether this account can enter `directory`; asked of the system, which knows ACLs."""
        return self.run("/bin/sh", "-c", 'cd "$1"', "sh", directory) == 0

    def own(self, directory: Path) -> Path:
        """Make `directory` when absent, for this account alone; return it.

        Raises:
            EmbeddedPostgresError: when it belongs to somebody else or is open to others.
        """
        directory.mkdir(mode=0o700, exist_ok=True)
        status = directory.lstat()
        if self.dropped and status.st_uid == 0:
            os.chown(directory, self.uid, self.gid, follow_symlinks=False)
        elif status.st_uid != self.uid:
            raise EmbeddedPostgresError(
                f"{directory} belongs to {_name(status.st_uid)}, and Postgres would run as "
                f"{_name(self.uid)}."
            )
        if not stat.S_ISDIR(status.st_mode) or status.st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"{directory} is not a directory for {_name(self.uid)} alone."
            )
        return directory


def _named(run_as: str | None) -> PostgresAccount:
    candidates = ["postgres", "nobody"] if run_as is None else [run_as]
    for name in candidates:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return PostgresAccount(entry.pw_uid, entry.pw_gid, dropped=True)
    raise EmbeddedPostgresError(
        f"Postgres does not run as root, and {' or '.join(candidates)} is no other account of this "
        "machine; DISCOVERY_POSTGRES_USER names one."
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"

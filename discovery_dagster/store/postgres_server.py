"""One Postgres server: made, started, stopped. Who uses it and how long is not in here.

Its processes inherit a lock on `server.lock`, which the kernel drops with the last of them. So
what its files say of a process is stale when that lock is free, whoever has the number by now.
"""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from discovery_dagster.store.file_locks import lock_if_free, open_private
from discovery_dagster.store.postgres_account import EmbeddedPostgresError, PostgresAccount
from discovery_dagster.store.postgres_files import (
    MAJOR_VERSION,
    binaries,
    server_directory,
    socket_directory,
)
from discovery_dagster.store.postmaster import Postmaster

_START_LIMIT = 120.0  # seconds; replaying the log after a crash takes its time
_STOP_LIMIT = 60.0

#: Text sorts by code point on every machine; who may enter the directory is trusted.
_INITDB = (
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-instructions",
)

#: On the command line they win over every configuration file.
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # Half of what Postgres takes by itself, and never gives back; the kernel caches files as well.
    "shared_buffers": "64MB",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No client's data in the log: errors quote values, their details rows and statements.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "logging_collector": "off",
}


class PostgresServer:
    """The server whose lock, log and `server` directory are in `folder`."""

    def __init__(self, folder: Path, run_as: str | None) -> None:
        self._folder = folder
        self._directory = folder / "server"
        self._run_as = run_as

    @property
    def postmaster(self) -> Postmaster | None:
        """Which process the data directory names, if any."""
        return Postmaster.of(self._directory / "data")

    @property
    def running(self) -> bool:
        """Whether the server accepts connections."""
        postmaster = self.postmaster
        return postmaster is not None and postmaster.accepts()

    def start(self) -> None:
        """Start the server and wait until it is ready; the caller sees to it that one does.

        Raises:
            EmbeddedPostgresError: when Postgres refuses or its files are not as they must be.
            OSError: when the system refuses.
        """
        with self._open_lock() as lock, open_private(self._log) as log:
            # Held by a server whose starter died, or by the remains of one that was killed.
            if not _within(_START_LIMIT, lambda: lock_if_free(lock) or self.running):
                raise EmbeddedPostgresError(
                    f"What is left of a server in {self._folder} neither runs nor ends."
                )
            if self.running:
                return
            account = PostgresAccount.choose(self._directory, self._run_as)
            command = self._prepare(account, lock, log)
            beginning = log.seek(0, os.SEEK_END)
            try:
                account.run(*command, output=log, inherit=[lock.fileno()])
                lock.close()  # the server has its own now
                _within(_START_LIMIT, lambda: self.running or self._is_gone())
                if not self.running:
                    raise EmbeddedPostgresError(
                        f"Postgres did not start: {self._end_of_log(beginning)}"
                    )
            except BaseException:
                lock.close()
                self.stop()
                raise

    def stop(self) -> None:
        """Stop the server if it runs, and wait until the last of its processes is gone.

        Raises:
            EmbeddedPostgresError: when it does not end.
        """
        if not _within(_STOP_LIMIT, self._has_ended_in_order):
            postmaster = self.postmaster
            if postmaster is not None and postmaster.lives():
                os.kill(postmaster.pid, signal.SIGQUIT)  # at once; the next start replays the log
            if not _within(_STOP_LIMIT, self._is_gone):
                raise EmbeddedPostgresError(f"The server in {self._folder} does not stop.")

    def _has_ended_in_order(self) -> bool:
        if self._is_gone():
            return True
        postmaster = self.postmaster
        # Postgres 18.4 hangs when it is told to stop while it recovers, so it must be ready first.
        if postmaster is not None and postmaster.accepts() and postmaster.lives():
            os.kill(postmaster.pid, signal.SIGINT)  # "fast": clients are sent away
        return False

    def _prepare(self, account: PostgresAccount, lock: BinaryIO, log: BinaryIO) -> list[str | Path]:
        """Make what the server needs; return the command that starts it."""
        directory = server_directory(account, self._directory)
        data = directory / "data"
        if data.exists():
            _require_version(data)
        else:
            self._make_data(account, data, lock, log)
        sockets = socket_directory(account, directory)
        # We hold the lock, so that these name a process which is no server, or none of ours.
        for stale in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        settings = {"unix_socket_directories": str(sockets), **_SETTINGS}
        options = [f"--{name}={value}" for name, value in settings.items()]
        postgres = binaries(account) / "postgres"
        # The shell leaves the server to init, so that it is nobody's zombie when it ends.
        return ["/bin/sh", "-c", '"$@" &', "sh", postgres, "-D", data, *options]

    def _make_data(
        self, account: PostgresAccount, data: Path, lock: BinaryIO, log: BinaryIO
    ) -> None:
        """Make the data beside their place and move them there whole."""
        beginning = log.seek(0, os.SEEK_END)
        unfinished = data.with_name("data.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        initdb = binaries(account) / "initdb"
        if account.run(initdb, *_INITDB, "-D", unfinished, output=log, inherit=[lock.fileno()]):
            raise EmbeddedPostgresError(
                f"Postgres could not make its data: {self._end_of_log(beginning)}"
            )
        unfinished.rename(data)
        _sync(data.parent)

    def _is_gone(self) -> bool:
        with self._open_lock() as lock:
            return lock_if_free(lock)

    def _open_lock(self) -> BinaryIO:
        return open_private(self._folder / "server.lock")

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    def _end_of_log(self, beginning: int) -> str:
        with self._log.open("rb") as log:
            log.seek(beginning)
            lines = log.read().decode("utf-8", "replace").splitlines()
        return "; ".join(line.strip() for line in lines[-5:] if line.strip())


def _require_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text("utf-8").strip()
    if version != str(MAJOR_VERSION):
        raise EmbeddedPostgresError(
            f"The data in {data} were written by Postgres {version}, which Postgres"
            f" {MAJOR_VERSION} of this Discovery cannot read."
        )


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _sync(directory: Path) -> None:
    """Make a renaming in `directory` outlast a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

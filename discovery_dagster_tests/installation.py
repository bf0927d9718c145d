"""A Discovery of its own, used as a person uses it: by its command line, in other processes."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

from discovery_dagster.cli.app import main
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import exports
from discovery_dagster.store.database import Database, open_database
from discovery_dagster_tests.kept_child import keeping_the_child

PROJECT = Path(__file__).parents[1]

#: Commands that serve until they are stopped.
_PROCESSES = ("up", "api", "demo")

#: Signals whose handlers a command sets.
_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Installation:
    """A home; `postgres_url` is a server to use instead of the embedded one."""

    home: Path
    postgres_url: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        unset = {"DISCOVERY_HOME", "DISCOVERY_POSTGRES_URL", "DAGSTER_HOME"}
        environment = {name: value for name, value in os.environ.items() if name not in unset}
        environment["DISCOVERY_HOME"] = str(self.home)
        if self.postgres_url:
            environment["DISCOVERY_POSTGRES_URL"] = self.postgres_url
        return environment

    def start(self, *arguments: str | Path, **extra: str) -> subprocess.Popen[str]:
        """Start a command and do not wait for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "discovery_dagster", *map(str, arguments)],
            env={**self.environment, **extra},
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell that runs the tests in its background has them ignore Ctrl-C, and their
            # children would inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *arguments: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end: here, which spares 2 s of imports, or in a process of its own.

        Commands that have settings of their own (`extra`), run beside another one, or start
        services are processes.
        """
        alone = threading.current_thread() is threading.main_thread()
        if alone and not extra and arguments[0] not in _PROCESSES:
            return self._here([str(argument) for argument in arguments])
        process = self.start(*arguments, **extra)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def _here(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        # Commands write bytes, too: what `sys.stdout.buffer` takes.
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "12")
        code = 0
        handlers = {number: signal.getsignal(number) for number in _HANDLED}
        umask = os.umask(0o022)  # a command sets its own, for its process
        os.umask(umask)
        # What measures commands by scripts has each start its own.
        tested = "PYTEST_CURRENT_TEST" in os.environ
        with (
            keeping_the_child() if tested else nullcontext(),
            pytest.MonkeyPatch.context() as patch,
            warnings.catch_warnings(),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            for name in os.environ.keys() - self.environment.keys():
                patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["discovery", *arguments])
            patch.chdir(PROJECT)
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
            finally:
                os.umask(umask)
                for number, handler in handlers.items():
                    signal.signal(number, handler)
        texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
        return subprocess.CompletedProcess(arguments, code, *texts)

    def json(self, *arguments: str | Path, code: int = 0, **extra: str) -> Any:
        """Run a command with `--json` and return what it prints."""
        done = self.run(*arguments, "--json", **extra)
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Its database, opened in this process."""
        settings = Settings(home=self.home, postgres_url=self.postgres_url)
        with open_database(settings) as database:
            yield database

    def tables(self, engagement: str, names: Iterable[str]) -> dict[str, Any]:
        """Read tables of the client acme's first session in this process, which is quicker."""
        session = SessionKey.parse(f"acme.{engagement}|s001")
        with self.database() as database:
            return {name: exports.rows(database, session, name) for name in names}

    def engagement(self, name: str) -> "EngagementOf":
        """An engagement of the client `acme`."""
        return EngagementOf(self, name)

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self.postgres_url is None:
            self.run("down")


@dataclass
class EngagementOf:
    """One engagement of an installation, by the commands that take its name."""

    installation: Installation
    name: str

    @property
    def options(self) -> tuple[str, ...]:
        return ("--client", "acme", "--engagement", self.name)

    def import_files(self, *paths: Path, code: int = 0) -> Any:
        return self.installation.json("import", *paths, *self.options, code=code)

    def run(self, session: str = "s001") -> Any:
        return self.installation.json("run", *self.options, "--session", session)

    def export(self, table: str, session: str = "s001") -> Any:
        where = (*self.options, "--session", session)
        return self.installation.json("export", table, *where)

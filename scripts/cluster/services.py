"""Services of an installation, each with a home, a folder to work in and processes of its own.

As Compose or systemd would, it starts again what has ended by itself; what a fault has killed stays
away until that fault is over.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scripts.cluster.network import Machine

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "celery" / "dagster.yaml"

#: Seconds between two looks at what has ended.
_INTERVAL = 1.0


@dataclass
class Service:
    """One service; `name` is also what its connections to Postgres are called."""

    name: str
    home: Path
    command: Sequence[str]
    environment: Mapping[str, str]
    wanted: bool = True
    starts: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it in its own folder, with nothing of our environment but the way to programs."""
        self.wanted = True
        self.starts += 1
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self.home),
                    "LANG": "C.UTF-8",
                    "PGAPPNAME": self.name,
                    "DISCOVERY_HOME": str(self.home),
                    **self.environment,
                },
                cwd=self.home,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it with all that it started, as a machine that is switched off does."""
        self.wanted = False
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def tend(self) -> None:
        """Start it again when it has ended by itself."""
        if self.wanted and self.process is not None and self.process.poll() is not None:
            self.start()


@dataclass
class Services:
    """All services of an installation, below `folder`."""

    folder: Path
    shared: Mapping[str, str]
    running: dict[str, Service] = field(default_factory=dict)

    def start(
        self,
        name: str,
        *arguments: str,
        at: Machine | None = None,
        hidden: Sequence[str] = (),
        **settings: str,
    ) -> Service:
        """Start `discovery service` with these arguments, in a home of its own.

        Args:
            name: of the service and its home.
            arguments: of the command.
            at: machine that it runs on; None: this one.
            hidden: services whose homes that machine does not have.
            settings: besides the shared ones.
        """
        home = self.folder / name
        (home / "dagster").mkdir(parents=True)
        shutil.copy(CONFIGURATION, home / "dagster")
        command = [sys.executable, "-m", "discovery_dagster", "service", *arguments]
        if at is not None:
            command = at.command(command, [self.folder / other for other in hidden])
        service = Service(name, home, command, {**self.shared, **settings})
        service.start()
        self.running[name] = service
        return service

    @property
    def pids(self) -> dict[str, list[int]]:
        """The first process of each service, by its name."""
        return {
            name: [service.process.pid]
            for name, service in self.running.items()
            if service.process is not None
        }


@contextmanager
def services(folder: Path, shared: Mapping[str, str]) -> Iterator[Services]:
    """Services that are started again when they end; all are killed at the end."""
    opened, over = Services(folder, shared), threading.Event()

    def tend() -> None:
        while not over.wait(_INTERVAL):
            for service in list(opened.running.values()):
                service.tend()

    tending = threading.Thread(target=tend, daemon=True)
    tending.start()
    try:
        yield opened
    finally:
        over.set()
        tending.join()
        for service in opened.running.values():
            service.kill()


def until(holds: Callable[[], bool], what: str, seconds: float) -> float:
    """Wait until something holds; return the seconds that it took.

    Raises:
        TimeoutError: when it does not hold in time; says `what`.
    """
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError(what)
        time.sleep(0.2)
    return time.monotonic() - began

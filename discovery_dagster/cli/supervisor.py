"""Keeps child processes alive: starts them, starts those again that die, ends them all.

What the children are is not in here.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from discovery_dagster.cli.orphans import die_with_parent
from discovery_dagster.cli.terminal import say

#: Seconds before a child that died starts again: doubled each time, up to the second. A child that
#: has lived for the third is taken for healthy, and begins with the first again.
_FIRST_PAUSE, _LONGEST_PAUSE, _HEALTHY = 1.0, 30.0, 60.0

#: Seconds that the children have to end before they are killed.
STOP_LIMIT = 7.0


@dataclass
class Backoff:
    """How long to wait before the next try."""

    _pause: float = _FIRST_PAUSE

    def next(self, lived: float) -> float:
        """Return the pause after something that lived for `lived` seconds has ended."""
        if lived >= _HEALTHY:
            self._pause = _FIRST_PAUSE
        pause, self._pause = self._pause, min(2 * self._pause, _LONGEST_PAUSE)
        return pause


@dataclass
class Child:
    """One command that is kept running, in a process group of its own, writing to `log`.

    It starts once the file `after` exists, which another child makes when it is ready.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    after: Path | None = None
    groups: set[int] = field(default_factory=set)
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _due: float | None = None
    _backoff: Backoff = field(default_factory=Backoff)

    @property
    def pid(self) -> int | None:
        """Number of its process, None while there is none."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def tend(self) -> None:
        """Start it when that is due; when it has died, say so and when it will be due."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            pause = self._backoff.next(now - self._started)
            say(
                f"{self.name} has ended and starts again in {pause:.0f} s; {self.log} says why.",
                to_stderr=True,
            )
            self._process, self._due = None, now + pause
        awaited = self.after is not None and not self.after.exists()
        if self._process is None and now >= (self._due or now) and not awaited:
            self._start()
        # Forgotten when empty, so that a group of that number is never somebody else's.
        self.groups = {group for group in self.groups if _signal(group, 0)}

    def _start(self) -> None:
        self._started = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - commands of our own environment
                self.command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A group of its own: Ctrl-C reaches only us, and we end them in order.
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.groups.add(self._process.pid)

    def wait(self, seconds: float) -> None:
        """Wait for its end, not longer than `seconds`."""
        if self._process is not None:
            try:
                self._process.wait(max(0.0, seconds))
            except subprocess.TimeoutExpired:
                return


@contextmanager
def supervised(children: Sequence[Child]) -> Iterator[None]:
    """Start the children and, when the block ends, end them with all that they started.

    The groups of children that died are left alone until then: a run of a session may still work in
    what the dead one started, and its claim says that it lives.
    """
    try:
        for child in children:
            child.tend()
        yield
    finally:
        _stop(children)


def _stop(children: Sequence[Child]) -> None:
    groups = [group for child in children for group in child.groups]
    for group in groups:
        _signal(group, signal.SIGTERM)
    deadline = time.monotonic() + STOP_LIMIT
    for child in children:
        child.wait(deadline - time.monotonic())
    for group in groups:
        _signal(group, signal.SIGKILL)  # those that did not end, and what outlived its parent
    for child in children:
        child.wait(STOP_LIMIT)


def _signal(group: int, number: int) -> bool:
    """Send a signal to a process group; return whether there is one."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True

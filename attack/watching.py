"""What a process takes while it reads: memory above what it had, and time of the processor."""

import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from discovery_dagster.sandbox.reader import SandboxedReader

_EVERY: Final = 0.005  # seconds
_RESET_PEAK: Final = "5"  # what proc(5) has written to `clear_refs`


@dataclass
class Watch:
    """Follows the child of `reader`, whichever it is at the time, and this process.

    `memory` is the most that one of them had above what it began with, in bytes; `seconds` is what
    all of them worked, and `clock` how long that took.
    """

    reader: SandboxedReader
    memory: int = 0
    seconds: float = 0
    clock: float = 0
    _worked: dict[int, tuple[float, float]] = field(default_factory=dict)
    _empty: dict[int, int] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        for pid in self._pids():
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)
            self._look(pid)
        self._began = time.perf_counter()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self.clock = time.perf_counter() - self._began
        for pid in self._pids():
            self._look(pid)
        self.seconds = sum(last - first for first, last in self._worked.values())

    def _pids(self) -> list[int]:
        return [os.getpid(), *([self.reader.pid] if self.reader.pid else [])]

    def _follow(self) -> None:
        while not self._over.wait(_EVERY):
            for pid in self._pids():
                self._look(pid)

    def _look(self, pid: int) -> None:
        with suppress(OSError, IndexError, ValueError):
            status = Path(f"/proc/{pid}/status").read_text("ascii")
            peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
            fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
            worked = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            first, _ = self._worked.get(pid, (worked, worked))
            self._worked[pid] = first, worked
            self.memory = max(self.memory, peak - self._empty.setdefault(pid, peak))

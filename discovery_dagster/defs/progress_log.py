"""Progress of a long step in the run's log, for those who follow it in Dagster's UI.

The pages and commands show the progress row instead, once a second (`store/progress.py`). Here are
log lines and not observations: retention deletes them after a time, and keeps the history of
assets, in which they would stay for ever.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

#: Seconds before a step says how far it is, and between two lines. What is over sooner says
#: nothing: each line is a row in Dagster's storage.
INTERVAL = 5.0


@dataclass
class ProgressLog:
    """Passes each report on, and logs one in `INTERVAL`: counts and their unit, never a cell.

    May be called from any thread.
    """

    log: logging.Logger
    unit: str
    report: Callable[[int, int | None], None]
    _due: float = field(default_factory=lambda: time.monotonic() + INTERVAL)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, done: int, total: int | None) -> None:
        """Say that `done` of `total` units are done; null when the total is not known.

        Raises:
            FencedError: when another run owns the session, or it was cancelled.
        """
        self.report(done, total)
        if self._is_due():
            of = "" if total is None else f" of {total:,}"
            self.log.info(f"{done:,}{of} {self.unit}.")

    def _is_due(self) -> bool:
        now = time.monotonic()
        with self._lock:
            if now < self._due:
                return False
            self._due = now + INTERVAL
            return True

"""Waiting for a Postgres that is away: what a step has made is not thrown away for a restart."""

import time
from collections.abc import Callable
from typing import TypeVar

from discovery_dagster.store.database import DatabaseAwayError

Result = TypeVar("Result")

#: Seconds that an outage may take; a restart with its recovery, or a failover, is over by then.
PATIENCE = 120.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0


def outlast(work: Callable[[], Result], patience: float = PATIENCE) -> Result:
    """Do `work`, and do it again for as long as Postgres is away, up to `patience` seconds.

    Args:
        work: whose being done twice is the same as once: when the connection breaks at a commit,
            nobody knows whether it took place.
        patience: seconds, by a clock that nobody sets.

    Raises:
        DatabaseAwayError: when Postgres is still away.
    """
    deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
    while True:
        try:
            return work()
        except DatabaseAwayError:
            if time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)

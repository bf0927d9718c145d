"""Making a plan takes the processor: one preview at a time, and who waits long is told so."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from discovery_dagster.domain.errors import InvalidRequestError

_LOCK = threading.Lock()
_PATIENCE = 10.0  # seconds


class BusyError(InvalidRequestError):
    """Somebody else's preview takes long; the message is one sentence."""

    code = "busy"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Run the block when no other preview of this process is being made.

    Raises:
        BusyError: when one still is after some seconds.
    """
    if not _LOCK.acquire(timeout=_PATIENCE):
        raise BusyError("Another preview is still being made: try again in a moment.")
    try:
        yield
    finally:
        _LOCK.release()

"""Whether the user asked this process to stop, whoever handles the signal."""

import select
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ASKING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@contextmanager
def noticed_interrupts() -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether a signal to stop has come since the block was entered.

    Dagster replaces the handlers while it executes and keeps to itself what they caught, so the
    signals are read from Python's wake-up descriptor, which stands before any handler. Off the
    main thread nothing is noticed, since Python delivers no signals there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    reading, writing = socket.socketpair()
    with reading, writing:
        writing.setblocking(False)
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        noticed = False

        def interrupted() -> bool:
            nonlocal noticed
            while select.select([reading], [], [], 0)[0]:
                noticed = not _ASKING.isdisjoint(reading.recv(4096)) or noticed
            return noticed

        try:
            yield interrupted
        finally:
            signal.set_wakeup_fd(before)

"""The database of a sensor's tick.

To open one takes three connections, and at rest five sensors tick 26 times a minute, which was 1 %
of a core. The code server of `discovery up` keeps it for all ticks.
"""

import atexit
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database, open_database

#: Where the code server of `discovery up` listens; set for what that starts, and nowhere else.
CODE_SERVER_SOCKET = "DISCOVERY_CODE_SERVER_SOCKET"


@contextmanager
def tick_database() -> Iterator[Database]:
    """The database for one tick.

    Raises:
        DatabaseError: when the server cannot be started or reached.
    """
    if CODE_SERVER_SOCKET in os.environ:
        yield _kept()
        return
    with open_database(Settings()) as database:
        yield database


@cache
def _kept() -> Database:
    resources = ExitStack()
    atexit.register(resources.close)
    return resources.enter_context(open_database(Settings()))

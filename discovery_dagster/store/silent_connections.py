"""Which kept connections can still be used: those whose server has said nothing since.

What a server says unasked is that it stops, and a killed one closes: both are seen without asking.
"""

import select
from typing import Any


def is_silent(file_number: int) -> bool:
    """Whether nothing waits to be read from the connection of this file descriptor."""
    poll = select.poll()
    poll.register(file_number, select.POLLIN)
    return not poll.poll(0)


def use_silent_only() -> None:
    """Let SQLAlchemy's pools in this process, which are Dagster's, hand out only such connections.

    Of another they open anew. Its own `pool_pre_ping`, which Dagster does not set, asks the server.
    """
    from sqlalchemy import event, pool  # commands that only read do without it

    if not event.contains(pool.Pool, "checkout", _refuse):
        event.listen(pool.Pool, "checkout", _refuse)


def _refuse(connection: Any, _record: object, _proxy: object) -> None:
    from sqlalchemy.exc import DisconnectionError

    if not is_silent(connection.fileno()):
        raise DisconnectionError("The server has closed this connection.")

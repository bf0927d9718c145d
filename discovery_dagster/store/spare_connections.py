"""Connections that one transaction leaves for the next, in a command or a run.

To open one took Postgres 4.3 ms of processor time and this process 0.5 ms; a run of eleven steps
has over a hundred transactions. Servers, which must bound how many they hold, have `pooled`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow

from discovery_dagster.store.silent_connections import is_silent

Connection = psycopg.Connection[DictRow]


class SpareConnections:
    """Those that nobody uses now: no more than were ever used at once. Close them at the end."""

    def __init__(self) -> None:
        self._idle: list[Connection] = []

    @contextmanager
    def lent(self, connect: Callable[[], Connection]) -> Iterator[Connection]:
        """Lend a connection for one transaction, committed at the end; `connect` opens another.

        What a transaction sets must be local to it. One that fails costs its connection.
        """
        connection = self._take() or connect()
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def close(self) -> None:
        """Close them; those that are lent out are closed by whoever has them."""
        while connection := self._pop():
            connection.close()

    def _take(self) -> Connection | None:
        while connection := self._pop():
            idle = connection.pgconn.transaction_status == TransactionStatus.IDLE
            if idle and is_silent(connection.fileno()):
                return connection
            connection.close()
        return None

    def _pop(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:  # to look before would leave room for another thread
            return None

"""The same database through a pool, for servers: a request opens no connection of its own."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database, DatabaseError, begin

#: Seconds that a request waits for a connection before it is answered 503.
_PATIENCE = 10.0


@dataclass(frozen=True)
class PooledDatabase(Database):
    """A database whose transactions borrow their connections; close it at the end."""

    size: int = 8
    _pool: ConnectionPool[psycopg.Connection[DictRow]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pool = ConnectionPool(
            self.url,
            connection_class=psycopg.Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=1,
            max_size=self.size,
            timeout=_PATIENCE,
            # Role and context are local to a transaction, so that nothing outlives one; this is
            # for what a session-wide setting might have left all the same.
            reset=_reset,
            check=ConnectionPool.check_connection,
            open=True,
        )
        object.__setattr__(self, "_pool", pool)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    @contextmanager
    def _transaction(
        self, role: str, engagements: Iterable[EngagementKey]
    ) -> Iterator[psycopg.Connection[DictRow]]:
        try:
            with self._pool.connection() as connection:
                begin(connection, role, engagements)
                yield connection
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise DatabaseError("Postgres cannot be reached at the moment.") from error


def _reset(connection: psycopg.Connection[DictRow]) -> None:
    # Past psycopg's own transaction, which would make four round trips of one.
    done = connection.pgconn.exec_(b"reset all; reset role")
    if done.status != psycopg.pq.ExecStatus.COMMAND_OK:
        raise psycopg.OperationalError(connection.pgconn.get_error_message())

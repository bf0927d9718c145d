"""The same database through a pool, for servers: a request opens no connection of its own."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database, DatabaseError, begin

#: Seconds that a request waits for a connection before it is answered 503.
_PATIENCE = 10.0

#: Seconds that a transaction may pause between two statements: a server that has lost sight of one
#: gets its connection back, and Postgres its snapshot.
_PAUSE = 30.0

#: Seconds for which a connection that was given back is taken to live: to ask it before each of a
#: request's three transactions would be three of their eighteen round trips.
_TRUST = 1.0


#: What Postgres answers to a login that may not take the role on.
_NO_EDITOR = 'permission denied to set role "discovery_editor"'


class ReadOnlyServerError(InvalidRequestError):
    """The server's login may not write; the message is one sentence."""

    code = "read_only_server"


class _Connection(psycopg.Connection[DictRow]):
    """A connection of the pool, which knows when it last answered."""

    last_answered_at = 0.0


@dataclass(frozen=True)
class PooledDatabase(Database):
    """A database whose transactions borrow their connections; close it at the end."""

    size: int = 8
    query_seconds: float = 60.0  # that a statement may take
    _pool: ConnectionPool[_Connection] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pool = ConnectionPool(
            self.url,
            connection_class=_Connection,
            kwargs={"row_factory": dict_row, "options": self._options()},
            min_size=1,
            max_size=self.size,
            timeout=_PATIENCE,
            # Role and context are local to a transaction, so that nothing outlives one; this is
            # for what a session-wide setting might have left all the same.
            reset=_reset,
            check=_check,
            open=True,
        )
        object.__setattr__(self, "_pool", pool)

    def _options(self) -> str:
        own = conninfo_to_dict(self.url).get("options") or ""
        return (
            f"{own} -c statement_timeout={round(1000 * self.query_seconds)}"
            f" -c idle_in_transaction_session_timeout={round(1000 * _PAUSE)}"
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    @contextmanager
    def writer(self, engagement: EngagementKey) -> Iterator[psycopg.Connection[DictRow]]:
        """One transaction that can add decisions to this engagement, and nothing else.

        What answers requests never takes on the role of the pipeline, whatever code it calls.
        """
        try:
            with self._transaction("discovery_editor", [engagement]) as connection:
                yield connection
        except psycopg.errors.InsufficientPrivilege as error:
            if error.diag.message_primary != _NO_EDITOR:
                raise
            raise ReadOnlyServerError(
                "This server may only show: its login has not been granted discovery_editor, as"
                " docs/security.md has it."
            ) from error

    @contextmanager
    def _transaction(
        self, role: str, engagements: Iterable[EngagementKey]
    ) -> Iterator[psycopg.Connection[DictRow]]:
        try:
            with self._pool.connection() as connection:
                begin(connection, role, engagements)
                yield connection
        except psycopg.errors.QueryCanceled as error:
            raise DatabaseError(
                f"This query takes longer than {self.query_seconds:g} s: narrow it by a filter."
            ) from error
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise DatabaseError("Postgres cannot be reached at the moment.") from error


def _check(connection: _Connection) -> None:
    if time.monotonic() - connection.last_answered_at > _TRUST:
        ConnectionPool.check_connection(connection)


def _reset(connection: _Connection) -> None:
    # Past psycopg's own transaction, which would make four round trips of one.
    done = connection.pgconn.exec_(b"reset all; reset role")
    if done.status != psycopg.pq.ExecStatus.COMMAND_OK:
        raise psycopg.OperationalError(connection.pgconn.get_error_message())
    connection.last_answered_at = time.monotonic()

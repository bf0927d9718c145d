"""Whose services have a database: a lock of Postgres, which is gone with the process that holds it.

A home's own lock file says nothing to other machines that share the server.
"""

from types import TracebackType
from typing import Any, Self

import psycopg

from discovery_dagster.domain.errors import OperationError
from discovery_dagster.store.database import Database, DatabaseAwayError
from discovery_dagster.store.lost_peers import notice_lost_peer

#: A number of the project's own, so that this lock meets nobody else's.
_LOCK = "hashtextextended('discovery.services', 7301)"

_HELD = f"""
select 1 from pg_locks
where locktype = 'advisory' and granted and objsubid = 1
  and (classid::bigint << 32) | objid::bigint = {_LOCK}
  and database = (select oid from pg_database where datname = current_database())
"""


class ServicesElsewhereError(OperationError):
    """The services of another home, or machine, work on this database."""

    code = "already_up"


class Presence:
    """The right to run the services of a database, until `release` or the end of the process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = self._take()

    def _take(self) -> psycopg.Connection[Any]:
        connection = self._database.connect(autocommit=True)
        try:
            notice_lost_peer(connection)
            row = connection.execute(f"select pg_try_advisory_lock({_LOCK}) as taken").fetchone()
        except BaseException:
            connection.close()
            raise
        if row is None or not row["taken"]:
            connection.close()
            raise ServicesElsewhereError(
                "The services of this database are already running, from another home or machine:"
                " two daemons would launch each run twice."
            )
        return connection

    def keep(self) -> None:
        """Take the lock again if it was lost with its connection, as when the server restarts.

        Raises:
            ServicesElsewhereError: when others have taken it meanwhile.
        """
        try:
            self._connection.execute("select 1")
        except psycopg.OperationalError:
            self._connection.close()
            try:
                self._connection = self._take()
            except DatabaseAwayError:
                return  # tried again at the next call

    def release(self) -> None:
        """Let others run the services."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def services_run(database: Database) -> bool:
    """Whether services of any home or machine work on this database."""
    with database.connect(autocommit=True) as connection:
        return connection.execute(_HELD).fetchone() is not None

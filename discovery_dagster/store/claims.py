"""Who may write a session now: one live run, known by a lock and fenced by a number.

The advisory lock is the sign of life: Postgres drops it with the connection, so a run killed with
`kill -9` loses it at once and no time-out has to be guessed. The fence number is what publishing
checks: whoever lost the session, however long it slept, can publish nothing more.
"""

from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database, set_context

#: A number of the project's own, so that these locks meet nobody else's.
_LOCK = "hashtextextended('discovery.session ' || %s, 7301)"


class SessionBusyError(RuntimeError):
    """Another run is writing the session."""


class FencedError(RuntimeError):
    """This run no longer owns its session."""


@dataclass(frozen=True)
class Claim:
    """The right to write `session`, held until `release` or the end of the process."""

    database: Database
    session: SessionKey
    run_id: str
    fence: int
    connection: psycopg.Connection[DictRow]

    @classmethod
    def take(cls, database: Database, session: SessionKey, run_id: str) -> Self:
        """Claim `session` for the run.

        Raises:
            SessionBusyError: when a living run holds it; says which and since when.
        """
        connection = database.connect(autocommit=True)
        try:
            connection.execute("set role discovery_writer")
            set_context(connection, [session.engagement], local=False)
            if not _try_lock(connection, session):
                raise SessionBusyError(_busy(connection, session))
            row = connection.execute(
                "insert into discovery.claim (engagement, session, fence, run_id, backend_pid)"
                " values (%s, %s, 1, %s, pg_backend_pid())"
                " on conflict (engagement, session) do update set fence = claim.fence + 1,"
                " run_id = excluded.run_id, backend_pid = excluded.backend_pid, at = now()"
                " returning fence",
                [str(session.engagement), session.session, run_id],
            ).fetchone()
        except BaseException:
            connection.close()
            raise
        assert row is not None  # noqa: S101 - the statement returns one row
        return cls(database, session, run_id, row["fence"], connection)

    @classmethod
    def seize(cls, database: Database, session: SessionKey) -> Self:
        """Take `session` from whoever holds it; what that one still does is fenced.

        Raises:
            SessionBusyError: when somebody else was quicker to take it.
        """
        with database.connect(autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_locks"
                " where locktype = 'advisory' and granted and objsubid = 1"
                " and database = (select oid from pg_database where datname = current_database())"
                f" and (classid::bigint << 32) | objid::bigint = {_LOCK}",
                [session.partition_key],
            )
        return cls.take(database, session, run_id="")

    def assign(self, run_id: str) -> Self:
        """Hold the session in the name of a run that was created after it was claimed."""
        self.connection.execute(
            "update discovery.claim set run_id = %s"
            " where engagement = %s and session = %s and fence = %s",
            [run_id, str(self.session.engagement), self.session.session, self.fence],
        )
        return replace(self, run_id=run_id)

    def check(self, connection: psycopg.Connection[DictRow]) -> None:
        """Make sure, inside a publishing transaction, that this run still owns the session.

        The share lock keeps a taker waiting until that transaction has ended.

        Raises:
            FencedError: when another run owns it.
        """
        owned = connection.execute(
            "select 1 from discovery.claim"
            " where engagement = %s and session = %s and fence = %s and run_id = %s for share",
            [str(self.session.engagement), self.session.session, self.fence, self.run_id],
        ).fetchone()
        if owned is None:
            raise FencedError(f"Run {self.run_id} no longer owns {self.session}.")

    def release(self) -> None:
        """Give the session free."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def is_held(database: Database, session: SessionKey) -> bool:
    """Whether a living process holds the session. Takes no part in the fencing."""
    with database.connect(autocommit=True) as connection:
        return not _try_lock(connection, session)


def _try_lock(connection: psycopg.Connection[DictRow], session: SessionKey) -> bool:
    row = connection.execute(
        f"select pg_try_advisory_lock({_LOCK}) as held",
        [session.partition_key],
    ).fetchone()
    return row is not None and bool(row["held"])


def _busy(connection: psycopg.Connection[DictRow], session: SessionKey) -> str:
    row = connection.execute(
        "select run_id, at from discovery.claim where engagement = %s and session = %s",
        [str(session.engagement), session.session],
    ).fetchone()
    if row is None:
        return f"{session} is being written by another run."
    return f"{session} is being written by run {row['run_id']} since {row['at']:%Y-%m-%d %H:%M:%S}."

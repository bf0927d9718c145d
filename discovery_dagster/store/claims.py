"""Who may write a session now: one live run, known by a lock and fenced by a number.

The advisory lock is the sign of life: Postgres drops it with the connection, so a run killed with
`kill -9` loses it at once and no time-out has to be guessed, nor any clock trusted. The fence
number is what publishing checks: whoever lost the session, however long it slept, can publish
nothing more. A run whose lock was lost with the server's restart takes it again.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.errors import OperationError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database, set_context
from discovery_dagster.store.lost_peers import notice_lost_peer

#: A number of the project's own, so that these locks meet nobody else's.
_LOCK = "hashtextextended('discovery.session ' || %s, 7301)"

#: Seconds that a refused run waits to learn which run it is refused for, and between two looks.
_NAMING_LIMIT, _NAMING_INTERVAL = 5.0, 0.05


class SessionBusyError(OperationError):
    """Another run is writing the session."""

    code = "session_busy"


class FencedError(OperationError):
    """This run no longer owns its session."""

    code = "fenced"


_FENCE_MATCHES = """
select 1 from discovery.claim
where engagement = %s and session = %s and fence = %s and run_id = %s
"""

#: The sessions, by partition key, whose lock somebody has. Looking takes no lock, not even for a
#: moment: that would refuse a run that begins just then.
_HELD = f"""
select key from unnest(%s::text[]) as key
join pg_locks on (classid::bigint << 32) | objid::bigint = {_LOCK % "key"}
where locktype = 'advisory' and granted and objsubid = 1
  and database = (select oid from pg_database where datname = current_database())
"""


@dataclass
class Claim:
    """The right to write `session`, held until `release` or the end of the process."""

    database: Database
    session: SessionKey
    run_id: str
    fence: int
    connection: psycopg.Connection[DictRow]
    _keeping: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def take(cls, database: Database, session: SessionKey, run_id: str) -> Self:
        """Claim `session` for the run.

        Raises:
            SessionBusyError: when a living run holds it; says which and since when.
        """
        connection = _open(database, session)
        try:
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
        with database.writer(session.engagement) as connection:
            # First, so that the holder does not take its lost lock again.
            connection.execute(
                "update discovery.claim set fence = fence + 1"
                " where engagement = %s and session = %s",
                [str(session.engagement), session.session],
            )
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
        self.run_id = run_id
        return self

    def keep(self) -> None:
        """Take the lock again if it was lost with its connection, as when the server restarts.

        May be called from any thread.

        Raises:
            FencedError: when another run has taken the session meanwhile.
            DatabaseAwayError: while the server is away.
        """
        with self._keeping:
            try:
                self.connection.execute("select 1")
            except psycopg.OperationalError:
                self.connection.close()
                self.connection = self._lock_again()

    def _lock_again(self) -> psycopg.Connection[DictRow]:
        connection = _open(self.database, self.session)
        try:
            self._require_fence(connection)
            if not _try_lock(connection, self.session):
                raise self._fenced()
            self._require_fence(connection)  # taken between the two looks
        except BaseException:
            connection.close()
            raise
        return connection

    def check(self, connection: psycopg.Connection[DictRow]) -> None:
        """Make sure, inside a publishing transaction, that this run still owns the session.

        The share lock keeps a taker waiting until that transaction has ended.

        Raises:
            FencedError: when another run owns it.
        """
        self._require_fence(connection, " for share")

    def _require_fence(self, connection: psycopg.Connection[DictRow], lock: str = "") -> None:
        key = [str(self.session.engagement), self.session.session, self.fence, self.run_id]
        if connection.execute(f"{_FENCE_MATCHES}{lock}", key).fetchone() is None:
            raise self._fenced()

    def _fenced(self) -> FencedError:
        return FencedError(f"Run {self.run_id} no longer owns {self.session}.")

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
    """Whether a living process holds the session."""
    return bool(held(database, [session]))


def held(database: Database, sessions: Iterable[SessionKey]) -> set[SessionKey]:
    """Those of the sessions that a living process holds, found by one query."""
    keys = {session.partition_key: session for session in sessions}
    if not keys:
        return set()
    with database.connect(autocommit=True) as connection:
        rows = connection.execute(_HELD, [list(keys)]).fetchall()
    return {keys[row["key"]] for row in rows}


def _open(database: Database, session: SessionKey) -> psycopg.Connection[DictRow]:
    """A connection as the session's writer, which holds the lock for as long as it is open."""
    connection = database.connect(autocommit=True)
    try:
        notice_lost_peer(connection)
        connection.execute("set role discovery_writer")
        set_context(connection, [session.engagement], local=False)
    except BaseException:
        connection.close()
        raise
    return connection


def _try_lock(connection: psycopg.Connection[DictRow], session: SessionKey) -> bool:
    row = connection.execute(
        f"select pg_try_advisory_lock({_LOCK}) as held",
        [session.partition_key],
    ).fetchone()
    return row is not None and bool(row["held"])


def _busy(connection: psycopg.Connection[DictRow], session: SessionKey) -> str:
    """Say which run holds the session; a command that takes it makes its run a moment later."""
    deadline = time.monotonic() + _NAMING_LIMIT
    while True:
        row = connection.execute(
            "select run_id, at from discovery.claim where engagement = %s and session = %s",
            [str(session.engagement), session.session],
        ).fetchone()
        if row is not None and row["run_id"]:
            since = f"{row['at']:%Y-%m-%d %H:%M:%S}"
            return f"{session} is being written by run {row['run_id']} since {since}."
        if time.monotonic() > deadline:
            return f"{session} is held by a command that is making, or cancelling, a run of it."
        time.sleep(_NAMING_INTERVAL)

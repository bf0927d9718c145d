"""How far a running step is: one row per step, written at most once a second, read by anyone."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.facts import Progress
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.claims import Claim, FencedError
from discovery_dagster.store.database import Database, DatabaseError
from discovery_dagster.store.outages import outlast
from discovery_dagster.store.sessions import WANTED, by_session, wanted

_READ = f"""
select engagement, session, step, run_id, done, total, unit, started_at, at
from {WANTED} join discovery.progress using (engagement, session)
"""

#: Seconds between two writes of one step.
INTERVAL = 1.0


@dataclass
class StepProgress:
    """Reports the progress of one step; may be called from any thread, as often as wanted.

    The first report is written at once, later ones once in `INTERVAL` by a thread of its own, so
    that a reader is never further behind than that, however long the work then says nothing. The
    thread also keeps the claim through a restart of Postgres.
    """

    claim: Claim
    step: str
    unit: str
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _latest: tuple[int, int | None] | None = None
    _started: bool = False
    _finished: bool = False
    _error: Exception | None = None
    _thread: threading.Thread | None = None

    def __call__(self, done: int, total: int | None) -> None:
        """Say that `done` of `total` units are done; null when the total is not known.

        Raises:
            FencedError: when another run owns the session, or it was cancelled: the work is vain.
        """
        with self._changed:
            if self._error is not None:
                raise self._error
            if self._started:
                self._latest = done, total
            else:
                outlast(lambda: self._write(done, total))
                self._started = True

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._keep_writing, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._finished = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _keep_writing(self) -> None:
        with self._changed:
            due = time.monotonic() + INTERVAL
            while not self._finished:
                if (wait := due - time.monotonic()) > 0:
                    self._changed.wait(wait)
                    continue
                due = time.monotonic() + INTERVAL
                try:
                    self.claim.keep()
                    if self._latest is not None:
                        self._write(*self._latest)
                        self._latest = None
                except FencedError as error:
                    self._error = error  # told to the next who reports
                    return
                except (DatabaseError, psycopg.Error):
                    continue  # said again in a second; publishing waits for Postgres itself

    def _write(self, done: int, total: int | None) -> None:
        session = self.claim.session
        with self.claim.database.writer(session.engagement) as connection:
            # Fenced in the statement: a run that lost the session reports nothing more.
            written = connection.execute(
                "insert into discovery.progress (engagement, session, step, run_id, fence,"
                " done, total, unit, started_at)"
                " select engagement, session, %(step)s, run_id, fence, %(done)s, %(total)s,"
                " %(unit)s, %(started_at)s from discovery.claim"
                " where engagement = %(engagement)s and session = %(session)s"
                " and fence = %(fence)s"
                " on conflict (engagement, session, step) do update set run_id = excluded.run_id,"
                " fence = excluded.fence, done = excluded.done, total = excluded.total,"
                " unit = excluded.unit, started_at = excluded.started_at, at = now()",
                {
                    "engagement": str(session.engagement),
                    "session": session.session,
                    "fence": self.claim.fence,
                    "step": self.step,
                    "done": done,
                    "total": total,
                    "unit": self.unit,
                    "started_at": self.started_at,
                },
            )
        if written.rowcount == 0:
            raise FencedError(f"Run {self.claim.run_id} no longer owns {session}.")


def read(database: Database, session: SessionKey) -> dict[str, Progress]:
    """Return what the session's steps last reported."""
    with database.reader([session.engagement]) as connection:
        return read_of(connection, [session])[session]


def read_of(
    connection: psycopg.Connection[DictRow], keys: Sequence[SessionKey]
) -> dict[SessionKey, dict[str, Progress]]:
    """Return what the steps of each session last reported."""
    rows = connection.execute(_READ, wanted(keys)).fetchall()
    return {
        key: {row["step"]: Progress(**row) for row in steps}
        for key, steps in by_session(keys, rows).items()
    }

"""Which drops were taken in, by their content, and whether their sessions got a run."""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.drops import Look, content_digest
from discovery_dagster.domain.errors import OperationError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store import dagster_runs
from discovery_dagster.store.database import Database
from discovery_dagster.store.inboxes import Inbox


class ChangedDropError(OperationError, OSError):
    """A drop that was written to while it was read."""

    code = "changed_drop"


@dataclass(frozen=True)
class Drop:
    """A drop that has landed in `inbox`: how it looked then, and the digest of its content."""

    inbox: Inbox
    look: Look
    digest: str

    @property
    def name(self) -> str:
        """Its folder's name, which is free text."""
        return self.look.place.split("/", 2)[2]

    def require_unchanged(self, hashes: Iterable[str]) -> None:
        """Make sure that what was archived is what had landed.

        Raises:
            ChangedDropError: when it is not.
        """
        same = self.inbox.look_at(self.look.place).signature == self.look.signature
        if not same or content_digest(hashes) != self.digest:
            raise ChangedDropError(None, "it was written to while it was read")


def session_of(
    connection: psycopg.Connection[DictRow], engagement: EngagementKey, drop: Drop
) -> SessionKey | None:
    """The session that a drop of this content has already."""
    row = connection.execute(
        "select session from discovery.drop where engagement = %s and digest = %s",
        [str(engagement), drop.digest],
    ).fetchone()
    return SessionKey.of(engagement, row["session"]) if row else None


def add(connection: psycopg.Connection[DictRow], session: SessionKey, drop: Drop) -> None:
    """Keep, with the session itself, that the drop is taken in."""
    connection.execute(
        "insert into discovery.drop (engagement, digest, name, session) values (%s, %s, %s, %s)",
        [str(session.engagement), drop.digest, drop.name, session.session],
    )


def remember(
    connection: psycopg.Connection[DictRow], engagement: EngagementKey, drop: Drop
) -> None:
    """Keep what the folder looked like, so that it is read again only when it has changed."""
    connection.execute(
        "insert into discovery.drop_folder (engagement, name, look, digest)"
        " values (%s, %s, %s, %s) on conflict (engagement, name) do update"
        " set look = excluded.look, digest = excluded.digest, at = now()",
        [str(engagement), drop.name, drop.look.signature, drop.digest],
    )


def remember_added(database: Database, session: SessionKey, drop: Drop) -> None:
    """Keep that a drop was added to a session, and what its folder looked like."""
    with database.writer(session.engagement) as connection:
        connection.execute(
            "insert into discovery.drop (engagement, digest, name, session)"
            " values (%s, %s, %s, %s) on conflict (engagement, digest) do nothing",
            [str(session.engagement), drop.digest, drop.name, session.session],
        )
        remember(connection, session.engagement, drop)


def known(database: Database, engagements: Iterable[EngagementKey]) -> dict[str, str]:
    """What the folders that were taken in looked like: `{client/engagement/drop: signature}`."""
    wanted = list(engagements)
    with database.reader(wanted) as connection:
        rows = connection.execute(
            "select engagement, name, look from discovery.drop_folder where engagement = any (%s)",
            [list(map(str, wanted))],
        ).fetchall()
    return {f"{row['engagement'].replace('.', '/', 1)}/{row['name']}": row["look"] for row in rows}


def without_run(
    database: Database, engagements: Iterable[EngagementKey], most: int
) -> list[tuple[SessionKey, str]]:
    """The oldest sessions of drops that have no run yet, each with the digest of its drop.

    Killed between registering a session and requesting its run, a tick leaves one; Dagster's own
    runs say which, so that a session gets its run whenever that was.
    """
    wanted = list(engagements)
    with database.reader(wanted) as connection:
        rows = connection.execute(
            "select engagement, session, digest from discovery.drop"
            " where engagement = any (%s) and not has_run order by at, session limit %s",
            [list(map(str, wanted)), most],
        ).fetchall()
    waiting = {
        SessionKey.of(EngagementKey.parse(row["engagement"]), row["session"]): row["digest"]
        for row in rows
    }
    started = dagster_runs.latest(database, waiting)
    for session in started:
        _has_run(database, session)
    return [(session, digest) for session, digest in waiting.items() if session not in started]


def _has_run(database: Database, session: SessionKey) -> None:
    with database.writer(session.engagement) as connection:
        connection.execute(
            "update discovery.drop set has_run = true where engagement = %s and session = %s",
            [str(session.engagement), session.session],
        )

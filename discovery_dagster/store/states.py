"""Collects the facts of sessions from their owners and has their state computed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from discovery_dagster.domain.facts import SessionFacts
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import SessionState, compute
from discovery_dagster.store import (
    claims,
    dagster_runs,
    predecessors,
    progress,
    publications,
    sessions,
)
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import digests

#: Sessions whose facts are fetched at a time, by a number of queries that does not grow with them.
_BATCH = 500


def states(database: Database, rows: Sequence[sessions.SessionRow]) -> list[SessionState]:
    """Return the state of each session, in the order given."""
    parts = (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
    return [state for part in parts for state in _states(database, part)]


def _states(database: Database, rows: Sequence[sessions.SessionRow]) -> Iterator[SessionState]:
    keys = [row.session for row in rows]
    with database.reader({key.engagement for key in keys}) as connection:
        files = sessions.accounts_of(connection, keys)
        published = publications.current_of(connection, keys)
        reported = progress.read_of(connection, keys)
        previous = predecessors.previous_of(connection, keys)
    runs = dagster_runs.latest(database, keys)
    held = claims.held(database, keys)
    decided = digests.digests_by_session(database, keys)
    for row in rows:
        key = row.session
        yield compute(
            SessionFacts(
                session=key,
                title=row.title,
                created_at=row.created_at,
                files_digest=sessions.digest(files[key]),
                files=files[key],
                publications=published[key],
                progress=reported[key],
                run=runs.get(key),
                claim_held=key in held,
                now=datetime.now(UTC),
                decisions=decided[key],
                previous=predecessors.inputs(previous.get(key)),
            )
        )


def state(database: Database, session: SessionKey) -> SessionState:
    """Return the state of one session.

    Raises:
        NoSuchSessionError: when there is none of this key.
    """
    return states(database, [sessions.find(database, session)])[0]

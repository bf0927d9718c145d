"""Collects the facts of sessions from their owners and has their state computed."""

from collections.abc import Sequence
from datetime import UTC, datetime

from discovery_dagster.domain.facts import SessionFacts
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import SessionState, compute
from discovery_dagster.store import (
    changes,
    claims,
    dagster_runs,
    decisions,
    progress,
    publications,
    sessions,
)
from discovery_dagster.store.database import Database


def states(database: Database, rows: Sequence[sessions.SessionRow]) -> list[SessionState]:
    """Return the state of each session, in the order given."""
    runs = dagster_runs.latest(database, [row.session for row in rows])
    return [
        compute(
            SessionFacts(
                session=row.session,
                title=row.title,
                created_at=row.created_at,
                files_digest=sessions.digest(sessions.files(database, row.session)),
                files=sessions.accounts(database, row.session),
                publications=publications.current(database, row.session),
                progress=progress.read(database, row.session),
                run=runs.get(row.session),
                claim_held=claims.is_held(database, row.session),
                now=datetime.now(UTC),
                decisions=decisions.digests(database, row.session),
                previous=changes.inputs(changes.previous(database, row.session)),
            )
        )
        for row in rows
    ]


def state(database: Database, session: SessionKey) -> SessionState:
    """Return the state of one session.

    Raises:
        NoSuchSessionError: when there is none of this key.
    """
    return states(database, [sessions.find(database, session)])[0]

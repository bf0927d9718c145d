"""What people ask to be run, until Dagster has a run that began after they asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store import dagster_runs
from discovery_dagster.store.database import Database
from discovery_dagster.store.sessions import require_live

#: The first request of each session that no run has answered.
_WAITING = """
    select distinct on (engagement, session) engagement, session, request, author, at
    from discovery.run_request where engagement = any (%s) and not has_run
    order by engagement, session, request
"""


class AlreadyRequestedError(InvalidRequestError):
    """The session is going to be run, or is running; the message is one sentence."""

    code = "already_requested"


@dataclass(frozen=True)
class RunRequest:
    """A run of a session that somebody asked for and that has not begun."""

    session: SessionKey
    request: int
    author: str
    at: datetime


def add(database: Database, session: SessionKey, author: str, origin: str) -> None:
    """Ask for a run of a session.

    Raises:
        AlreadyRequestedError: when it has been asked for, and not begun.
        EngagementArchivedError: when the engagement is archived.
    """
    if waiting := waiting_of(database, session):
        raise AlreadyRequestedError(
            f"{waiting.author} asked for a run of {session.session} at {waiting.at:%H:%M} UTC: it"
            " begins as soon as the services are up and have room."
        )
    with database.writer(session.engagement) as connection:
        require_live(connection, session.engagement)
        connection.execute(
            "insert into discovery.run_request (engagement, session, author, origin)"
            " values (%s, %s, %s, %s)",
            [str(session.engagement), session.session, author, origin],
        )


def waiting_of(database: Database, session: SessionKey) -> RunRequest | None:
    """Return the request of a session that no run has answered."""
    requests = _waiting(database, [session.engagement])
    return next((each for each in requests if each.session == session), None)


def waiting(database: Database, engagements: Iterable[EngagementKey]) -> list[RunRequest]:
    """Return the requests that no run has answered, the oldest first; forget those that one has.

    Dagster's own runs say which, so that a request gets its run whenever a kill was.
    """
    unanswered, answered = _parted(database, engagements)
    for request in answered:
        with database.writer(request.session.engagement) as connection:
            connection.execute(
                "update discovery.run_request set has_run = true"
                " where engagement = %s and session = %s and request <= %s",
                [
                    str(request.session.engagement),
                    request.session.session,
                    request.request,
                ],
            )
    return sorted(unanswered, key=lambda each: each.at)


def _waiting(database: Database, engagements: Iterable[EngagementKey]) -> list[RunRequest]:
    return _parted(database, engagements)[0]


def _parted(
    database: Database, engagements: Iterable[EngagementKey]
) -> tuple[list[RunRequest], list[RunRequest]]:
    """The requests without and with a run that began after them."""
    wanted = list(engagements)
    with database.reader(wanted) as connection:
        rows = connection.execute(_WAITING, [list(map(str, wanted))]).fetchall()
    requests = [
        RunRequest(
            SessionKey.of(EngagementKey.parse(row["engagement"]), row["session"]),
            row["request"],
            row["author"],
            row["at"],
        )
        for row in rows
    ]
    runs = dagster_runs.latest(database, [each.session for each in requests]) if requests else {}
    answered = [
        each for each in requests if (run := runs.get(each.session)) and run.created_at >= each.at
    ]
    return [each for each in requests if each not in answered], answered

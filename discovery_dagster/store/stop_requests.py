"""Runs that people ask to be stopped, until somebody has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.sessions import require_live

_WAITING = """
    select engagement, session, request, author, at from discovery.stop_request
    where engagement = any (%s) and not done order by at
"""


class AlreadyAskedError(InvalidRequestError):
    """Somebody has asked for the same; the message is one sentence."""

    code = "already_asked"


@dataclass(frozen=True)
class StopRequest:
    """What somebody asked to be stopped and nobody has looked after."""

    session: SessionKey
    request: int
    author: str
    at: datetime


def add(database: Database, session: SessionKey, author: str, origin: str) -> None:
    """Ask that the run of a session is stopped.

    Raises:
        AlreadyAskedError: when somebody has, and it is not stopped yet.
        EngagementArchivedError: when the engagement is archived.
    """
    if request := waiting_of(database, session):
        raise AlreadyAskedError(
            f"{request.author} asked to stop {session.session} at {request.at:%H:%M} UTC."
        )
    with database.writer(session.engagement) as connection:
        require_live(connection, session.engagement)
        connection.execute(
            "insert into discovery.stop_request (engagement, session, author, origin)"
            " values (%s, %s, %s, %s)",
            [str(session.engagement), session.session, author, origin],
        )


def waiting_of(database: Database, session: SessionKey) -> StopRequest | None:
    """Return the request about a session that nobody has looked after."""
    requests = waiting(database, [session.engagement])
    return next((each for each in requests if each.session == session), None)


def waiting(database: Database, engagements: Iterable[EngagementKey]) -> list[StopRequest]:
    """Return the requests that nobody has looked after, the oldest first."""
    wanted = list(engagements)
    with database.reader(wanted) as connection:
        rows = connection.execute(_WAITING, [list(map(str, wanted))]).fetchall()
    return [
        StopRequest(
            SessionKey.of(EngagementKey.parse(row["engagement"]), row["session"]),
            row["request"],
            row["author"],
            row["at"],
        )
        for row in rows
    ]


def finish(database: Database, request: StopRequest) -> None:
    """Remember that a request has been looked after."""
    with database.writer(request.session.engagement) as connection:
        connection.execute(
            "update discovery.stop_request set done = true where engagement = %s and request = %s",
            [str(request.session.engagement), request.request],
        )

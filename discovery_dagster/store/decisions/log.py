"""The log of what people decided: rows that are only ever added, in the order in which they came.

The last row about a subject and field decides; one without a value takes the decision back.
Decisions are numbered within their engagement, under a lock, so that of two people who decide at
once the second sees what the first said.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from psycopg.rows import DictRow, class_row

from discovery_dagster.domain.errors import AbsentError, InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.sessions import require_live

#: What a decision is about.
ASSET: Final = "asset"
ENDPOINT: Final = "endpoint"
PAIR: Final = "pair"  # of assets; its subject is both ids, the lesser first
SIGN_OFF: Final = "sign_off"  # of a plan; its subject is the session and the publication
SCENARIO: Final = "scenario"  # of constraints; its subject is its name in lower case
NAME: Final = "name"  # of a session or the client; see `names`
COMMENT: Final = "comment"  # on an asset, a group or a wave; see `comments`
QUESTION: Final = "question"  # of the review queue, which is to be asked later or of somebody

#: Where the decision of a person at a terminal comes from, and how the origin of one in a browser
#: begins. Files and workbooks say theirs once; people may come back to what they said before.
COMMAND: Final = "command line"
PAGE: Final = "page, "

_LOCK = "select pg_advisory_xact_lock(hashtextextended('discovery.decision ' || %s, 7301))"

_COLUMNS = (
    "decision, session, kind, subject, name, field, value, before, reason, author, origin, at"
)

_CURRENT = f"""
    select {_COLUMNS} from (
        select distinct on (kind, subject, field) * from discovery.decision
        where engagement = %s order by kind, subject, field, decision desc
    ) as last where value is not null order by decision
"""
_ALL = f"select {_COLUMNS} from discovery.decision where engagement = %s order by decision"

_LAST = "select coalesce(max(decision), 0) as last from discovery.decision where engagement = %s"
_ADDED = f"""
    select {_COLUMNS} from discovery.decision where engagement = %s and decision > %s
    order by decision
"""

_ADD = """
    insert into discovery.decision
        (engagement, decision, session, kind, subject, name, field, value, before, reason, author,
         origin)
    values (%(engagement)s, %(decision)s, %(session)s, %(kind)s, %(subject)s, %(name)s, %(field)s,
            %(value)s, %(before)s, %(reason)s, %(author)s, %(origin)s)
"""


class NoSuchDecisionError(AbsentError):
    """No decision of this number is in force; the message is one sentence."""

    code = "no_such_decision"


class OvertakenError(InvalidRequestError):
    """Somebody else decided the same thing meanwhile; the message is one sentence."""

    code = "overtaken"


@dataclass(frozen=True)
class DecisionRequest:
    """What somebody wants decided; `before` is what holds without it, or did until now.

    `origin` says where the request is from, such as `command line` or `file overrides.csv line 3`.
    """

    kind: str
    subject: str
    name: str  # of the subject, as people call it
    field: str
    value: str
    before: str | None
    reason: str
    author: str
    origin: str


@dataclass(frozen=True)
class Decision:
    """A row of the log; `value` is null where it takes a decision back."""

    decision: int
    session: str  # where it was decided
    kind: str
    subject: str
    name: str
    field: str
    value: str | None
    before: str | None
    reason: str
    author: str
    origin: str
    at: datetime


def add(
    database: Database,
    session: SessionKey,
    requests: Sequence[DecisionRequest],
    seen: int | None = None,
) -> list[Decision]:
    """Add decisions, made in `session`, to the log of its engagement.

    What is in force with the same value, author and reason is not said again. Nor is what the same
    place in a file of the session said before: a file speaks once, however often it is read, and
    does not outrank what was decided after it.

    Args:
        database: the project's.
        session: where they are made.
        requests: what is to be decided.
        seen: number of the last decision that whoever decides has seen; None looks at no number.

    Returns:
        The rows that were added.

    Raises:
        OvertakenError: when somebody decided one of these things otherwise after `seen`; nothing is
            added then.
        EngagementArchivedError: when the engagement is archived.
    """
    with _locked(database, session.engagement) as connection:
        log = _rows(connection, _ALL, session.engagement)
        if seen is not None:
            _require_seen(log, requests, seen)
        in_force = {_about(row): (row.value, row.author, row.reason) for row in log}
        places = {_place(row) for row in log if row.session == session.session}
        fresh = list[DecisionRequest]()
        for request in requests:
            verdict = (request.value, request.author, request.reason)
            if in_force.get(_about(request)) == verdict:
                continue
            by_hand = request.origin == COMMAND or request.origin.startswith(PAGE)
            if not by_hand and _place(request) in places:
                continue
            in_force[_about(request)] = verdict
            places.add(_place(request))
            fresh.append(request)
        return _insert(connection, session, [(request, request.value) for request in fresh])


def take_back(
    database: Database,
    engagement: EngagementKey,
    decision: int,
    reason: str,
    author: str,
    origin: str = "",
) -> Decision:
    """Take a decision back: what sources and rules say holds again.

    `origin` says where this is from, as far as it is not the command line.

    Returns:
        What was taken back.

    Raises:
        NoSuchDecisionError: when it is not in force.
        EngagementArchivedError: when the engagement is archived.
    """
    with _locked(database, engagement) as connection:
        in_force = {row.decision: row for row in _rows(connection, _CURRENT, engagement)}
        if decision not in in_force:
            raise NoSuchDecisionError(f"{engagement} has no decision {decision} in force.")
        withdrawn = in_force[decision]
        session = SessionKey.of(engagement, withdrawn.session)
        _insert(connection, session, [(_withdrawal(withdrawn, reason, author, origin), None)])
    return withdrawn


def take_back_from(
    database: Database,
    session: SessionKey,
    place: str,
    reason: str,
    author: str,
    origin: str,
) -> list[Decision]:
    """Take all decisions in force back whose origin begins with `place`, and return them.

    Raises:
        EngagementArchivedError: when the engagement is archived.
    """
    with _locked(database, session.engagement) as connection:
        in_force = _rows(connection, _CURRENT, session.engagement)
        withdrawn = [row for row in in_force if row.origin.startswith(place)]
        requests = [(_withdrawal(row, reason, author, origin), None) for row in withdrawn]
        _insert(connection, session, requests)
    return withdrawn


def current(database: Database, engagement: EngagementKey) -> list[Decision]:
    """Return the decisions that are in force, in the order in which they were made."""
    with database.reader([engagement]) as connection:
        return _rows(connection, _CURRENT, engagement)


def last(database: Database, engagement: EngagementKey) -> int:
    """Return the number of the last row of the log, 0 when it has none."""
    with database.reader([engagement]) as connection:
        row = connection.execute(_LAST, [str(engagement)]).fetchone()
    return int(row["last"]) if row else 0


def history(database: Database, engagement: EngagementKey) -> list[Decision]:
    """Return every row of the log."""
    with database.reader([engagement]) as connection:
        return _rows(connection, _ALL, engagement)


def _withdrawal(withdrawn: Decision, reason: str, author: str, origin: str) -> DecisionRequest:
    number = withdrawn.decision
    return DecisionRequest(
        withdrawn.kind,
        withdrawn.subject,
        withdrawn.name,
        withdrawn.field,
        withdrawn.value or "",
        withdrawn.value,
        reason,
        author,
        f"{origin}, takes back {number}" if origin else f"takes back {number}",
    )


@contextmanager
def _locked(database: Database, engagement: EngagementKey) -> Iterator[psycopg.Connection[DictRow]]:
    with database.writer(engagement) as connection:
        connection.execute(_LOCK, [str(engagement)])
        require_live(connection, engagement)
        yield connection


def _rows(
    connection: psycopg.Connection[DictRow], query: str, engagement: EngagementKey
) -> list[Decision]:
    with connection.cursor(row_factory=class_row(Decision)) as cursor:
        return cursor.execute(query, [str(engagement)]).fetchall()


def _insert(
    connection: psycopg.Connection[DictRow],
    session: SessionKey,
    requests: Sequence[tuple[DecisionRequest, str | None]],
) -> list[Decision]:
    """Add rows with the values given beside the requests, sent to Postgres together."""
    engagement = str(session.engagement)
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [engagement])
        row = cursor.fetchone()
        last = int(row["last"]) if row else 0
        cursor.executemany(
            _ADD,
            [
                {**vars(request), "value": value, "decision": last + at, "engagement": engagement,
                 "session": session.session}
                for at, (request, value) in enumerate(requests, 1)
            ],
        )  # fmt: skip
    with connection.cursor(row_factory=class_row(Decision)) as cursor:
        return cursor.execute(_ADDED, [engagement, last]).fetchall()


def _require_seen(log: Sequence[Decision], requests: Sequence[DecisionRequest], seen: int) -> None:
    wanted = {_about(request): request.value for request in requests}
    for row in reversed(log):
        if row.decision <= seen:
            return
        if _about(row) in wanted and row.value != wanted[_about(row)]:
            what = "took it back" if row.value is None else f"decided {row.value}"
            raise OvertakenError(
                f"{row.field} of {row.name}: {row.author} {what} at {row.at:%H:%M} UTC, after this"
                " was shown to you. Nothing has been done: look at it, and decide again."
            )


def _about(decision: DecisionRequest | Decision) -> tuple[str, str, str]:
    return decision.kind, decision.subject, decision.field


def _place(decision: DecisionRequest | Decision) -> tuple[str, str, str, str | None]:
    return decision.origin, decision.subject, decision.field, decision.value

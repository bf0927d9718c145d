"""Engagements, their sessions and the files of a session: registering them and reading them back.

The command line and the inbox share `register`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.errors import AbsentError, InvalidRequestError, UnreadableFileError
from discovery_dagster.domain.facts import FileAccount
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store import drops, tombstones
from discovery_dagster.store.database import Database
from discovery_dagster.store.drops import Drop
from discovery_dagster.store.objects import ObjectStore

_ACCOUNTS = """
select f.engagement, f.session, f.file as name, f.sha256, s.format, s.error,
       coalesce(sum(a.records), 0)::int as records,
       coalesce(sum(a.accepted), 0)::int as accepted,
       coalesce(sum(a.rejected), 0)::int as rejected,
       coalesce(sum(a.ignored), 0)::int as ignored,
       coalesce(s.notes, '{}') as notes,
       (select coalesce(jsonb_agg(jsonb_build_object(
                   'sheet', g.sheet, 'grain', g.grain, 'status', g.status,
                   'confidence', g.confidence, 'name_column', g.name_column,
                   'reason', g.reason) order by g.seq), '[]')
        from discovery.table_grain g
        where g.engagement = f.engagement and g.session = f.session and g.file = f.file) as tables
from unnest(%(engagements)s::text[], %(sessions)s::text[]) as wanted(engagement, session)
join discovery.session_file f using (engagement, session)
left join discovery.source_file s using (engagement, session, file)
left join discovery.table_account a using (engagement, session, file)
group by f.engagement, f.session, f.file, f.position, f.sha256, s.format, s.error, s.notes
order by f.engagement, f.session, f.position
"""

#: The title that people gave a session last, or else the one that it was imported under.
_TITLE = """
    coalesce(
      (select value from discovery.decision d
       where d.engagement = s.engagement and d.kind = 'name' and d.subject = s.session
       order by d.decision desc limit 1),
      s.title
    ) as title
"""

_LOCK = "select pg_advisory_xact_lock(hashtextextended('discovery.engagement ' || %s, 7301))"


class NoSuchSessionError(AbsentError):
    """An engagement or session that does not exist."""

    code = "no_such_session"


class EngagementFullError(InvalidRequestError):
    """An engagement that has as many sessions as it may have."""

    code = "engagement_full"


class EngagementArchivedError(InvalidRequestError):
    """An engagement that takes nothing in until it is restored."""

    code = "engagement_archived"


@dataclass(frozen=True)
class IncomingFile:
    """A file to be registered, under the name that people will see."""

    name: str
    path: Path


LeaveOut = Callable[[IncomingFile, UnreadableFileError], None]


def refuse(_: IncomingFile, error: UnreadableFileError) -> None:
    """Leave no file out: one that changes while it is archived refuses all that come with it."""
    raise error


@dataclass(frozen=True)
class SessionFile:
    """A registered file; its bytes are in the object store."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class SessionRow:
    """A session as it was registered."""

    session: SessionKey
    title: str | None
    created_at: datetime


def register(
    database: Database,
    objects: ObjectStore,
    engagement: EngagementKey,
    files: Sequence[IncomingFile],
    title: str | None = None,
    session: SessionKey | None = None,
    drop: Drop | None = None,
    limit: int | None = None,
    leave_out: LeaveOut = refuse,
) -> SessionKey:
    """Archive `files` and make them a new session, or add them to `session`.

    Client and engagement come into being on first use. A file that the session has already, by name
    and content, is not added again; the same content under another name is listed, and not read.
    Killed before the end, nothing is registered. Content that an earlier drop had makes no second
    session when it comes as a `drop`; a person may import it as often as wanted. A file that
    somebody writes to meanwhile is no part of the session; `leave_out` is told of it.

    Raises:
        UnreadableFileError: when that is every file, or `leave_out` raises it.
        NoSuchSessionError: when `session` is given and does not exist.
        EngagementFullError: when the engagement has `limit` sessions already.
        EngagementArchivedError: when the engagement is archived.
        EngagementErasedError: when it was erased, and its name is still refused.
        OSError: when a file cannot be read or archived, or the drop has changed meanwhile.
    """
    with database.writer(engagement) as connection:
        connection.execute(_LOCK, [str(engagement)])
        require_live(connection, engagement)
        tombstones.require_none(connection, engagement)
        if drop is not None and (known := drops.session_of(connection, engagement, drop)):
            drops.remember(connection, engagement, drop)
            return known
        if session is None:
            session = _new_session(connection, engagement, title, limit)
        elif _session_row(connection, session) is None:
            raise NoSuchSessionError(f"{engagement} has no session {session.session}.")
        _add_files(connection, objects, session, files, leave_out)
        if drop is not None:
            drop.require_unchanged(file.sha256 for file in _files(connection, session))
            drops.add(connection, session, drop)
            drops.remember(connection, engagement, drop)
    return session


@contextmanager
def locked(database: Database, engagement: EngagementKey) -> Iterator[None]:
    """Keep `register` from registering anything in the engagement while the block runs."""
    with database.writer(engagement) as connection:
        connection.execute(_LOCK, [str(engagement)])
        yield


def require_live(connection: psycopg.Connection[DictRow], engagement: EngagementKey) -> None:
    """Refuse to add to an engagement that was taken out of the live grid.

    Raises:
        EngagementArchivedError: when it is archived.
    """
    row = connection.execute(
        "select archived_at from discovery.engagement where engagement = %s", [str(engagement)]
    ).fetchone()
    if row is not None and row["archived_at"] is not None:
        raise EngagementArchivedError(
            f"{engagement} is archived: `discovery engagement restore` brings it back first."
        )


def _new_session(
    connection: psycopg.Connection[DictRow],
    engagement: EngagementKey,
    title: str | None,
    limit: int | None,
) -> SessionKey:
    connection.execute(
        "insert into discovery.engagement (engagement, client) values (%s, %s)"
        " on conflict do nothing",
        [str(engagement), engagement.client],
    )
    row = connection.execute(
        "select coalesce(max(substr(session, 2)::int), 0) + 1 as next from discovery.session"
        " where engagement = %s",
        [str(engagement)],
    ).fetchone()
    session = SessionKey(engagement, row["next"] if row else 1)
    if limit is not None and session.ordinal > limit:
        raise EngagementFullError(
            f"{engagement} has {limit} sessions, which is the limit: go on in another engagement, "
            "or raise DISCOVERY_MAX_SESSIONS."
        )
    connection.execute(
        "insert into discovery.session (engagement, session, title) values (%s, %s, %s)",
        [str(engagement), session.session, title],
    )
    return session


def _add_files(
    connection: psycopg.Connection[DictRow],
    objects: ObjectStore,
    session: SessionKey,
    files: Sequence[IncomingFile],
    leave_out: LeaveOut,
) -> None:
    known = _files(connection, session)
    before = {(file.name, file.sha256) for file in known}
    names = {file.name for file in known}
    left_out = 0
    for incoming in files:
        try:
            sha256, size = objects.archive(session, incoming.path)
        except UnreadableFileError as error:
            leave_out(incoming, error)
            left_out += 1
            if left_out == len(files):
                raise
            continue
        if (incoming.name, sha256) in before:  # the same import again
            continue
        name = free_name(incoming.name, names)
        connection.execute(
            "insert into discovery.session_file"
            " (engagement, session, file, position, sha256, size)"
            " values (%s, %s, %s, %s, %s, %s)",
            [str(session.engagement), session.session, name, len(names), sha256, size],
        )
        names.add(name)


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return `name`, with a number before its ending when another content has it already."""
    path, number = Path(name), 2
    while name in taken:
        name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        number += 1
    return name


def engagements(database: Database, client: str | None = None) -> list[EngagementKey]:
    """List the engagements of this installation, or those of one client."""
    with database.operator() as connection:
        rows = connection.execute(
            "select engagement from discovery.engagement"
            " where %s::text is null or client = %s order by engagement",
            [client, client],
        ).fetchall()
    return [EngagementKey.parse(row["engagement"]) for row in rows]


def sessions(database: Database, engagement: EngagementKey) -> list[SessionRow]:
    """List the sessions of an engagement in ordinal order."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(
            f"select session, {_TITLE}, created_at from discovery.session s"
            " where engagement = %s order by substr(session, 2)::int",
            [str(engagement)],
        ).fetchall()
    return [
        SessionRow(SessionKey.of(engagement, row["session"]), row["title"], row["created_at"])
        for row in rows
    ]


def live_engagements(database: Database) -> list[EngagementKey]:
    """List the engagements that are not archived."""
    with database.operator() as connection:
        rows = connection.execute(
            "select engagement from discovery.engagement where archived_at is null"
            " order by engagement"
        ).fetchall()
    return [EngagementKey.parse(row["engagement"]) for row in rows]


def live(database: Database) -> list[SessionKey]:
    """Return the sessions of all engagements that are not archived, in ordinal order of each."""
    live = live_engagements(database)
    engagements = [str(engagement) for engagement in live]
    with database.reader(live) as connection:
        rows = connection.execute(
            "select engagement, session from discovery.session where engagement = any (%s)"
            " order by engagement, substr(session, 2)::int",
            [engagements],
        ).fetchall()
    return [SessionKey.of(EngagementKey.parse(row["engagement"]), row["session"]) for row in rows]


def find(database: Database, session: SessionKey) -> SessionRow:
    """Return one session.

    Raises:
        NoSuchSessionError: when there is none of this key.
    """
    with database.reader([session.engagement]) as connection:
        row = _session_row(connection, session)
    if row is None:
        raise NoSuchSessionError(f"{session.engagement} has no session {session.session}.")
    return SessionRow(session, row["title"], row["created_at"])


#: Joins a query with the sessions that `wanted` names.
WANTED = "unnest(%(engagements)s::text[], %(sessions)s::text[]) as wanted(engagement, session)"


def wanted(keys: Sequence[SessionKey]) -> dict[str, list[str]]:
    """Return the parameters of `WANTED`, so that one query is about many sessions."""
    return {
        "engagements": [str(key.engagement) for key in keys],
        "sessions": [key.session for key in keys],
    }


def by_session(
    keys: Sequence[SessionKey], rows: Iterable[DictRow]
) -> dict[SessionKey, list[DictRow]]:
    """Return the rows of each session, without their keys `engagement` and `session`."""
    grouped: dict[SessionKey, list[DictRow]] = {key: [] for key in keys}
    places = {(str(key.engagement), key.session): key for key in keys}
    for row in rows:
        grouped[places[row.pop("engagement"), row.pop("session")]].append(row)
    return grouped


def files(database: Database, session: SessionKey) -> list[SessionFile]:
    """List the files of a session in the order in which they were added."""
    with database.reader([session.engagement]) as connection:
        return _files(connection, session)


def digest(registered: Iterable[SessionFile | FileAccount]) -> str:
    """Return a digest of names and contents: what the first step is made from."""
    text = "\n".join(f"{file.sha256} {file.name}" for file in registered)
    return hashlib.sha256(text.encode()).hexdigest()


def accounts(database: Database, session: SessionKey) -> list[FileAccount]:
    """Say for each file what became of its records, as far as that is published."""
    with database.reader([session.engagement]) as connection:
        return accounts_of(connection, [session])[session]


def accounts_of(
    connection: psycopg.Connection[DictRow], keys: Sequence[SessionKey]
) -> dict[SessionKey, list[FileAccount]]:
    """Say the same of many sessions."""
    rows = connection.execute(_ACCOUNTS, wanted(keys)).fetchall()
    return {
        key: [FileAccount(**row) for row in files] for key, files in by_session(keys, rows).items()
    }


def _session_row(connection: psycopg.Connection[DictRow], session: SessionKey) -> DictRow | None:
    return connection.execute(
        f"select {_TITLE}, created_at from discovery.session s"
        " where engagement = %s and session = %s",
        [str(session.engagement), session.session],
    ).fetchone()


def _files(connection: psycopg.Connection[DictRow], session: SessionKey) -> list[SessionFile]:
    rows = connection.execute(
        "select file, sha256, size from discovery.session_file"
        " where engagement = %s and session = %s order by position",
        [str(session.engagement), session.session],
    ).fetchall()
    return [SessionFile(row["file"], row["sha256"], row["size"]) for row in rows]

"""What people set about the plans of an engagement; what was removed stays, with who removed it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.decisions.constraints import KINDS, Constraint, names_of
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.log import COMMAND, OvertakenError
from discovery_dagster.store.sessions import require_live

_COLUMNS = "constraint_id as id, kind, subject, reason, author, at"

_NOW = f"""
    select {_COLUMNS} from discovery.plan_constraint
    where engagement = %s and removed_at is null order by constraint_id
"""


#: The last thing that somebody did to the constraints of an engagement.
_LAST = """
    select author, at from (
        select author, at from discovery.plan_constraint where engagement = %(engagement)s
        union all
        select removed_by, removed_at from discovery.plan_constraint
        where engagement = %(engagement)s and removed_at is not null
    ) as done order by at desc limit 1
"""
_LOCK = "select pg_advisory_xact_lock(hashtextextended('discovery.plan_constraint ' || %s, 7301))"


@dataclass(frozen=True)
class Replacement:
    """The constraints that were set and removed, so that others are in force."""

    added: Sequence[Constraint]
    removed: Sequence[Constraint]


class NoSuchConstraintError(AbsentError):
    """No constraint of this number holds; the message is one sentence."""

    code = "no_such_constraint"


def current(database: Database, engagement: EngagementKey) -> list[Constraint]:
    """Return the constraints that hold, in the order in which they were set."""
    with database.reader([engagement]) as connection:
        return _in_force(connection, engagement)


def history(database: Database, engagement: EngagementKey) -> list[dict[str, Any]]:
    """Return all constraints that were ever set, with who removed them and when."""
    with database.reader([engagement]) as connection:
        return connection.execute(
            "select constraint_id as id, kind, subject as values, reason, author, at, removed_by,"
            " removed_at from discovery.plan_constraint where engagement = %s"
            " order by constraint_id",
            [str(engagement)],
        ).fetchall()


def add(
    database: Database,
    engagement: EngagementKey,
    kind: str,
    values: Sequence[str],
    reason: str | None,
    author: str,
    origin: str = COMMAND,
    seen: str | None = None,
) -> Constraint:
    """Set a constraint; of a kind that holds once, it takes the place of the one before.

    `seen` is the `mark` of those in force that the author has seen; None looks at none.

    Raises:
        OvertakenError: when somebody set another one about the same since; nothing is set then.
        EngagementArchivedError: when the engagement is archived.
    """
    with _changing(database, engagement) as connection:
        if seen is not None:
            _require_seen(_in_force(connection, engagement), seen, kind, values)
        if KINDS[kind].single:
            connection.execute(
                "update discovery.plan_constraint set removed_by = %s, removed_at = now(),"
                " removed_from = %s where engagement = %s and kind = %s and removed_at is null",
                [author, origin, str(engagement), kind],
            )
        return _insert(connection, engagement, kind, values, reason, author, origin)


def remove(
    database: Database,
    engagement: EngagementKey,
    number: int,
    author: str,
    origin: str = COMMAND,
) -> Constraint:
    """Let a constraint hold no longer.

    Raises:
        NoSuchConstraintError: when none of this number holds.
        EngagementArchivedError: when the engagement is archived.
    """
    with _changing(database, engagement) as connection:
        row = connection.execute(
            "update discovery.plan_constraint set removed_by = %s, removed_at = now(),"
            " removed_from = %s where engagement = %s and constraint_id = %s and removed_at is null"
            f" returning {_COLUMNS}",
            [author, origin, str(engagement), number],
        ).fetchone()
    if row is None:
        raise NoSuchConstraintError(f"{engagement} has no constraint {number} that holds.")
    return _constraint(row)


def add_all(
    database: Database,
    engagement: EngagementKey,
    wanted: Sequence[Constraint],
    author: str,
    origin: str = COMMAND,
    seen: str | None = None,
) -> list[Constraint]:
    """Set several constraints at once, of kinds that may hold more than once; all or none.

    Raises:
        OvertakenError: when others are in force than those of which `seen` is the `mark`.
        EngagementArchivedError: when the engagement is archived.
    """
    with _changing(database, engagement) as connection:
        _require_mark(connection, engagement, _in_force(connection, engagement), seen)
        return [
            _insert(connection, engagement, each.kind, each.values, each.reason, author, origin)
            for each in wanted
        ]


def mark(in_force: Sequence[Constraint]) -> str:
    """Return a word that is another one as soon as somebody sets or removes a constraint."""
    return "-".join(str(each.id) for each in in_force) or "none"


def replace(
    database: Database,
    engagement: EngagementKey,
    wanted: Sequence[Constraint],
    author: str,
    origin: str = COMMAND,
    seen: str | None = None,
) -> Replacement:
    """Let exactly these constraints of the plan be in force, in their order, at once.

    Those that change more than the plan stay; so does what is wanted and in force already.

    Args:
        database: the project's.
        engagement: whose plans.
        wanted: by kind, values and reason.
        author: who replaces them.
        origin: where from.
        seen: the `mark` of those in force that the author has seen; None looks at none.

    Raises:
        OvertakenError: when others are in force by now; nothing is done then.
        EngagementArchivedError: when the engagement is archived.
    """
    with _changing(database, engagement) as connection:
        in_force = _in_force(connection, engagement)
        _require_mark(connection, engagement, in_force, seen)
        removed, missing = _differences(
            [each for each in in_force if KINDS[each.kind].concerns == "plan"], wanted
        )
        connection.execute(
            "update discovery.plan_constraint set removed_by = %s, removed_at = now(),"
            " removed_from = %s where engagement = %s and constraint_id = any (%s)"
            " and removed_at is null",
            [author, origin, str(engagement), [each.id for each in removed]],
        )
        added = [
            _insert(connection, engagement, each.kind, each.values, each.reason, author, origin)
            for each in missing
        ]
    return Replacement(added, removed)


def _require_seen(
    in_force: Sequence[Constraint], seen: str, kind: str, values: Sequence[str]
) -> None:
    """Refuse what is about the same as something that was set after `seen`, and says otherwise."""
    known, names = set(seen.split("-")), set(names_of(kind, tuple(values)))
    for each in in_force:
        same = KINDS[kind].single and each.kind == kind
        if str(each.id) in known or (each.kind, each.values) == (kind, tuple(values)):
            continue
        if same or names.intersection(each.names):
            raise OvertakenError(
                f"{each.sentence}, at {each.at:%H:%M} UTC, after this was shown to you. Nothing has"
                " been done: look at it, and decide again."
            )


def _differences(
    in_force: Sequence[Constraint], wanted: Sequence[Constraint]
) -> tuple[Sequence[Constraint], Sequence[Constraint]]:
    """What to remove, and what to set behind the rest, to have what is wanted in its order."""
    kept, at = set[int](), 0
    for number, one in enumerate(wanted):
        while at < len(in_force) and not _is_same(in_force[at], one):
            at += 1
        if at == len(in_force):
            return [each for each in in_force if each.id not in kept], wanted[number:]
        kept.add(in_force[at].id)
        at += 1
    return [each for each in in_force if each.id not in kept], []


def _is_same(one: Constraint, other: Constraint) -> bool:
    return (one.kind, one.values, one.reason) == (other.kind, other.values, other.reason)


def _require_mark(
    connection: psycopg.Connection[DictRow],
    engagement: EngagementKey,
    in_force: Sequence[Constraint],
    seen: str | None,
) -> None:
    """Refuse whoever has seen other constraints than those in force."""
    if seen is None or seen == mark(in_force):
        return
    row = connection.execute(_LAST, {"engagement": str(engagement)}).fetchone()
    who = f"{row['author']} changed the constraints at {row['at']:%H:%M} UTC" if row else "Changed"
    raise OvertakenError(
        f"{who}, after this was shown to you. Nothing has been done: look at it, and decide again."
    )


@contextmanager
def _changing(
    database: Database, engagement: EngagementKey
) -> Iterator[psycopg.Connection[DictRow]]:
    """A transaction beside which nobody else changes the constraints of a live engagement."""
    with database.writer(engagement) as connection:
        connection.execute(_LOCK, [str(engagement)])
        require_live(connection, engagement)
        yield connection


def _in_force(
    connection: psycopg.Connection[DictRow], engagement: EngagementKey
) -> list[Constraint]:
    rows = connection.execute(_NOW, [str(engagement)]).fetchall()
    return [_constraint(row) for row in rows]


def _insert(
    connection: psycopg.Connection[DictRow],
    engagement: EngagementKey,
    kind: str,
    values: Sequence[str],
    reason: str | None,
    author: str,
    origin: str,
) -> Constraint:
    row = connection.execute(
        "insert into discovery.plan_constraint"
        " (engagement, kind, subject, reason, author, origin)"
        f" values (%s, %s, %s, %s, %s, %s) returning {_COLUMNS}",
        [str(engagement), kind, list(values), reason, author, origin],
    ).fetchone()
    assert row is not None  # noqa: S101 - `returning` gives the row
    return _constraint(row)


def _constraint(row: dict[str, Any]) -> Constraint:
    return Constraint(
        row["id"], row["kind"], tuple(row["subject"]), row["reason"], row["author"], row["at"]
    )

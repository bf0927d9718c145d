"""What people set about the plans of an engagement; what was removed stays, with who removed it."""

from collections.abc import Sequence
from typing import Any

from discovery_dagster.domain.decisions.constraints import KINDS, Constraint
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.log import COMMAND
from discovery_dagster.store.sessions import require_live

_COLUMNS = "constraint_id as id, kind, subject, reason, author, at"

_NOW = f"""
    select {_COLUMNS} from discovery.plan_constraint
    where engagement = %s and removed_at is null order by constraint_id
"""


class NoSuchConstraintError(AbsentError):
    """No constraint of this number holds; the message is one sentence."""

    code = "no_such_constraint"


def current(database: Database, engagement: EngagementKey) -> list[Constraint]:
    """Return the constraints that hold, in the order in which they were set."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(_NOW, [str(engagement)]).fetchall()
    return [_constraint(row) for row in rows]


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
) -> Constraint:
    """Set a constraint; of a kind that holds once, it takes the place of the one before.

    Raises:
        EngagementArchivedError: when the engagement is archived.
    """
    with database.writer(engagement) as connection:
        require_live(connection, engagement)
        if KINDS[kind].single:
            connection.execute(
                "update discovery.plan_constraint set removed_by = %s, removed_at = now(),"
                " removed_from = %s where engagement = %s and kind = %s and removed_at is null",
                [author, origin, str(engagement), kind],
            )
        row = connection.execute(
            "insert into discovery.plan_constraint"
            " (engagement, kind, subject, reason, author, origin)"
            f" values (%s, %s, %s, %s, %s, %s) returning {_COLUMNS}",
            [str(engagement), kind, list(values), reason, author, origin],
        ).fetchone()
    assert row is not None  # noqa: S101 - `returning` gives the row
    return _constraint(row)


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
    with database.writer(engagement) as connection:
        require_live(connection, engagement)
        row = connection.execute(
            "update discovery.plan_constraint set removed_by = %s, removed_at = now(),"
            " removed_from = %s where engagement = %s and constraint_id = %s and removed_at is null"
            f" returning {_COLUMNS}",
            [author, origin, str(engagement), number],
        ).fetchone()
    if row is None:
        raise NoSuchConstraintError(f"{engagement} has no constraint {number} that holds.")
    return _constraint(row)


def _constraint(row: dict[str, Any]) -> Constraint:
    return Constraint(
        row["id"], row["kind"], tuple(row["subject"]), row["reason"], row["author"], row["at"]
    )

"""What is left of an erased engagement: that nothing may be taken in under its name.

Only a hash is kept, so that a search for the name finds nothing, and nobody can list the names.
"""

import hashlib

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database


class EngagementErasedError(InvalidRequestError):
    """An engagement that was erased; its name is refused until a person lifts that."""

    code = "engagement_erased"


def add(database: Database, engagement: EngagementKey) -> None:
    """Refuse the engagement's name from now on."""
    with database.writer(engagement) as connection:
        connection.execute(
            "insert into discovery.tombstone (digest) values (%s) on conflict do nothing",
            [_digest(engagement)],
        )


def remove(database: Database, engagement: EngagementKey) -> bool:
    """Let the engagement's name be used again; return whether it was refused."""
    with database.writer(engagement) as connection:
        deleted = connection.execute(
            "delete from discovery.tombstone where digest = %s", [_digest(engagement)]
        )
    return deleted.rowcount > 0


def exists(database: Database, engagement: EngagementKey) -> bool:
    """Whether the engagement's name is refused."""
    with database.writer(engagement) as connection:
        return _at(connection, engagement) is not None


def require_none(connection: psycopg.Connection[DictRow], engagement: EngagementKey) -> None:
    """Refuse to take anything in for an engagement that was erased.

    Raises:
        EngagementErasedError: when it was, and nobody has deleted that.
    """
    row = _at(connection, engagement)
    if row is not None:
        raise EngagementErasedError(
            f"{engagement} was erased on {row['at']:%Y-%m-%d}:"
            " `discovery engagement erase --lift` lets its name be used again."
        )


def _at(connection: psycopg.Connection[DictRow], engagement: EngagementKey) -> DictRow | None:
    return connection.execute(
        "select at from discovery.tombstone where digest = %s", [_digest(engagement)]
    ).fetchone()


def _digest(engagement: EngagementKey) -> bytes:
    return hashlib.sha256(str(engagement).encode()).digest()

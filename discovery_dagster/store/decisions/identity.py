"""What people decided about identity in an engagement, and what is known of one asset's merge.

What was decided is ended, never deleted, with who ended it.
"""

from typing import Any

from discovery_dagster.domain.decisions.identity import AMBIGUOUS, JOIN, IdentityDecision
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.log import COMMAND, NoSuchDecisionError

_COLUMNS = "decision as id, kind, identifiers, assets, reason, author, at"


def current(database: Database, engagement: EngagementKey) -> list[IdentityDecision]:
    """Return the decisions that hold, in the order in which they were made."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(
            f"select {_COLUMNS} from discovery.identity_decision"
            " where engagement = %s and removed_at is null order by decision",
            [str(engagement)],
        ).fetchall()
    return [_decision(row) for row in rows]


def history(database: Database, engagement: EngagementKey) -> list[dict[str, Any]]:
    """Return all decisions that were ever made, with who ended them and when."""
    with database.reader([engagement]) as connection:
        return connection.execute(
            f"select {_COLUMNS}, removed_by, removed_at from discovery.identity_decision"
            " where engagement = %s order by decision",
            [str(engagement)],
        ).fetchall()


def add(
    database: Database,
    session: SessionKey,
    kind: str,
    identifiers: list[str],
    assets: list[str],
    reason: str,
    author: str,
    origin: str = COMMAND,
) -> IdentityDecision:
    """Remember a decision that was made about assets of a session."""
    with database.writer(session.engagement) as connection:
        row = connection.execute(
            "insert into discovery.identity_decision"
            " (engagement, session, kind, identifiers, assets, reason, author, origin)"
            f" values (%s, %s, %s, %s, %s, %s, %s, %s) returning {_COLUMNS}",
            [
                str(session.engagement),
                session.session,
                kind,
                identifiers,
                assets,
                reason,
                author,
                origin,
            ],
        ).fetchone()
    assert row is not None  # noqa: S101 - `returning` gives the row
    return _decision(row)


def remove(
    database: Database,
    engagement: EngagementKey,
    number: int,
    author: str,
    origin: str = COMMAND,
) -> IdentityDecision:
    """Let a decision hold no longer.

    Raises:
        NoSuchDecisionError: when none of this number holds.
    """
    with database.writer(engagement) as connection:
        row = connection.execute(
            "update discovery.identity_decision"
            " set removed_by = %s, removed_at = now(), removed_from = %s"
            " where engagement = %s and decision = %s and removed_at is null"
            f" returning {_COLUMNS}",
            [author, origin, str(engagement), number],
        ).fetchone()
    if row is None:
        raise NoSuchDecisionError(f"{engagement} has no decision {number} that holds.")
    return _decision(row)


def members(database: Database, session: SessionKey, asset_id: str) -> list[dict[str, Any]]:
    """Return the records of an asset: `file, sheet, line, format, keys`, in their order."""
    with database.reader([session.engagement]) as connection:
        return connection.execute(
            "select m.file, m.sheet, m.line, a.format, m.keys from discovery.asset_member m"
            " left join lateral (select format from discovery.table_account a"
            "  where a.engagement = m.engagement and a.session = m.session and a.file = m.file"
            "  and a.sheet is not distinct from m.sheet limit 1) a on true"
            " where m.engagement = %s and m.session = %s and m.asset_id = %s order by m.seq",
            [str(session.engagement), session.session, asset_id],
        ).fetchall()


def conflicts(database: Database, session: SessionKey, asset_id: str) -> list[dict[str, Any]]:
    """Return values that differ, by field: `field, value, file, sheet, line, chosen`."""
    with database.reader([session.engagement]) as connection:
        return connection.execute(
            "select field, value, file, sheet, line, chosen from discovery.asset_conflict"
            " where engagement = %s and session = %s and asset_id = %s order by seq",
            [str(session.engagement), session.session, asset_id],
        ).fetchall()


def registered(database: Database, engagement: EngagementKey, asset_id: str) -> list[str]:
    """Return the identifiers by which the engagement knows an asset, and it alone."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(
            "select identifier from discovery.asset_identifier"
            " where engagement = %s and asset_id = %s"
            " and not starts_with(identifier, %s) order by identifier",
            [str(engagement), asset_id, AMBIGUOUS],
        ).fetchall()
    return [row["identifier"] for row in rows]


def numbers_from(database: Database, engagement: EngagementKey, place: str) -> list[int]:
    """Return the numbers of decisions in force whose origin begins with `place`."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(
            "select decision from discovery.identity_decision"
            " where engagement = %s and removed_at is null and starts_with(origin, %s)"
            " order by decision",
            [str(engagement), place],
        ).fetchall()
    return [row["decision"] for row in rows]


def joined(database: Database, engagement: EngagementKey) -> list[frozenset[str]]:
    """Return the ids of the assets that decisions in force say are one thing, by decision."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(
            "select array_agg(distinct asset_id) as ids"
            " from discovery.identity_decision d join discovery.asset_identifier i"
            " on i.engagement = d.engagement and i.identifier = any (d.identifiers)"
            " where d.engagement = %s and d.kind = %s and d.removed_at is null"
            " group by d.decision",
            [str(engagement), JOIN],
        ).fetchall()
    return [frozenset(row["ids"]) for row in rows]


def _decision(row: dict[str, Any]) -> IdentityDecision:
    return IdentityDecision(
        row["id"],
        row["kind"],
        tuple(row["identifiers"]),
        tuple(row["assets"]),
        row["reason"],
        row["author"],
        row["at"],
    )

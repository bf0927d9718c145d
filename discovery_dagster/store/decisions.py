"""What people decided about columns, for one client; and digests of all that they decided.

The rows are led by the client, whose engagements alone see them; they are only added to.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from discovery_dagster.domain import decisions
from discovery_dagster.domain.constraints import digests as plan_digests
from discovery_dagster.domain.decisions import MappingDecision
from discovery_dagster.domain.identity.decisions import digest as identity_digest
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.overrides import Override, concerning, digest
from discovery_dagster.domain.words import fold
from discovery_dagster.store import constraints, identity, overrides
from discovery_dagster.store.database import Database

#: The last word on each column and field, in the order in which they were said.
_CURRENT = """
    select format, header, "column", field, accepted, author, at from (
        select distinct on (format, header, field) *
        from discovery.mapping_decision where client = %s
        order by format, header, field, decision desc
    ) as last order by decision
"""

#: The columns of a session and the formats of their tables.
_COLUMNS = """
    select m.file, m.sheet, m."column", m.field, m.status, m.method, m.confidence, m.conflict,
           a.format
    from discovery.field_mapping m
    left join discovery.table_account a using (engagement, session, "table")
    where m.engagement = %s and m.session = %s order by m.seq
"""


def about_mapping(database: Database, engagement: EngagementKey) -> list[MappingDecision]:
    """Return what holds now for the columns of the engagement's client."""
    with database.reader([engagement]) as connection:
        rows = connection.execute(_CURRENT, [engagement.client]).fetchall()
    return [MappingDecision(**row) for row in rows]


def columns(database: Database, session: SessionKey) -> list[dict[str, Any]]:
    """Return the columns of a session as they were last mapped, with their tables' `format`."""
    with database.reader([session.engagement]) as connection:
        return connection.execute(_COLUMNS, [str(session.engagement), session.session]).fetchall()


def decide_mapping(
    database: Database,
    session: SessionKey,
    column: Sequence[Mapping[str, Any]],
    field: str,
    author: str,
    *,
    accepted: bool,
) -> None:
    """Remember for the session's client that a column is, or is not, `field`.

    Args:
        database: the project's.
        session: where it was decided.
        column: rows of `columns`, one for each format that has it.
        field: canonical field, or `ignored`.
        author: who decided.
        accepted: whether it is that field.
    """
    engagement = session.engagement
    with database.writer(engagement) as connection:
        for row in column:
            connection.execute(
                "insert into discovery.mapping_decision"
                ' (client, engagement, session, format, header, "column", field, accepted, author)'
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    engagement.client,
                    str(engagement),
                    session.session,
                    row["format"],
                    fold(row["column"]),
                    row["column"],
                    field,
                    accepted,
                    author,
                ],
            )


def digests(database: Database, session: SessionKey) -> dict[str, str]:
    """Return a digest of what people decided about the session, by kind; none for none."""
    known = about_mapping(database, session.engagement)
    names = {row["column"] for row in columns(database, session)} if known else set()
    about = overrides.in_force(database, session.engagement)
    decided = [each.asset_id for each in about]
    found = _assets_of(database, session, decided) if decided else set()
    own = _mapping_digest(known, names) | _asset_digests(about, found)
    return own | of_engagement(database, session.engagement)


def digests_of(
    database: Database,
    engagement: EngagementKey,
    columns: Collection[str] = (),
    assets: Collection[str] = (),
) -> dict[str, str]:
    """Return what `digests` will say of a session with columns and assets of these names and ids.

    Of kinds about which nothing is given, nothing is said.
    """
    about = about_mapping(database, engagement) if columns else []
    decided = overrides.in_force(database, engagement) if assets else []
    own = _mapping_digest(about, columns) | _asset_digests(decided, assets)
    return own | of_engagement(database, engagement)


def of_engagement(database: Database, engagement: EngagementKey) -> dict[str, str]:
    """Return a digest of what holds for all of the engagement, by kind; none for none."""
    set_for_plan = plan_digests(constraints.current(database, engagement))
    return set_for_plan | identity_digest(identity.current(database, engagement))


def _mapping_digest(known: Sequence[MappingDecision], names: Collection[str]) -> dict[str, str]:
    found = decisions.digest(decisions.concerning(known, names))
    return {"mapping": found} if found else {}


def _asset_digests(known: Sequence[Override], assets: Collection[str]) -> dict[str, str]:
    digests = {
        "assets": digest(concerning(known, assets, planned=False)),
        "strategies": digest(concerning(known, assets, planned=True)),
    }
    return {kind: found for kind, found in digests.items() if found}


def _assets_of(database: Database, session: SessionKey, ids: Sequence[str]) -> set[str]:
    """Those of the assets that the session has."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            "select asset_id from discovery.asset"
            " where engagement = %s and session = %s and asset_id = any (%s)",
            [str(session.engagement), session.session, list(ids)],
        ).fetchall()
    return {row["asset_id"] for row in rows}

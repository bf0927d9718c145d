"""What the page of the plan and the overview ask beyond the lists of groups and waves."""

from collections.abc import Collection, Sequence

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.reading.listing import Row

#: Dependencies between groups, counted by both and by what shared infrastructure they are of.
_CROSSING = """
    select s."group" as source, t."group" as target, s.wave as source_wave, t.wave as target_wave,
           d.infrastructure, count(*)::int as edges,
           (array_agg(array[d.source, d.relation, d.target] order by d.seq))[1:1] as example
    from discovery.dependency d
    join discovery.plan_placement s
      on s.engagement = d.engagement and s.session = d.session and s.asset_id = d.source_id
    join discovery.plan_placement t
      on t.engagement = d.engagement and t.session = d.session and t.asset_id = d.target_id
    where d.engagement = %(engagement)s and d.session = %(session)s and s."group" <> t."group"
    group by s."group", t."group", s.wave, t.wave, d.infrastructure
    order by s.wave, t.wave, s."group", t."group", d.infrastructure
"""

_PLACED = """
    select p."group", p.strategy, a.asset_id as id, a.name, a.type
    from discovery.plan_placement p
    join discovery.asset a
      on a.engagement = p.engagement and a.session = p.session and a.asset_id = p.asset_id
    where p.engagement = %(engagement)s and p.session = %(session)s and p."group" = any (%(groups)s)
    order by a.seq
"""


_COVERAGE = """
    select count(*)::int as assets, (count(*) filter (where not evidence))::int as without,
           (count(*) filter (where observed > 0))::int as observed,
           min(first_seen) as first_seen, max(last_seen) as last_seen
    from discovery.plan_coverage
    where engagement = %(engagement)s and session = %(session)s
"""


def coverage(database: Database, session: SessionKey) -> Row:
    """Count what is known of the dependencies of the assets that move.

    Returns:
        `assets`, those `without` any evidence, those `observed`, and the time of the observations
        as `first_seen` and `last_seen`, ISO 8601 or null.
    """
    with database.reader([session.engagement]) as connection:
        row = connection.execute(_COVERAGE, _keys(session)).fetchone()
    return row or {}


def crossing(database: Database, session: SessionKey) -> Sequence[Row]:
    """Count the dependencies between different groups.

    Returns:
        `source, target` (groups), `source_wave, target_wave, infrastructure, edges` and an
        `example`: source, relation and target of one of them.
    """
    with database.reader([session.engagement]) as connection:
        connection.execute("set local enable_nestloop = off")  # see `listing.every`
        rows = connection.execute(_CROSSING, _keys(session)).fetchall()
    return [{**row, "example": row["example"][0]} for row in rows]


def placed(database: Database, session: SessionKey, groups: Collection[str]) -> Sequence[Row]:
    """List the assets of these groups: `group, strategy, id, name, type`."""
    with database.reader([session.engagement]) as connection:
        return connection.execute(_PLACED, {**_keys(session), "groups": list(groups)}).fetchall()


def _keys(session: SessionKey) -> dict[str, str]:
    return {"engagement": str(session.engagement), "session": session.session}

"""What the page of the plan and the overview ask beyond the lists of groups and waves."""

from collections.abc import Collection, Sequence

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.reading.listing import Row

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


#: Groups of production and of other environments that are known.
_MIXED = """
    select g.name
    from discovery.plan_placement p
    join discovery.asset a
      on a.engagement = p.engagement and a.session = p.session and a.asset_id = p.asset_id
    join discovery.plan_group g
      on g.engagement = p.engagement and g.session = p.session and g."group" = p."group"
    where p.engagement = %(engagement)s and p.session = %(session)s
      and a.environment is not null and a.environment <> 'unknown'
    group by g."group", g.name
    having bool_or(a.environment = 'production') and bool_or(a.environment <> 'production')
    order by g.name
"""

#: By wave the assets that nobody is named to own or run, nor any application that they serve.
_OWNERLESS = """
    with owned as (
        select m ->> 'asset_id' as asset_id
        from discovery.application p, jsonb_array_elements(p.memberships) as m
        where p.engagement = %(engagement)s and p.session = %(session)s
          and coalesce(p.business_owner, p.technical_owner) is not null
    )
    select p.wave, count(*)::int as assets
    from discovery.plan_placement p
    join discovery.asset a
      on a.engagement = p.engagement and a.session = p.session and a.asset_id = p.asset_id
    where p.engagement = %(engagement)s and p.session = %(session)s and p.wave is not null
      and coalesce(a.business_owner, a.technical_owner) is null
      and p.asset_id not in (select asset_id from owned)
    group by p.wave
"""


def mixed(database: Database, session: SessionKey) -> list[str]:
    """Return the names of the groups of production and of other environments."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(_MIXED, _keys(session)).fetchall()
    return [row["name"] for row in rows]


def ownerless(database: Database, session: SessionKey) -> dict[int, int]:
    """Count by wave the assets that nobody is named to own or run."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(_OWNERLESS, _keys(session)).fetchall()
    return {row["wave"]: row["assets"] for row in rows}


def coverage(database: Database, session: SessionKey) -> Row:
    """Count what is known of the dependencies of the assets that move.

    Returns:
        `assets`, those `without` any evidence, those `observed`, and the time of the observations
        as `first_seen` and `last_seen`, ISO 8601 or null.
    """
    with database.reader([session.engagement]) as connection:
        row = connection.execute(_COVERAGE, _keys(session)).fetchone()
    return row or {}


def placed(database: Database, session: SessionKey, groups: Collection[str]) -> Sequence[Row]:
    """List the assets of these groups: `group, strategy, id, name, type`."""
    with database.reader([session.engagement]) as connection:
        return connection.execute(_PLACED, {**_keys(session), "groups": list(groups)}).fetchall()


def _keys(session: SessionKey) -> dict[str, str]:
    return {"engagement": str(session.engagement), "session": session.session}

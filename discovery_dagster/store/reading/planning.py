"""What the page of the plan and the overview ask beyond the lists of groups and waves."""

from collections.abc import Collection, Sequence

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.reference import load
from discovery_dagster.store.database import Database
from discovery_dagster.store.reading.listing import Row

#: Dependencies between groups, counted by both and by what shared infrastructure they are of; what
#: a machine is merely placed on, such as a cluster, and what serves the whole estate is such, too.
#: An application moves with one of its deployments; that others serve it breaks no need of it.
_CROSSING = """
    with served as (
        select distinct p.application_id, m ->> 'asset_id' as asset_id
        from discovery.application p, jsonb_array_elements(p.memberships) as m
        where p.engagement = %(engagement)s and p.session = %(session)s
    )
    select s."group" as source, t."group" as target, s.wave as source_wave, t.wave as target_wave,
           coalesce(
             d.infrastructure,
             case when {loose} or o.asset_id is not null then 'placement' end,
             n.service, m.service
           ) as infrastructure,
           count(*)::int as edges,
           (array_agg(array[d.source, d.relation, d.target] order by d.seq))[1:1] as example
    from discovery.dependency d
    join discovery.plan_placement s
      on s.engagement = d.engagement and s.session = d.session and s.asset_id = d.source_id
    join discovery.plan_placement t
      on t.engagement = d.engagement and t.session = d.session and t.asset_id = d.target_id
    join discovery.asset a
      on a.engagement = d.engagement and a.session = d.session and a.asset_id = d.source_id
    join discovery.asset b
      on b.engagement = d.engagement and b.session = d.session and b.asset_id = d.target_id
    left join served o on o.application_id = d.source_id and o.asset_id = d.target_id
    left join discovery.graph_node n
      on n.engagement = d.engagement and n.session = d.session and n.asset_id = d.source_id
    left join discovery.graph_node m
      on m.engagement = d.engagement and m.session = d.session and m.asset_id = d.target_id
    where d.engagement = %(engagement)s and d.session = %(session)s and s."group" <> t."group"
    group by 1, 2, 3, 4, 5
    order by s.wave, t.wave, s."group", t."group", 5
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


def crossing(database: Database, session: SessionKey) -> Sequence[Row]:
    """Count the dependencies between different groups.

    Returns:
        `source, target` (groups), `source_wave, target_wave, infrastructure, edges` and an
        `example`: source, relation and target of one of them.
    """
    with database.reader([session.engagement]) as connection:
        connection.execute("set local enable_nestloop = off")  # see `listing.every`
        loose, given = _loose_placements()
        query = _CROSSING.format(loose=loose)
        rows = connection.execute(query, {**_keys(session), **given}).fetchall()
    return [{**row, "example": row["example"][0]} for row in rows]


def placed(database: Database, session: SessionKey, groups: Collection[str]) -> Sequence[Row]:
    """List the assets of these groups: `group, strategy, id, name, type`."""
    with database.reader([session.engagement]) as connection:
        return connection.execute(_PLACED, {**_keys(session), "groups": list(groups)}).fetchall()


def _loose_placements() -> tuple[str, dict[str, str | list[str]]]:
    """The condition of edges of placements that tie nothing (`planning.yaml`), and its values."""
    conditions, given = list[str](), dict[str, str | list[str]]()
    for number, rule in enumerate(load("planning")["loose_placements"]):
        conditions.append(
            f"(d.relation = %(relation_{number})s and a.type = any (%(sources_{number})s)"
            f" and b.type = any (%(targets_{number})s))"
        )
        given |= {
            f"relation_{number}": rule["relation"],
            f"sources_{number}": rule["source"],
            f"targets_{number}": rule["target"],
        }
    return " or ".join(conditions), given


def _keys(session: SessionKey) -> dict[str, str]:
    return {"engagement": str(session.engagement), "session": session.session}

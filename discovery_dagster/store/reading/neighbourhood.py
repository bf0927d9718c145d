"""The dependencies around assets, step by step outwards, and where one can start from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import DictRow

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.reading.listing import Criteria, Row, conditions
from discovery_dagster.store.reading.lists import DEPENDENCIES

#: Dependencies that are read at most, the best evidenced first; what is beyond is counted.
MOST_EDGES = 5_000

#: Assets of an application that are read at most.
MOST_MEMBERS = 2_000

#: Applications to start from, those with most assets first.
MOST_APPLICATIONS = 500

#: Exports write one application as `Webshop` and as `WEBSHOP`: the commonest spelling stands.
_APPLICATIONS = """
    select mode() within group (order by name) as name, count(*)::int as assets from (
        select a.name from discovery.asset a
        where a.engagement = %(engagement)s and a.session = %(session)s and a.type = 'application'
          and a.name is not null
        union all
        select unnest(a.applications) from discovery.asset a
        where a.engagement = %(engagement)s and a.session = %(session)s
          and cardinality(a.applications) = 1 and a.type <> 'application'
    ) as named group by lower(name) order by count(*) desc, 1 limit %(most)s
"""

_MEMBERS = """
    select asset_id from discovery.asset
    where engagement = %(engagement)s and session = %(session)s
      and ((type = 'application' and lower(name) = lower(%(name)s))
           or (type <> 'application' and cardinality(applications) = 1
               and lower(applications[1]) = lower(%(name)s)))
    order by seq limit %(most)s
"""

_ASSETS = """
    select r.asset_id as id, r.name, r.type, r.environment, r.applications, p."group", p.wave
    from discovery.asset r
    left join discovery.plan_placement p
      on p.engagement = r.engagement and p.session = r.session and p.asset_id = r.asset_id
    where r.engagement = %(engagement)s and r.session = %(session)s
      and r.asset_id = any (%(ids)s)
"""


@dataclass(frozen=True)
class Surroundings:
    """Dependencies and their assets by id; `beyond` dependencies more were not read."""

    edges: Sequence[Row]
    assets: Mapping[str, Row]
    beyond: int


def applications(database: Database, session: SessionKey) -> Sequence[Row]:
    """List applications with the number of their assets: `name`, `assets`, by name."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            _APPLICATIONS, {**_keys(session), "most": MOST_APPLICATIONS}
        ).fetchall()
    return sorted(rows, key=lambda row: row["name"].casefold())


def members(database: Database, session: SessionKey, application: str) -> Sequence[str]:
    """Return the ids of an application and of the assets that belong to it alone."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            _MEMBERS, {**_keys(session), "name": application, "most": MOST_MEMBERS}
        ).fetchall()
    return [row["asset_id"] for row in rows]


def around(
    database: Database,
    session: SessionKey,
    focus: Collection[str],
    criteria: Criteria,
    *,
    depth: int = 1,
    through_infrastructure: bool = False,
) -> Surroundings:
    """Return the dependencies around the focus that fit.

    Args:
        database: the project's.
        session: whose.
        focus: ids of the assets in the middle.
        criteria: filters of `DEPENDENCIES`; its order and page are not looked at.
        depth: steps outwards.
        through_infrastructure: whether the next step also goes on from shared infrastructure,
            behind which nearly everything is a neighbour of everything.
    """
    with database.reader([session.engagement]) as connection:
        edges_by_seq: dict[int, Row] = {}
        beyond, seen, edge_of_map = 0, set(focus), set(focus)
        for _ in range(depth):
            rows, more = _ring(
                connection, session, edge_of_map, criteria, MOST_EDGES - len(edges_by_seq)
            )
            beyond += more
            edges_by_seq |= {row.pop("seq"): row for row in rows}
            ends = {
                end
                for row in rows
                if through_infrastructure or not row["infrastructure"]
                for end in (row["source_id"], row["target_id"])
            }
            edge_of_map = ends - seen - {None}
            seen |= edge_of_map
            if not edge_of_map:
                break
        edges = [edges_by_seq[seq] for seq in sorted(edges_by_seq)]
        ids = {end for row in edges for end in (row["source_id"], row["target_id"])} | set(focus)
        assets = connection.execute(_ASSETS, {**_keys(session), "ids": list(ids - {None})})
        return Surroundings(edges, {row["id"]: row for row in assets.fetchall()}, beyond)


def _ring(
    connection: Connection[DictRow],
    session: SessionKey,
    ids: Collection[str],
    criteria: Criteria,
    most: int,
) -> tuple[list[Row], int]:
    """The dependencies of these assets, and how many more there are than were read."""
    where, values = conditions(session, DEPENDENCIES, criteria)
    here = "(r.source_id = any (%(ids)s) or r.target_id = any (%(ids)s))"
    values |= {"ids": list(ids), "most": max(most, 0)}
    rows = connection.execute(
        f"select r.seq, {DEPENDENCIES.document} from {DEPENDENCIES.table} r"
        f" where {where} and {here}"
        f" order by r.infrastructure is not null, r.confidence desc, r.seq limit %(most)s",
        values,
    ).fetchall()
    if len(rows) < most:
        return rows, 0
    counted = connection.execute(
        f"select count(*)::int as number from {DEPENDENCIES.table} r where {where} and {here}",
        values,
    ).fetchone()
    return rows, (counted["number"] if counted else 0) - len(rows)


def _keys(session: SessionKey) -> dict[str, str]:
    return {"engagement": str(session.engagement), "session": session.session}

"""What an asset reaches in the graph of a session, without loading the graph.

Connections to infrastructure are left out, as they are of components and blast radius.
"""

from typing import Any, Final

from psycopg import Connection
from psycopg.rows import DictRow

from discovery_dagster.domain.dependencies.citation import describe_edge
from discovery_dagster.domain.graph.impact import Direction, reach
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database

#: Assets that are told of each direction at most, the nearest; the others are counted.
MOST: Final = 500

_IN_SESSION = "d.engagement = %(engagement)s and d.session = %(session)s"
_COUNTS = "d.resolved and d.infrastructure is null"

#: A recursive `union` keeps each asset once, so cycles end it; indexes serve every step.
_EDGES = """
    with recursive reached(asset_id) as (
        select %(asset)s::text
        union
        select d.{there} from discovery.dependency d join reached r on d.{here} = r.asset_id
        where {where}
    )
    select d.edge, d.source_id, d.target_id, d.confidence
    from discovery.dependency d join reached r on d.{here} = r.asset_id where {where}
    order by d.edge
"""

_EXPLAINED = f"""
    select d.edge, d.source, d.target, d.source_id, d.target_id, d.relation, d.port, d.protocol,
           d.service, d.status, d.confidence, d.evidence
    from discovery.dependency d where {_IN_SESSION} and d.edge = any (%(edges)s)
"""

_ASSETS = f"""
    select d.asset_id as id, d.name, d.type, d.environment, d.criticality, p."group", p.wave
    from discovery.asset d
    left join discovery.plan_placement p using (engagement, session, asset_id)
    where {_IN_SESSION} and d.asset_id = any (%(assets)s)
"""

_LEFT_OUT = f"""
    select count(*)::int as number from discovery.dependency d
    where {_IN_SESSION} and d.infrastructure is not null
      and (d.source_id = %(asset)s or d.target_id = %(asset)s)
"""


def impact(
    database: Database, session: SessionKey, asset_id: str, most: int = MOST
) -> dict[str, Any] | None:
    """Say what needs an asset, and what it needs, directly or not.

    Returns:
        `asset`, and for `needed_by` and `needs` each `total` and `assets`: the nearest `most`,
        each with `distance`, `path` (edges, the nearest to the asset first) and `why` (the same in
        words); and `infrastructure`, the edges of the asset that are left out. None when there is
        no such asset.
    """
    keys = {
        "engagement": str(session.engagement),
        "session": session.session,
        "asset": asset_id,
    }
    with database.reader([session.engagement]) as connection:
        own = connection.execute(_ASSETS, {**keys, "assets": [asset_id]}).fetchone()
        if own is None:
            return None
        left_out = connection.execute(_LEFT_OUT, keys).fetchone()
        return {
            "asset": own,
            "needed_by": _direction(connection, keys, "needed_by", most),
            "needs": _direction(connection, keys, "needs", most),
            "infrastructure": left_out["number"] if left_out else 0,
        }


def _direction(
    connection: Connection[DictRow], keys: dict[str, str], direction: Direction, most: int
) -> dict[str, Any]:
    ends = ("target_id", "source_id") if direction == "needed_by" else ("source_id", "target_id")
    query = _EDGES.format(here=ends[0], there=ends[1], where=f"{_IN_SESSION} and {_COUNTS}")
    reached = reach(keys["asset"], connection.execute(query, keys).fetchall(), direction)
    shown = reached[:most]
    numbers = sorted({number for one in shown for number in one.path})
    edges = {
        row["edge"]: row
        for row in connection.execute(_EXPLAINED, {**keys, "edges": numbers}).fetchall()
    }
    assets = {
        row["id"]: row
        for row in connection.execute(
            _ASSETS, {**keys, "assets": [one.asset_id for one in shown]}
        ).fetchall()
    }
    return {
        "total": len(reached),
        "assets": [
            {
                **assets[one.asset_id],
                "distance": one.distance,
                "path": [edges[number] for number in one.path],
                "why": [describe_edge(edges[number]) for number in one.path],
            }
            for one in shown
        ],
    }

"""Everything that explains one asset of a session: its judgement, edges, group, wave and limits."""

from typing import Any

from discovery_dagster.domain.decisions.constraints import resolve_constraints
from discovery_dagster.domain.dependencies.citation import describe_edge
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.reading.assets import asset as read_asset
from discovery_dagster.store.reading.naming import named_assets, served

_KEYS = "engagement = %(engagement)s and session = %(session)s"

_EDGES = f"""
    select edge, source, target, source_id, target_id, relation, port, protocol, service, status,
           confidence, resolved, infrastructure, evidence
    from discovery.dependency
    where {_KEYS} and (source_id = %(asset)s or target_id = %(asset)s)
    order by confidence desc, edge
"""
_NODE = f"select * from discovery.graph_node where {_KEYS} and asset_id = %(asset)s"
_GROUP = f"""
    select "group", wave, assets, reason, cycle from discovery.plan_group
    where {_KEYS} and "group" = %(group)s
"""
_READINESS = f"""
    select readiness, targets, findings, sized_cores, sized_memory_gb, sizing
    from discovery.asset_readiness where {_KEYS} and asset_id = %(asset)s
"""
_CONFLICTS = f"""
    select "constraint", message from discovery.plan_conflict where {_KEYS} order by seq
"""


def why(database: Database, session: SessionKey, asset_id: str) -> dict[str, Any] | None:
    """Explain one asset.

    Returns:
        `asset` (as exported, with its rationale), `placement` (`group`, `wave`, `reason`,
        `strategy`, `strategy_reason`), `group`, `graph`, `needs` and `needed_by` (edges, each with
        `why` in words), `constraints` (those that name the asset, each with `conflicts`) and
        `readiness` (`readiness`, `targets`, `findings`, sizes; None of what is not judged). None
        when there is no such asset. What was not made yet is None or empty.
    """
    row = read_asset(database, session, asset_id)
    if row is None:
        return None
    keys = {
        "engagement": str(session.engagement),
        "session": session.session,
        "asset": asset_id,
        "group": row["group"],
    }
    with database.reader([session.engagement]) as connection:
        edges = connection.execute(_EDGES, keys).fetchall()
        node = connection.execute(_NODE, keys).fetchone()
        ready = connection.execute(_READINESS, keys).fetchone()
        group = connection.execute(_GROUP, keys).fetchone()
        conflicts = connection.execute(_CONFLICTS, keys).fetchall()
    explained = [{**edge, "why": describe_edge(edge)} for edge in edges]
    hidden = {"engagement", "session", "seq", "asset_id"}
    in_force = constraints.current(database, session.engagement)
    about = (
        resolve_constraints(
            in_force, named_assets(database, session), served(database, session)
        ).about(asset_id)
        if in_force
        else []
    )
    return {
        "asset": row,
        "placement": {
            "group": row["group"],
            "wave": row["wave"],
            "reason": row["plan_reason"],
            "strategy": row["strategy"],
            "strategy_reason": row["strategy_reason"],
        },
        "group": group,
        "readiness": ready,
        "graph": {k: v for k, v in node.items() if k not in hidden} if node else None,
        "needs": [edge for edge in explained if edge["source_id"] == asset_id],
        "needed_by": [edge for edge in explained if edge["target_id"] == asset_id],
        "constraints": [
            {
                "id": one.id,
                "kind": one.kind,
                "sentence": one.sentence,
                "conflicts": [c["message"] for c in conflicts if c["constraint"] == one.id],
            }
            for one in about
        ],
    }

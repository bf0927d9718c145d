"""Interfaces between applications, rolled up from what is declared and from their members.

A declared interface that connections of their members show is confirmed; one never seen is declared
only; one that is seen but not declared is observed only. What several applications share
shows an interface of none of them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from discovery_dagster.domain.applications.model import Deployments
from discovery_dagster.domain.dependencies.citation import describe_edge
from discovery_dagster.domain.tables import INTERFACES, Edges, Interfaces, conform
from discovery_dagster.domain.tables.words import EdgeStatus, EvidenceKind, Relation


@dataclass
class _Interface:
    declared: dict[str, Any] | None = None  # the edge that says so
    seen: dict[str, Any] | None = None  # the edge most often observed
    most: int = 0
    connections: int = 0
    ports: set[int] = field(default_factory=set)
    edges: list[int] = field(default_factory=list)


def interfaces(edges: Edges, deployments: Deployments) -> Interfaces:
    """Return the interfaces of a session.

    Args:
        edges: `EDGES`.
        deployments: of the session.

    Returns:
        `INTERFACES`, ordered by the names of both ends.
    """
    needs = edges.filter(
        "resolved",
        pl.col("infrastructure").is_null(),
        pl.col("relation").is_in([Relation.DEPENDS_ON, Relation.CONNECTS_TO]),
    )
    # Rows with their evidence are dear to convert, and most edges join no two applications.
    serving = {asset: asset for asset in deployments.applications} | {
        asset: application for asset, (application, _) in deployments.of.items()
    }
    ends = {
        end: pl.col(f"{end}_id").replace_strict(serving, default=None, return_dtype=pl.String)
        for end in ("source", "target")
    }
    between = needs.filter(ends["source"] != ends["target"])
    pairs: dict[tuple[str, str], _Interface] = defaultdict(_Interface)
    for edge in between.iter_rows(named=True):
        source, target = serving[edge["source_id"]], serving[edge["target_id"]]
        one = pairs[source, target]
        one.edges.append(edge["edge"])
        kinds = {piece["kind"] for piece in edge["evidence"]}
        if "declared" in kinds and (one.declared is None or edge["source_id"] == source):
            one.declared = edge
        seen = sum(
            piece["count"] or 0
            for piece in edge["evidence"]
            if piece["kind"] == EvidenceKind.OBSERVED
        )
        if seen:
            one.connections += seen
            one.ports |= {edge["port"]} - {None}
            if seen > one.most:
                one.seen, one.most = edge, seen
    rows = [
        _row(source, target, one, deployments.names)
        for (source, target), one in pairs.items()
        if one.declared or one.seen
    ]
    frame = pl.DataFrame(rows, schema=dict(INTERFACES))
    return conform(frame.sort("source", "target", "source_id", "target_id"), INTERFACES)


def _row(source: str, target: str, one: _Interface, names: Mapping[str, str]) -> dict[str, object]:
    status = EdgeStatus.OBSERVED_ONLY
    if one.declared:
        status = EdgeStatus.CONFIRMED if one.seen else EdgeStatus.DECLARED_ONLY
    return {
        "source": names[source],
        "target": names[target],
        "source_id": source,
        "target_id": target,
        "status": status,
        "ports": sorted(one.ports),
        "connections": one.connections,
        "evidence": describe_edge(one.declared or one.seen or {}),
        "edges": sorted(one.edges),
    }

"""Cycles of needs as sets that move together, and the cheapest edges to cut them open by.

What an edge costs is what speaks for it (`planning.yaml`, `cut`): an inferred need is cut before
one that is declared and seen a thousand times. A placement is never cheap.
"""

from math import log10

import polars as pl

from discovery_dagster.domain.dependencies.citation import describe_edge
from discovery_dagster.domain.graph.feedback_arcs import cheapest
from discovery_dagster.domain.tables import (
    CYCLES,
    ClassifiedAssets,
    Cycles,
    Edges,
    GraphNodes,
    conform,
)
from discovery_dagster.domain.tables.words import EvidenceKind
from discovery_dagster.reference import load


def cycles(assets: ClassifiedAssets, edges: Edges, nodes: GraphNodes) -> Cycles:
    """Return the cycles of the graph, the largest first.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        nodes: `GRAPH_NODES`.

    Returns:
        `CYCLES`. In a set of more edges than `cut.limit` none is proposed: its `cuts` are null.
    """
    rules = load("planning")["cut"]
    inside = nodes.filter("in_cycle").select("asset_id", "strong_component")
    named = inside.join(assets.select("asset_id", "name"), on="asset_id").sort("name", "asset_id")
    number = named.with_row_index("node").select("asset_id", "node", "strong_component")
    within = (
        edges.filter("resolved", pl.col("infrastructure").is_null())
        .join(number.rename({"asset_id": "source_id", "node": "a"}), on="source_id")
        .join(number.rename({"asset_id": "target_id", "node": "b"}), on="target_id")
        .filter(pl.col("strong_component") == pl.col("strong_component_right"))
        .filter(pl.col("a") != pl.col("b"))
    )
    by_number = {row["edge"]: row for row in within.iter_rows(named=True)}
    rows = []
    by_set = within.partition_by("strong_component", as_dict=True)
    for members in named.partition_by("strong_component", maintain_order=True):
        component = members["strong_component"][0]
        own = by_set[(component,)].sort("edge")
        weighted = [(row["a"], row["b"], _cost(row), row["edge"]) for row in own.to_dicts()]
        cuts = cheapest(weighted, rules["exact"]) if len(weighted) <= rules["limit"] else None
        rows.append(
            {
                "cycle": component,
                "assets": members["name"].to_list(),
                "asset_ids": members["asset_id"].to_list(),
                "edges": own.height,
                "cuts": None if cuts is None else [describe_edge(by_number[edge]) for edge in cuts],
                "cut_edges": cuts,
            }
        )
    return conform(pl.DataFrame(rows, schema=dict(CYCLES)).sort("cycle"), CYCLES)


def _cost(edge: dict[str, object]) -> float:
    rules = load("planning")["cut"]
    evidence = edge["evidence"]
    assert isinstance(evidence, list)  # noqa: S101 - as `EDGES` has it
    seen = sum(piece["count"] or 0 for piece in evidence if piece["kind"] == EvidenceKind.OBSERVED)
    placed = rules["placement"] if edge["relation"] in rules["placements"] else 1
    return float(rules["statuses"][edge["status"]] * (1 + log10(1 + seen)) * placed)

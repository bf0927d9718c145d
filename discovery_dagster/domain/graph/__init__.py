"""The dependency graph: components, cycles, hubs, depth and blast radius of each asset.

What the graph is asked for is here; how it is computed is in `digraph` and `reach`. What
moves together is not decided here but in `plan`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from discovery_dagster.domain.applications import deployments
from discovery_dagster.domain.graph import shared_services, single_points
from discovery_dagster.domain.graph.digraph import Digraph, Numbers
from discovery_dagster.domain.graph.reach import ancestors
from discovery_dagster.domain.stages import no_advance
from discovery_dagster.domain.tables import (
    GRAPH_NODES,
    ClassifiedAssets,
    Edges,
    GraphNodes,
    conform,
)
from discovery_dagster.reference import load

#: Of `analyse`: components, reach, single points of failure.
STAGES: Final = 3

_NUMBER: Final = pl.col("number").cast(pl.Int64)


def analyse(
    assets: ClassifiedAssets,
    edges: Edges,
    decisions: Mapping[str, tuple[bool, str]] | None = None,
    advance: Callable[[], None] = no_advance,
) -> GraphNodes:
    """Describe each asset as a node of the graph of resolved edges.

    Fan-in, fan-out and hubs count every resolved edge. The rest leaves out connections to
    infrastructure: every asset asks the name server and the monitoring asks every asset, so with
    them an estate is one component and, where assets also report to the monitoring, one cycle.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        decisions: of people, about assets that serve the whole estate; see `shared_services`.
        advance: called at the end of each of `STAGES` stages.

    Returns:
        `GRAPH_NODES`, ordered by name, then id. `blast_radius` is exact, or null in a component
        that is too large to count (`blast_radius_limit` in `planning.yaml`).
    """
    rules = load("planning")
    ordered = assets.sort("name", "asset_id")
    every = digraph(ordered, edges)
    needs = digraph(ordered, edges.filter(pl.col("infrastructure").is_null()))
    weak, strong = needs.components("weak"), needs.components("strong")
    advance()
    sets = needs.condensed(strong)
    depth = sets.depth()
    fan_in = np.bincount(every.target, minlength=every.size)
    component = np.zeros(sets.size, np.int64)
    component[strong] = weak
    needing, counted = ancestors(sets, depth, strong, component, rules["blast_radius_limit"])
    advance()
    shared = shared_services.recognise(assets, edges, decisions or {})
    points, why = _single_points(assets, edges, ordered["asset_id"].to_list(), shared["asset_id"])
    nodes = pl.DataFrame(
        {
            "asset_id": ordered["asset_id"],
            "component": _numbered(weak),
            "strong_component": _numbered(strong),
            "in_cycle": np.bincount(strong, minlength=sets.size)[strong] > 1,
            "fan_in": fan_in,
            "fan_out": np.bincount(every.source, minlength=every.size),
            "depth": depth[strong],
            "blast_radius": pl.Series(needing[strong] - 1).set(pl.Series(~counted[strong]), None),
            "hub": fan_in >= _hub_threshold(rules["hub"], assets.height),
            "single_point": pl.Series(points, dtype=pl.Boolean),
            "single_point_reason": pl.Series(why, dtype=pl.String),
        }
    )
    advance()
    nodes = nodes.join(shared, on="asset_id", how="left", maintain_order="left")
    return conform(nodes.cast(pl.Schema(dict(GRAPH_NODES))), GRAPH_NODES)


def digraph(assets: pl.DataFrame, edges: pl.DataFrame) -> Digraph:
    """Return the graph of the resolved `edges`; nodes are the rows of `assets`."""
    numbers = assets.select("asset_id").with_row_index("number").select("asset_id", _NUMBER)
    ends = [
        edges.filter("resolved")
        .select(asset_id=side)
        .join(numbers, on="asset_id", how="left", maintain_order="left")["number"]
        .to_numpy()
        for side in ("source_id", "target_id")
    ]
    return Digraph.of(assets.height, *ends)


def _single_points(
    assets: ClassifiedAssets, edges: Edges, ids: list[str], services: pl.Series
) -> tuple[list[bool | None], list[str | None]]:
    """Whether each asset is a single point of failure, and what it stops; null if too many."""
    deployed = deployments.find(assets, edges)
    reasons = single_points.single_points(assets, edges, deployed, services.to_list())
    if reasons is None:
        return [None] * len(ids), [None] * len(ids)
    return [asset in reasons for asset in ids], [reasons.get(asset) for asset in ids]


def _numbered(label: Numbers) -> Numbers:
    """Number components from 1, the largest first, among equals the one with the first asset."""
    _, first, members = np.unique(label, return_index=True, return_counts=True)
    number = np.empty(len(first), np.int64)
    number[np.lexsort((first, -members))] = np.arange(1, len(first) + 1)
    return number[label]


def _hub_threshold(rule: dict[str, Any], assets: int) -> float:
    """Return the fan-in from which an asset is a hub."""
    return float(min(max(rule["share"] * assets, rule["least"]), rule["most"]))

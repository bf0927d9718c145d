"""What a plan would say differently under other constraints, before anybody sets them."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from discovery_dagster.domain.changes import places
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.planning.plan import Plan, PlanSettings, make
from discovery_dagster.domain.tables import (
    PLAN_PLACEMENTS,
    ClassifiedAssets,
    Edges,
    GraphNodes,
    conform,
)


@dataclass(frozen=True)
class PlanPreview:
    """A plan under other constraints, and how it differs from the published one.

    `plan` is the whole of it. `moves` has `asset_id, name, field, before, after`, one row per asset
    whose wave or group is another one; `waves` has `wave, before, after` in assets; `new_conflicts`
    and `ended_conflicts` are rows of `PLAN_CONFLICTS`.
    """

    plan: Plan
    moves: pl.DataFrame
    waves: pl.DataFrame
    new_conflicts: pl.DataFrame
    ended_conflicts: pl.DataFrame


def preview(
    assets: ClassifiedAssets,
    edges: Edges,
    nodes: GraphNodes,
    published: Plan,
    constraints: Sequence[Constraint],
) -> PlanPreview:
    """Make the plan under `constraints` and compare it with the published one.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        nodes: `GRAPH_NODES`.
        published: what the plan says now.
        constraints: all that would be in force.
    """
    plan = make(assets, edges, nodes, PlanSettings(constraints=constraints))
    # A strategy is decided about an asset, not by constraints, and differs for no other reason.
    placements = plan.placements.drop("strategy").join(
        published.placements.select("asset_id", "strategy"), on="asset_id", how="left"
    )
    moves = places.changes(published.placements, conform(placements, PLAN_PLACEMENTS), assets)
    worded = ["kind", "sentence", "message"]  # the number of one that is not set is not known yet
    return PlanPreview(
        plan,
        moves.select("asset_id", "name", "field", "before", "after").sort(
            "name", "asset_id", "field"
        ),
        _sizes(published.waves, plan.waves),
        plan.conflicts.join(published.conflicts, on=worded, how="anti"),
        published.conflicts.join(plan.conflicts, on=worded, how="anti"),
    )


def _sizes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """How many assets each wave has in both plans, 0 where there is no such wave."""
    joined = before.select("wave", before="assets").join(
        after.select("wave", after="assets"), on="wave", how="full", coalesce=True
    )
    return joined.with_columns(pl.col("before", "after").fill_null(0)).sort("wave")

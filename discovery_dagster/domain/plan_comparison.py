"""Two plans of one session under different constraints, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from discovery_dagster.domain.applications.deployments import find
from discovery_dagster.domain.changes import places
from discovery_dagster.domain.decisions.constraints import Constraint, resolve_constraints
from discovery_dagster.domain.graph.ties import planned, ties
from discovery_dagster.domain.planning.parts import with_parts
from discovery_dagster.domain.planning.plan import Plan, PlanSettings, make
from discovery_dagster.domain.tables import (
    ClassifiedAssets,
    Edges,
    GraphNodes,
    PlanPlacements,
)


@dataclass(frozen=True)
class Outcome:
    """What a plan comes to.

    `largest` is the number of assets of its largest wave, `hours` the work that all of it takes,
    `ends` the last day of its windows. `broken` has a row for each need of a later wave: `source,
    source_wave, words, target, target_wave, evidence`. `conflicts` are sentences.
    """

    waves: int
    groups: int
    assets: int
    largest: int
    hours: float
    ends: str | None
    broken: Sequence[dict[str, Any]]
    conflicts: Sequence[str]


@dataclass(frozen=True)
class PlanComparison:
    """Two plans, and what differs.

    `waves` has `wave, left, right` in assets, 0 where there is no such wave. `groups` has `group,
    name, assets, left, right`, one row for each group whose wave is another one; null where the
    plan has no such group, or it does not move. `moves` has `asset_id, name, field, before, after`
    for each asset whose wave or group is another one.
    """

    left: Outcome
    right: Outcome
    waves: pl.DataFrame
    groups: pl.DataFrame
    moves: pl.DataFrame


def compare(
    assets: ClassifiedAssets,
    edges: Edges,
    nodes: GraphNodes,
    left: Sequence[Constraint],
    right: Sequence[Constraint],
) -> PlanComparison:
    """Make the plan under both sets of constraints and compare the two.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        nodes: `GRAPH_NODES`.
        left: all constraints that would be in force.
        right: likewise.
    """
    deployments = find(assets, edges)
    movable = planned(assets).join(
        nodes.select("asset_id", "service"), on="asset_id", how="left", maintain_order="left"
    )
    needs = (
        ties(with_parts(movable, deployments), edges, nodes)
        .filter("orders")
        .join(movable.select(a="node", source_id="asset_id"), on="a")
        .join(movable.select(b="node", target_id="asset_id"), on="b")
    )

    def plan_and_outcome(constraints: Sequence[Constraint]) -> tuple[Plan, Outcome]:
        settings = PlanSettings(constraints=constraints)
        plan = make(assets, edges, nodes, settings, deployments=deployments)
        cuts = resolve_constraints(constraints, assets, deployments.served()).cuts
        return plan, _outcome(plan, _broken(needs, plan.placements, list(cuts)))

    (one, left_outcome), (other, right_outcome) = map(plan_and_outcome, (left, right))
    moves = places.changes(one.placements, other.placements, assets)
    return PlanComparison(
        left_outcome,
        right_outcome,
        _waves(one, other),
        _groups(one, other),
        moves.filter(pl.col("field") != "strategy")
        .select("asset_id", "name", "field", "before", "after")
        .sort("name", "asset_id", "field"),
    )


def _outcome(plan: Plan, broken: Sequence[dict[str, Any]]) -> Outcome:
    sizes = plan.waves["assets"].to_list()
    return Outcome(
        len(sizes),
        plan.groups.height,
        sum(sizes),
        max(sizes, default=0),
        sum(plan.waves["effort_hours"].to_list()),
        max(plan.waves["ends"].drop_nulls().to_list(), default=None),
        broken,
        plan.conflicts["message"].to_list(),
    )


def _broken(
    needs: pl.DataFrame, placements: PlanPlacements, cuts: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """The needs that break while the waves move: what is needed moves later, or is not cut off."""
    at = placements.select("asset_id", "wave")
    cut = pl.DataFrame(cuts, schema={"source_id": pl.String, "target_id": pl.String}, orient="row")
    return (
        needs.join(at.select(source_id="asset_id", source_wave="wave"), on="source_id")
        .join(at.select(target_id="asset_id", target_wave="wave"), on="target_id")
        .filter(pl.col("source_wave") < pl.col("target_wave"))
        .join(cut, on=["source_id", "target_id"], how="anti")
        .unique(["source_id", "target_id"], keep="first", maintain_order=True)
        .select("source", "source_wave", "words", "target", "target_wave", evidence="cite")
        .to_dicts()
    )


def _waves(left: Plan, right: Plan) -> pl.DataFrame:
    joined = left.waves.select("wave", left="assets").join(
        right.waves.select("wave", right="assets"), on="wave", how="full", coalesce=True
    )
    return joined.with_columns(pl.col("left", "right").fill_null(0)).sort("wave")


def _groups(left: Plan, right: Plan) -> pl.DataFrame:
    size = pl.col("assets").list.len()
    both = left.groups.select("group", "name", assets=size, left="wave").join(
        right.groups.select("group", name_right="name", assets_right=size, right="wave"),
        on="group",
        how="full",
        coalesce=True,
    )
    return (
        both.filter(pl.col("left").ne_missing(pl.col("right")))
        .select(
            "group",
            pl.coalesce("name", "name_right"),
            pl.coalesce("assets", "assets_right"),
            "left",
            "right",
        )
        .sort("left", "right", "name", "group", nulls_last=True)
    )

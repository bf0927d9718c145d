"""The migration plan: move groups, waves and 6R hints, each with its reasons.

Put together here from what ties assets (`ties`), what is joined (`grouping`), what is said of it
(`reasons`) and what is to be done with each asset (`strategy`).
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from discovery_dagster.domain import reasons, strategy
from discovery_dagster.domain.digraph import Digraph
from discovery_dagster.domain.frames import PLAN_GROUPS, PLAN_PLACEMENTS, PLAN_WAVES, conform
from discovery_dagster.domain.grouping import groups
from discovery_dagster.domain.ties import planned, ties
from discovery_dagster.reference import load


@dataclass(frozen=True)
class PlanSettings:
    """What a person can set; the defaults are in `planning.yaml`."""

    group_limit: int = field(default_factory=lambda: int(load("planning")["group_limit"]))


@dataclass(frozen=True)
class Plan:
    """`PLAN_PLACEMENTS`, `PLAN_GROUPS` and `PLAN_WAVES`."""

    placements: pl.DataFrame
    groups: pl.DataFrame
    waves: pl.DataFrame


def make(
    assets: pl.DataFrame,
    edges: pl.DataFrame,
    nodes: pl.DataFrame,
    settings: PlanSettings | None = None,
) -> Plan:
    """Say what moves together, and in which order.

    A group is in a later wave than every group that it needs, and no later than that demands: its
    wave is the longest chain of needs below it. The first wave needs no other group.

    Args:
        assets: `CLASSIFIED_ASSETS`; what is outside the estate is not planned.
        edges: `EDGES`.
        nodes: `GRAPH_NODES`.
        settings: the defaults when not given.
    """
    limit = (settings or PlanSettings()).group_limit
    movable = planned(assets)
    found = ties(movable, edges, nodes)
    placed = _placed(movable, found, limit)
    place = placed.select("node", "group", "wave")
    located = found.join(
        place.select(a="node", **{"from": "group"}, from_wave="wave"),
        on="a",
        how="left",
        maintain_order="left",
    ).join(
        place.select(b="node", to="group", to_wave="wave"),
        on="b",
        how="left",
        maintain_order="left",
    )
    placed = placed.with_columns(company=reasons.company(placed, located, edges, limit))
    return Plan(
        _placements(placed, located),
        _groups(placed, located),
        _waves(placed, located),
    )


def _placed(movable: pl.DataFrame, found: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Add `group` and `wave` to the assets, and `cycle`: the cycle that one is in, or null."""
    source, target = (found[side].cast(pl.Int64).to_numpy() for side in ("a", "b"))
    graph = Digraph.of(movable.height, source, target)
    order = zip(source.tolist(), target.tolist(), strict=True)
    group = groups(graph, order, limit, load("planning")["search_limit"])
    wave = graph.condensed(group).depth()[group] + 1
    strong = graph.components("strong")
    in_cycle = np.bincount(strong, minlength=1)[strong] > 1
    numbered = movable.with_columns(
        pl.Series("label", group),
        pl.Series("wave", wave).cast(pl.UInt32),
        pl.when(pl.Series(in_cycle)).then(pl.Series(strong)).alias("cycle"),
    )
    # Groups are numbered by wave, then by their first asset; nodes are in the order of names.
    first = numbered.group_by("label").agg(pl.col("node").min(), pl.col("wave").first())
    names = first.sort("wave", "node").with_row_index("number", offset=1)
    width = max(3, len(str(names.height)))
    named = names.select("label", group="G" + pl.col("number").cast(pl.String).str.zfill(width))
    return numbered.join(named, on="label", how="left", maintain_order="left")


def _placements(placed: pl.DataFrame, located: pl.DataFrame) -> pl.DataFrame:
    """One row an asset: why it is in its group, and why in its wave."""
    own = reasons.position(located, "a").rename({"a": "node"})
    theirs = reasons.position(located, "from").rename({"from": "group"})
    told = placed.join(own, on="node", how="left", maintain_order="left").join(
        theirs, on="group", how="left", maintain_order="left", suffix="_of_group"
    )
    order = (
        pl.when(pl.col("target").is_not_null())
        .then(
            pl.format(
                "In wave {} because it needs {} in wave {} ({}).",
                "wave",
                "target",
                "to_wave",
                "cite",
            )
        )
        .when(pl.col("target_of_group").is_not_null())
        .then(
            pl.format(
                "In wave {} because its group needs {} in wave {}: {}.",
                "wave",
                "target_of_group",
                "to_wave_of_group",
                "said_of_group",
            )
        )
        .otherwise(pl.format("In wave {} because its group needs no other.", "wave"))
    )
    rows = told.with_columns(strategy.hints(), reason=pl.format("{} {}", "company", order))
    ordered = rows.sort("wave", "group", "node").select(list(PLAN_PLACEMENTS))
    return conform(ordered, PLAN_PLACEMENTS)


def _groups(placed: pl.DataFrame, located: pl.DataFrame) -> pl.DataFrame:
    """One row a group: what holds it together, and why it is in its wave."""
    members = placed.group_by("group").agg(
        pl.col("wave").first(),
        pl.col("name").sort().alias("assets"),
        pl.col("company").first(),
        pl.col("name").filter(pl.col("cycle").is_not_null()).sort().alias("cycling"),
    )
    inside = located.filter(pl.col("from") == pl.col("to")).sort("tie")
    strongest = inside.unique("from", keep="first", maintain_order=True).select(
        group="from", tie=pl.format("{} {} {} ({})", "source", "words", "target", "cite")
    )
    before = reasons.position(located, "from").rename({"from": "group"})
    told = members.join(strongest, on="group", how="left").join(before, on="group", how="left")
    size = pl.col("assets").list.len()
    together = (
        pl.when(size > 1)
        .then(pl.format("{} assets tied together, most strongly: {}.", size, "tie"))
        .otherwise("company")
    )
    cycle = pl.when(pl.col("cycling").list.len() > 0).then(
        pl.format(" In a cycle of needs: {}.", reasons.listed(pl.col("cycling")))
    )
    order = (
        pl.when(pl.col("target").is_not_null())
        .then(
            pl.format(
                " In wave {} because {} is in wave {}: {}.", "wave", "target", "to_wave", "said"
            )
        )
        .otherwise(pl.lit(" Needs no other group."))
    )
    rows = told.with_columns(
        reason=pl.concat_str(together, cycle.fill_null(""), order),
        cycle=pl.col("cycling").list.len() > 0,
    )
    return conform(rows.sort("wave", "group").select(list(PLAN_GROUPS)), PLAN_GROUPS)


def _waves(placed: pl.DataFrame, located: pl.DataFrame) -> pl.DataFrame:
    """One row a wave, and why it comes after the one before."""
    members = placed.group_by("wave").agg(
        pl.col("group").unique().sort().alias("groups"),
        pl.len().cast(pl.UInt32).alias("assets"),
    )
    example = reasons.position(located, "from_wave").select(
        pl.col("from_wave").alias("wave"), "said"
    )
    after = pl.format(
        "Each of its groups needs one in wave {}: for instance {}.", pl.col("wave") - 1, "said"
    )
    rows = members.join(example, on="wave", how="left").with_columns(
        reason=pl.when(pl.col("wave") > 1)
        .then(after)
        .otherwise(pl.lit("Its groups need no other group."))
    )
    return conform(rows.sort("wave").select(list(PLAN_WAVES)), PLAN_WAVES)

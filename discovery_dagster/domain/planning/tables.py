"""The tables of a plan: one sentence for each asset, group and wave, and for what cannot hold."""

from collections.abc import Mapping, Sequence

import polars as pl

from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.planning import reasons, strategy
from discovery_dagster.domain.planning.calendar import Window, dated
from discovery_dagster.domain.tables import (
    PLAN_CONFLICTS,
    PLAN_GROUPS,
    PLAN_PLACEMENTS,
    PLAN_WAVES,
    PlanConflicts,
    PlanGroups,
    PlanPlacements,
    PlanWaves,
    conform,
)
from discovery_dagster.domain.texts import formatted


def placements(
    placed: pl.DataFrame,
    located: pl.DataFrame,
    alternatives: pl.DataFrame,
    every: pl.DataFrame,
    staying: Mapping[str, str],
    by_rule: pl.DataFrame,
) -> PlanPlacements:
    """Return `PLAN_PLACEMENTS`: one row per asset, why it is in its group, and why in its wave.

    Args:
        placed: the assets that move, with `node`, `group`, `wave`, `companions` and `late`.
        located: ties between them, each with the groups and waves of both ends.
        alternatives: `reasons.alternatives`.
        every: all assets of the plan.
        staying: why each asset that does not move stays, by its id.
        by_rule: as `moving.staying` returns.
    """
    own = reasons.position(located, "a").rename({"a": "node"})
    theirs = reasons.position(located, "from").rename({"from": "group"})
    explained = (
        placed.join(own, on="node", how="left", maintain_order="left")
        .join(theirs, on="group", how="left", maintain_order="left", suffix="_of_group")
        .join(alternatives, on="group", how="left", maintain_order="left")
    )
    instead = pl.col("instead").fill_null("")
    order = (
        pl.when(pl.col("late").is_not_null())
        .then(formatted("In wave {} because {}.", "wave", "late"))
        .when(pl.col("target").is_not_null())
        .then(
            formatted(
                "In wave {} because it needs {} in wave {} ({}){}.",
                "wave",
                "target",
                "to_wave",
                "cite",
                instead,
            )
        )
        .when(pl.col("target_of_group").is_not_null())
        .then(
            formatted(
                "In wave {} because its group needs {} in wave {}: {}{}.",
                "wave",
                "target_of_group",
                "to_wave_of_group",
                "sentence_of_group",
                instead,
            )
        )
        .otherwise(formatted("In wave {} because its group needs no other.", "wave"))
    )
    moving = explained.with_columns(reason=formatted("{} {}", "companions", order))
    still = every.filter(pl.col("asset_id").is_in(list(staying))).with_columns(
        pl.col("asset_id").replace_strict(staying, return_dtype=pl.String).alias("reason")
    )
    rows = strategy.with_hints(pl.concat([moving, still], how="diagonal_relaxed"))
    rows = strategy.of_rules(rows, by_rule)
    ordered = rows.sort("wave", "group", "node", nulls_last=True).select(list(PLAN_PLACEMENTS))
    return conform(ordered, PLAN_PLACEMENTS)


def groups(placed: pl.DataFrame, located: pl.DataFrame, alternatives: pl.DataFrame) -> PlanGroups:
    """Return `PLAN_GROUPS`: one row per group, what holds it together, and why it has its wave."""
    members = placed.group_by("group").agg(
        pl.col("wave", "late").first(),
        pl.col("group_name").first(),
        pl.col("name").sort().alias("assets"),
        pl.col("companions").first(),
        pl.col("companions").str.starts_with("Collected").all().alias("collected"),
        pl.col("name").filter(pl.col("cycle").is_not_null()).sort().alias("cycling"),
    )
    inside = located.filter(pl.col("from") == pl.col("to")).sort("tie")
    strongest = inside.unique("from", keep="first", maintain_order=True).select(
        group="from", tie=formatted("{} {} {} ({})", "source", "words", "target", "cite")
    )
    before = reasons.position(located, "from").rename({"from": "group"})
    explained = (
        members.join(strongest, on="group", how="left")
        .join(before, on="group", how="left")
        .join(alternatives, on="group", how="left")
    )
    size = pl.col("assets").list.len()
    together = (
        pl.when(size == 1)
        .then("companions")
        .when(pl.col("tie").is_not_null())
        .then(formatted("{} assets tied together, most strongly: {}.", size, "tie"))
        .when(pl.col("collected"))
        .then(
            formatted(
                "{} assets of one kind, which belong to no application and which nothing ties:"
                " who owns them?",
                size,
            )
        )
        .otherwise(formatted("{} assets that must go together.", size))
    )
    cycle = pl.when(pl.col("cycling").list.len() > 0).then(
        formatted(" In a cycle of needs: {}.", reasons.listed(pl.col("cycling")))
    )
    order = (
        pl.when(pl.col("late").is_not_null())
        .then(formatted(" In wave {} because {}.", "wave", "late"))
        .when(pl.col("target").is_not_null())
        .then(
            formatted(
                " In wave {} because {} is in wave {}: {}{}.",
                "wave",
                "target",
                "to_wave",
                "sentence",
                pl.col("instead_in_full").fill_null(""),
            )
        )
        .otherwise(pl.lit(" Needs no other group."))
    )
    rows = explained.rename({"group_name": "name"}).with_columns(
        reason=pl.concat_str(together, cycle.fill_null(""), order),
        cycle=pl.col("cycling").list.len() > 0,
    )
    return conform(rows.sort("wave", "name", "group").select(list(PLAN_GROUPS)), PLAN_GROUPS)


def waves(
    placed: pl.DataFrame,
    located: pl.DataFrame,
    placements: PlanPlacements,
    held: Mapping[int, Window],
) -> PlanWaves:
    """Return `PLAN_WAVES`: one row per wave, why it comes after the one before, and when.

    Args:
        placed: the assets that move, as for `placements`.
        located: ties between them, likewise.
        placements: `PLAN_PLACEMENTS`.
        held: windows by wave.
    """
    members = placed.group_by("wave").agg(
        pl.col("group").unique().sort().alias("groups"),
        pl.len().cast(pl.UInt32).alias("assets"),
        pl.col("late").drop_nulls().sort().first(),
        limited=pl.col("late").is_not_null().any(),
    )
    example = reasons.position(located, "from_wave").select(
        pl.col("from_wave").alias("wave"), "sentence"
    )
    after = formatted(
        "Each of its groups needs one in wave {}: for instance {}.", pl.col("wave") - 1, "sentence"
    )
    rows = members.join(example, on="wave", how="left").with_columns(
        reason=pl.when(pl.col("limited"))
        .then(
            pl.concat_str(
                formatted("Groups are here and not earlier because {}.", "late"),
                pl.when(pl.col("sentence").is_not_null())
                .then(
                    formatted(" Others need one in the wave before: for instance {}.", "sentence")
                )
                .otherwise(pl.lit("")),
            )
        )
        .when(pl.col("sentence").is_not_null())
        .then(after)
        .otherwise(pl.lit("Its groups need no other group."))
    )
    rows = dated(rows.sort("wave"), placements, placed.select("asset_id", "type"), held)
    return conform(rows.select(list(PLAN_WAVES)), PLAN_WAVES)


def conflicts(unmet: Sequence[tuple[Constraint, str]]) -> PlanConflicts:
    """Return `PLAN_CONFLICTS`: one row per constraint that does not hold, and why."""
    rows = [(one.id, one.kind, one.sentence, message) for one, message in unmet]
    listed = pl.DataFrame(rows, schema=dict(PLAN_CONFLICTS), orient="row")
    return PlanConflicts(listed.sort("constraint", "message"))

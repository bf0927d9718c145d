"""The migration plan: move groups, waves and 6R hints, each with its reasons.

Put together here from what ties assets (`ties`), where each goes (`placing`), what people set
(`constraints`), what is said of it (`reasons`) and what is to be done with each asset (`strategy`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from discovery_dagster.domain.frames import (
    PLAN_CONFLICTS,
    PLAN_GROUPS,
    PLAN_PLACEMENTS,
    PLAN_WAVES,
    conform,
)
from discovery_dagster.domain.graph.ties import planned, ties
from discovery_dagster.domain.planning import reasons, strategy
from discovery_dagster.domain.planning.conflicts import find_conflicts
from discovery_dagster.domain.planning.constraints import Constraint, Meant, meant
from discovery_dagster.domain.planning.placing import Placed, place
from discovery_dagster.domain.stages import unheard
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

#: Of `make`: what ties assets, where each goes, what speaks for it.
STAGES = 3


@dataclass(frozen=True)
class PlanSettings:
    """What a person can set; the defaults are in `planning.yaml`."""

    group_limit: int = field(default_factory=lambda: int(load("planning")["group_limit"]))
    constraints: Sequence[Constraint] = ()


@dataclass(frozen=True)
class Plan:
    """`PLAN_PLACEMENTS`, `PLAN_GROUPS`, `PLAN_WAVES` and `PLAN_CONFLICTS`."""

    placements: pl.DataFrame
    groups: pl.DataFrame
    waves: pl.DataFrame
    conflicts: pl.DataFrame


def make(
    assets: pl.DataFrame,
    edges: pl.DataFrame,
    nodes: pl.DataFrame,
    settings: PlanSettings | None = None,
    passed: Callable[[], None] = unheard,
) -> Plan:
    """Say what moves together, and in which order.

    A group is in a later wave than every group that it needs, and no later than that and what
    people set demand. The first wave needs no other group.

    Args:
        assets: `CLASSIFIED_ASSETS`; what is outside the estate is not planned.
        edges: `EDGES`.
        nodes: `GRAPH_NODES`.
        settings: the defaults when not given.
        passed: called at the end of each of `STAGES` stages.
    """
    settings = settings or PlanSettings()
    said = meant(settings.constraints, assets)
    limit = said.limit("group_limit") or settings.group_limit
    every = strategy.with_facts(planned(assets), nodes)
    staying, blocked = _staying(every, said)
    movable = every.filter(~pl.col("asset_id").is_in(list(staying))).drop("node")
    movable = movable.with_row_index("node")
    found, idle = _uncut(ties(movable, edges, nodes), movable, said)
    passed()
    where = place(movable, found, limit, said)
    passed()
    placed = _numbered(movable, where, said)
    at = placed.select("node", "label", "group", "wave")
    located = found.join(
        at.select("label", a="node", **{"from": "group"}, from_wave="wave"),
        on="a",
        how="left",
        maintain_order="left",
    ).join(
        at.select(b="node", to="group", to_wave="wave"),
        on="b",
        how="left",
        maintain_order="left",
    )
    placed = placed.with_columns(company=reasons.company(placed, located, edges, limit))
    passed()
    conflicts = [
        *_unknown(said),
        *blocked,
        *idle,
        *find_conflicts(movable, found, where, said, staying),
    ]
    instead = reasons.alternatives(located, where.room)
    return Plan(
        _placements(placed, located, instead, every, staying),
        _groups(placed, located, instead),
        _waves(placed, located),
        _conflicts(conflicts),
    )


def _staying(
    every: pl.DataFrame, said: Meant
) -> tuple[Mapping[str, str], list[tuple[Constraint, str]]]:
    """Why each asset that does not move stays, and which constraints that leaves unmet."""
    names = dict(every.select("asset_id", "name").iter_rows())
    staying = {
        asset: f"Stays where it is. {constraint.sentence}."
        for asset, constraint in said.frozen.items()
        if asset in names
    }
    blocked: dict[str, tuple[Constraint, str]] = {}
    changed = True
    while changed:
        changed = False
        for ids, constraint in said.together:
            held = next((asset for asset in ids if asset in staying), None)
            for asset in ids if held is not None else ():
                if asset not in staying and asset in names:
                    why = f"must go together with {names[held or asset]}, which does not move"
                    staying[asset] = f"Cannot be placed: it {why}. {constraint.sentence}."
                    blocked[asset] = constraint, f"{names[asset]} {why}: it has no wave."
                    changed = True
    return staying, list(blocked.values())


def _uncut(
    found: pl.DataFrame, movable: pl.DataFrame, said: Meant
) -> tuple[pl.DataFrame, list[tuple[Constraint, str]]]:
    """Leave out the ties that people cut; and which of the cuts cut nothing."""
    if not said.cuts:
        return found, []
    ids = movable["asset_id"]
    pairs = list(zip(ids.gather(found["a"]), ids.gather(found["b"]), strict=True))
    known, idle = {pair for pair, orders in zip(pairs, found["orders"], strict=True) if orders}, []
    for (source, target), constraint in said.cuts.items():
        if (source, target) not in known:
            a, b = constraint.names
            other = f" But {b} needs {a}." if (target, source) in known else ""
            idle.append((constraint, f"No need of {a} for {b} is part of this plan.{other}"))
    kept = pl.Series([pair not in said.cuts for pair in pairs], dtype=pl.Boolean)
    return found.filter(kept | ~found["orders"]), idle


def _numbered(movable: pl.DataFrame, where: Placed, said: Meant) -> pl.DataFrame:
    """Add `group`, `wave`, `cycle` (or null), `late` and the constraints about each asset."""
    numbered = movable.with_columns(
        pl.Series("label", where.group, pl.Int64),
        pl.Series("wave", where.wave, pl.UInt32),
        pl.Series("cycle", where.cycle, pl.Int64).replace(-1, None),
    )
    # Groups are numbered by wave, then by their first asset; nodes are in the order of names.
    first = numbered.group_by("label").agg(pl.col("node").min(), pl.col("wave").first())
    ordered = first.sort("wave", "node").with_row_index("number", offset=1)
    width = max(3, len(str(ordered.height)))
    names = movable["name"].to_list()
    late = {
        label: reasons.lateness(label, where, said, names)
        for label, made in where.scheduled.items()
        if made.late is not None
    }
    named = ordered.select(
        "label",
        group="G" + pl.col("number").cast(pl.String).str.zfill(width),
        late=pl.col("label").replace_strict(late, default=None, return_dtype=pl.String),
    )
    return numbered.join(named, on="label", how="left", maintain_order="left")


def _placements(
    placed: pl.DataFrame,
    located: pl.DataFrame,
    alternatives: pl.DataFrame,
    every: pl.DataFrame,
    staying: Mapping[str, str],
) -> pl.DataFrame:
    """One row an asset: why it is in its group, and why in its wave."""
    own = reasons.position(located, "a").rename({"a": "node"})
    theirs = reasons.position(located, "from").rename({"from": "group"})
    told = (
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
                "said_of_group",
                instead,
            )
        )
        .otherwise(formatted("In wave {} because its group needs no other.", "wave"))
    )
    moving = told.with_columns(reason=formatted("{} {}", "company", order))
    still = every.filter(pl.col("asset_id").is_in(list(staying))).with_columns(
        pl.col("asset_id").replace_strict(staying, return_dtype=pl.String).alias("reason")
    )
    rows = pl.concat([moving, still], how="diagonal_relaxed").with_columns(strategy.hints())
    ordered = rows.sort("wave", "group", "node", nulls_last=True).select(list(PLAN_PLACEMENTS))
    return conform(ordered, PLAN_PLACEMENTS)


def _groups(
    placed: pl.DataFrame, located: pl.DataFrame, alternatives: pl.DataFrame
) -> pl.DataFrame:
    """One row a group: what holds it together, and why it is in its wave."""
    members = placed.group_by("group").agg(
        pl.col("wave", "late").first(),
        pl.col("name").sort().alias("assets"),
        pl.col("company").first(),
        pl.col("name").filter(pl.col("cycle").is_not_null()).sort().alias("cycling"),
    )
    inside = located.filter(pl.col("from") == pl.col("to")).sort("tie")
    strongest = inside.unique("from", keep="first", maintain_order=True).select(
        group="from", tie=formatted("{} {} {} ({})", "source", "words", "target", "cite")
    )
    before = reasons.position(located, "from").rename({"from": "group"})
    told = (
        members.join(strongest, on="group", how="left")
        .join(before, on="group", how="left")
        .join(alternatives, on="group", how="left")
    )
    size = pl.col("assets").list.len()
    together = (
        pl.when(size == 1)
        .then("company")
        .when(pl.col("tie").is_not_null())
        .then(formatted("{} assets tied together, most strongly: {}.", size, "tie"))
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
                "said",
                pl.col("instead_in_full").fill_null(""),
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
        pl.col("late").drop_nulls().sort().first(),
        limited=pl.col("late").is_not_null().any(),
    )
    example = reasons.position(located, "from_wave").select(
        pl.col("from_wave").alias("wave"), "said"
    )
    after = formatted(
        "Each of its groups needs one in wave {}: for instance {}.", pl.col("wave") - 1, "said"
    )
    rows = members.join(example, on="wave", how="left").with_columns(
        reason=pl.when(pl.col("limited"))
        .then(
            pl.concat_str(
                formatted("What was set puts groups here: {}.", "late"),
                pl.when(pl.col("said").is_not_null())
                .then(formatted(" Others need one in the wave before: for instance {}.", "said"))
                .otherwise(pl.lit("")),
            )
        )
        .when(pl.col("said").is_not_null())
        .then(after)
        .otherwise(pl.lit("Its groups need no other group."))
    )
    return conform(rows.sort("wave").select(list(PLAN_WAVES)), PLAN_WAVES)


def _unknown(said: Meant) -> list[tuple[Constraint, str]]:
    return [
        (constraint, f"{', '.join(names)}: no asset of this session, or more than one, has this"
         " name; the constraint has no effect.")
        for constraint, names in said.unknown
    ]  # fmt: skip


def _conflicts(found: Sequence[tuple[Constraint, str]]) -> pl.DataFrame:
    """One row a constraint that does not hold, and why."""
    rows = [(one.id, one.kind, one.sentence, message) for one, message in found]
    return pl.DataFrame(rows, schema=dict(PLAN_CONFLICTS), orient="row").sort(
        "constraint", "message"
    )

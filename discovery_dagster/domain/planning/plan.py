"""The migration plan: move groups, waves and 6R hints, each with its reasons.

Put together here from what ties assets (`ties`), where each goes (`placing`), what people set
(`constraints`), its reasons and tables (`reasons`, `tables`) and what is to be done with each asset
(`strategy`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from discovery_dagster.domain.applications.deployments import find
from discovery_dagster.domain.applications.model import Deployments
from discovery_dagster.domain.decisions.constraints import (
    Constraint,
    ResolvedConstraints,
    resolve_constraints,
)
from discovery_dagster.domain.graph.ties import planned, ties
from discovery_dagster.domain.planning import calendar, moving, reasons, strategy, tables
from discovery_dagster.domain.planning.conflicts import find_conflicts
from discovery_dagster.domain.planning.group_names import group_names
from discovery_dagster.domain.planning.parts import with_parts
from discovery_dagster.domain.planning.placing import Placed, place
from discovery_dagster.domain.stages import no_advance
from discovery_dagster.domain.tables import (
    ClassifiedAssets,
    Edges,
    GraphNodes,
    PlanConflicts,
    PlanGroups,
    PlanPlacements,
    PlanWaves,
)
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

    placements: PlanPlacements
    groups: PlanGroups
    waves: PlanWaves
    conflicts: PlanConflicts


def make(
    assets: ClassifiedAssets,
    edges: Edges,
    nodes: GraphNodes,
    settings: PlanSettings | None = None,
    advance: Callable[[], None] = no_advance,
    deployments: Deployments | None = None,
) -> Plan:
    """Say what moves together, and in which order.

    A group is in a later wave than every group that it needs, and no later than that and what
    people set demand. The first wave needs no other group.

    Args:
        assets: `CLASSIFIED_ASSETS`; what is outside the estate is not planned.
        edges: `EDGES`.
        nodes: `GRAPH_NODES`.
        settings: the defaults when not given.
        advance: called at the end of each of `STAGES` stages.
        deployments: of the session; looked for when not given.
    """
    settings, deployments = settings or PlanSettings(), deployments or find(assets, edges)
    constraints = resolve_constraints(settings.constraints, assets, deployments.served())
    limit = constraints.limit("group_limit") or settings.group_limit
    every = moving.with_facts(strategy.with_facts(planned(assets), nodes), edges, deployments)
    by_rule = moving.staying(every)
    staying, blocked = _staying(every, by_rule, constraints)
    movable = every.filter(~pl.col("asset_id").is_in(list(staying))).drop("node")
    movable = movable.with_row_index("node").join(
        nodes.select("asset_id", "service"), on="asset_id", how="left", maintain_order="left"
    )
    movable = with_parts(movable, deployments)
    uncut, idle = _uncut(ties(movable, edges, nodes), movable, constraints)
    advance()
    where = place(movable, uncut, limit, constraints)
    advance()
    placed = _numbered(movable, uncut, where, constraints)
    at = placed.select("node", "label", "group", "wave")
    located = uncut.join(
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
    placed = placed.with_columns(companions=reasons.companions(placed, located, edges, limit))
    advance()
    instead = reasons.alternatives(located, where.room)
    placements = tables.placements(placed, located, instead, every, staying, by_rule)
    held = calendar.windows(constraints)
    waves = tables.waves(placed, located, placements, held)
    names = dict(assets.select("asset_id", "name").iter_rows())
    conflicts = [
        *_unknown(constraints),
        *blocked,
        *idle,
        *find_conflicts(assets, movable, uncut, where, constraints, staying),
        *calendar.broken(waves, placements, names, held, constraints),
    ]
    return Plan(
        placements, tables.groups(placed, located, instead), waves, tables.conflicts(conflicts)
    )


def _staying(
    every: pl.DataFrame, by_rule: pl.DataFrame, constraints: ResolvedConstraints
) -> tuple[Mapping[str, str], list[tuple[Constraint, str]]]:
    """Why each asset that does not move stays, and which constraints that leaves unmet."""
    names = dict(every.select("asset_id", "name").iter_rows())
    not_moving = _staying_by_rule(by_rule, constraints)
    staying = {
        asset: f"Stays where it is. {constraint.sentence}."
        for asset, constraint in constraints.frozen.items()
        if asset in names
    }
    blocked: dict[str, tuple[Constraint, str]] = {}
    changed = True
    while changed:
        changed = False
        for ids, constraint in constraints.together:
            held = next((asset for asset in ids if asset in staying), None)
            for asset in ids if held is not None else ():
                if asset not in staying and asset in names and asset not in not_moving:
                    why = f"must go together with {names[held or asset]}, which does not move"
                    staying[asset] = f"Cannot be placed: it {why}. {constraint.sentence}."
                    blocked[asset] = constraint, f"{names[asset]} {why}: it has no wave."
                    changed = True
    return not_moving | staying, list(blocked.values())


def _staying_by_rule(by_rule: pl.DataFrame, constraints: ResolvedConstraints) -> dict[str, str]:
    """Why each asset does not move by the rules, unless it is pinned."""
    rows = by_rule.select("asset_id", "reason").iter_rows()
    return {asset: reason for asset, reason in rows if asset not in constraints.pinned}


def _uncut(
    ties: pl.DataFrame, movable: pl.DataFrame, constraints: ResolvedConstraints
) -> tuple[pl.DataFrame, list[tuple[Constraint, str]]]:
    """Leave out the ties that people cut; and which of the cuts cut nothing."""
    if not constraints.cuts:
        return ties, []
    ids = movable["asset_id"]
    pairs = list(zip(ids.gather(ties["a"]), ids.gather(ties["b"]), strict=True))
    known, idle = {pair for pair, orders in zip(pairs, ties["orders"], strict=True) if orders}, []
    for (source, target), constraint in constraints.cuts.items():
        if (source, target) not in known:
            a, b = constraint.names
            other = f" But {b} needs {a}." if (target, source) in known else ""
            idle.append((constraint, f"No need of {a} for {b} is part of this plan.{other}"))
    kept = pl.Series([pair not in constraints.cuts for pair in pairs], dtype=pl.Boolean)
    return ties.filter(kept | ~ties["orders"]), idle


def _numbered(
    movable: pl.DataFrame, ties: pl.DataFrame, where: Placed, constraints: ResolvedConstraints
) -> pl.DataFrame:
    """Add `group`, `group_name`, `wave`, `cycle` (or null), and `late` of each asset."""
    numbered = movable.with_columns(
        pl.Series("label", where.group, pl.Int64),
        pl.Series("wave", where.wave, pl.UInt32),
        pl.Series("cycle", where.cycle, pl.Int64).replace(-1, None),
        bonded=pl.col("node").is_in([node for a, b, _ in where.bonds for node in (a, b)]),
    )
    called = group_names(numbered.select(*_NAMING, "label"), pl.concat([ties["a"], ties["b"]]))
    names = movable["name"].to_list()
    late = {
        label: reasons.delay_reason(label, where, constraints, names)
        for label, scheduled in where.scheduled.items()
        if scheduled.late is not None
    }
    rows = [(label, one.id, one.name, late.get(label)) for label, one in called.items()]
    schema = {"label": pl.Int64, "group": pl.String, "group_name": pl.String, "late": pl.String}
    named = pl.DataFrame(rows, schema=schema, orient="row")
    return numbered.join(named, on="label", how="left", maintain_order="left")


#: What names of groups are made from.
_NAMING = (
    *("node", "asset_id", "name", "hostname", "type", "environment", "description", "product"),
    *("deployment", "application", "service", "fan_in"),
)


def _unknown(constraints: ResolvedConstraints) -> list[tuple[Constraint, str]]:
    return [
        (constraint, f"{', '.join(names)}: no asset of this session, or more than one, has this"
         " name; the constraint has no effect.")
        for constraint, names in constraints.unknown
    ]  # fmt: skip

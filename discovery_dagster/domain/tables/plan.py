"""The plan, and what differs from the session before."""

from typing import NewType

import polars as pl

from discovery_dagster.domain.tables.declaring import amount, count, flag, port, text, texts, total
from discovery_dagster.domain.tables.table import StepTable
from discovery_dagster.domain.tables.words import Change, Changed, ReferenceWords

PlanPlacements = NewType("PlanPlacements", pl.DataFrame)
PLAN_PLACEMENTS = StepTable[PlanPlacements](
    "plan_placements",
    doc="One row per asset of the plan: where it moves, and how.",
    columns={
        "asset_id": text(key=True, doc="The asset."),
        "group": text(nullable=True, doc="Its move group; null of what does not move."),
        "wave": count(nullable=True, doc="Its wave; null of what does not move."),
        "strategy": text(words=ReferenceWords.STRATEGIES, doc="A 6R hint, or `unknown`."),
        "strategy_reason": text(nullable=True, doc="Why this strategy."),
        "reason": text(nullable=True, doc="Why this group and wave."),
    },
)

PlanGroups = NewType("PlanGroups", pl.DataFrame)
PLAN_GROUPS = StepTable[PlanGroups](
    "plan_groups",
    doc="One row per move group: assets that move together.",
    columns={
        "group": text(key=True, doc="Its id; it stays while what the group is about does."),
        "assets": texts(doc="Names of its assets, sorted."),
        "reason": text(doc="Why they move together."),
        "cycle": flag(doc="Whether they need each other."),
        "wave": count(nullable=True, doc="Wave that it moves in."),
        "name": text(doc="Name of the group, such as `Webshop (production)`."),
    },
)

PlanWaves = NewType("PlanWaves", pl.DataFrame)
PLAN_WAVES = StepTable[PlanWaves](
    "plan_waves",
    doc="One row per wave: groups that move at one time.",
    columns={
        "wave": count(key=True, doc="Number of the wave, from 1."),
        "groups": texts(doc="Ids of its groups."),
        "assets": count(doc="How many assets move in it."),
        "reason": text(doc="Why they move now."),
        "starts": text(nullable=True, doc="First day of its window, an ISO date."),
        "ends": text(nullable=True, doc="Last day of its window, an ISO date."),
        "effort_hours": amount(unit="hours", doc="Work that it takes, by `effort.yaml`."),
    },
)

PlanCoverage = NewType("PlanCoverage", pl.DataFrame)
PLAN_COVERAGE = StepTable[PlanCoverage](
    "plan_coverage",
    doc="One row per asset of the plan: what is known of its dependencies.",
    columns={
        "asset_id": text(key=True, doc="The asset."),
        "evidence": flag(doc="Whether there is any evidence at all."),
        "declared": count(doc="Edges with evidence that is declared."),
        "observed": count(doc="Edges with evidence that was observed."),
        "inferred": count(doc="Edges with evidence that is inferred."),
        "first_seen": text(nullable=True, doc="First of its observations, ISO 8601."),
        "last_seen": text(nullable=True, doc="Last of its observations, ISO 8601."),
    },
)

PlanConflicts = NewType("PlanConflicts", pl.DataFrame)
PLAN_CONFLICTS = StepTable[PlanConflicts](
    "plan_conflicts",
    doc="One row per constraint that cannot hold, or has no effect.",
    columns={
        "constraint": total(doc="Number of the constraint."),
        "kind": text(doc="Kind of the constraint."),
        "sentence": text(doc="What was set, and by whom."),
        "message": text(doc="Why it does not hold."),
    },
)

SessionChanges = NewType("SessionChanges", pl.DataFrame)
SESSION_CHANGES = StepTable[SessionChanges](
    "session_changes",
    doc="One row per difference from the session before: of an asset, an edge or a placement.",
    columns={
        "change": text(words=Change, doc="How it is different."),
        "asset_id": text(
            nullable=True, doc="The asset; of an edge its source, null when unresolved."
        ),
        "name": text(nullable=True, doc="Name of the asset, or of the edge's source."),
        "field": text(nullable=True, doc="Which field changed."),
        "before": text(nullable=True, doc="What it was."),
        "after": text(nullable=True, doc="What it is."),
        "what": text(words=Changed, doc="What is different."),
        "relation": text(
            words=ReferenceWords.RELATIONS, nullable=True, doc="Relation of the edge."
        ),
        "target_id": text(nullable=True, doc="Target of the edge; null when unresolved."),
        "target": text(nullable=True, doc="Name of the edge's target."),
        "port": port(doc="Port of the edge."),
        "protocol": text(nullable=True, doc="Protocol of the edge."),
        "since": text(doc="Session that is compared with, such as `s001`."),
    },
)

"""What the plan of a session would be under constraints that nobody has set."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from discovery_dagster.domain import plan_comparison, plan_moves, plan_preview
from discovery_dagster.domain.decisions.constraints import Constraint, InvalidConstraintError
from discovery_dagster.domain.decisions.scenarios import with_changes
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.plan_comparison import PlanComparison
from discovery_dagster.domain.plan_moves import Tie
from discovery_dagster.domain.plan_preview import PlanPreview
from discovery_dagster.domain.planning.plan import Plan
from discovery_dagster.domain.tables import (
    CLASSIFIED_ASSETS,
    EDGES,
    GRAPH_NODES,
    PLAN_CONFLICTS,
    PLAN_GROUPS,
    PLAN_PLACEMENTS,
    PLAN_WAVES,
)
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.decisions.constraints import NoSuchConstraintError
from discovery_dagster.store.findings import NotRunError
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.publications import PublishedFrames

_MOST_WAVES = 1_000


def compare(
    database: Database,
    objects: ObjectStore,
    session: SessionKey,
    left: Sequence[Constraint],
    right: Sequence[Constraint],
) -> PlanComparison:
    """Make the plan under two sets of constraints of the plan; nothing is stored.

    What is set besides, and changes more than the plan, is in the session's frames already.

    Raises:
        NotRunError: when the session has no plan yet.
    """
    frames = _frames(database, objects, session)
    return plan_comparison.compare(
        frames("classified_assets").frame(CLASSIFIED_ASSETS),
        frames("dependencies").frame(EDGES),
        frames("dependency_graph").frame(GRAPH_NODES),
        left,
        right,
    )


@dataclass(frozen=True)
class AssetMove:
    """What takes an asset out of its group: `constraints` by kind and values, and the ties."""

    ties: Sequence[Tie]
    constraints: Sequence[tuple[str, tuple[str, ...]]]


def move(
    database: Database, objects: ObjectStore, session: SessionKey, asset_id: str, to: str
) -> AssetMove:
    """Say what has to be set so that one asset moves otherwise than its group; nothing is stored.

    Raises:
        NotRunError: when the session has no plan yet.
        InvalidConstraintError: when the asset has no group, or it cannot go there.
    """
    frames = _frames(database, objects, session)
    assets = frames("classified_assets").frame(CLASSIFIED_ASSETS)
    placements = frames("migration_plan").frame(PLAN_PLACEMENTS)
    groups = dict(placements.drop_nulls("group").select("asset_id", "group").iter_rows())
    if asset_id not in groups:
        raise InvalidConstraintError("This asset does not move: no group has it.")
    word, _, which = to.partition(" ")
    target = [each for each, group in groups.items() if group == which and each != asset_id]
    possible = {
        plan_moves.WAVE: which.isdecimal() and 0 < int(which) < _MOST_WAVES,
        plan_moves.GROUP: bool(target) and which != groups[asset_id],
        plan_moves.ALONE: not which,
    }
    if to and not possible.get(word):
        raise InvalidConstraintError("It can go to a wave, to another group, or alone.")
    tied = plan_moves.ties_to_group(
        assets,
        frames("dependencies").frame(EDGES),
        frames("dependency_graph").frame(GRAPH_NODES),
        placements,
        asset_id,
    )
    own = groups[asset_id]
    members = [each for each, group in groups.items() if group == own and each != asset_id]
    names = plan_moves.clear_names(assets, [asset_id, *members, *target])
    return AssetMove(
        tied, plan_moves.settings(asset_id, to, tied, members, target, names) if to else []
    )


def preview(
    database: Database,
    objects: ObjectStore,
    session: SessionKey,
    added: Sequence[Constraint],
    removed: Collection[int],
) -> PlanPreview:
    """Make the plan from what the session's steps published last; nothing is stored.

    Raises:
        NotRunError: when the session has no plan yet.
        NoSuchConstraintError: when one that is to be removed is not in force.
        InvalidConstraintError: when a constraint changes what the plan is made from, too.
    """
    frames = _frames(database, objects, session)
    in_force = constraints.current(database, session.engagement)
    for number in set(removed) - {each.id for each in in_force}:
        raise NoSuchConstraintError(f"{session.engagement} has no constraint {number} in force.")
    plan = frames("migration_plan")
    return plan_preview.preview(
        frames("classified_assets").frame(CLASSIFIED_ASSETS),
        frames("dependencies").frame(EDGES),
        frames("dependency_graph").frame(GRAPH_NODES),
        Plan(
            plan.frame(PLAN_PLACEMENTS),
            plan.frame(PLAN_GROUPS),
            plan.frame(PLAN_WAVES),
            plan.frame(PLAN_CONFLICTS),
        ),
        with_changes(in_force, added, removed),
    )


def _frames(
    database: Database, objects: ObjectStore, session: SessionKey
) -> Callable[[str], PublishedFrames]:
    current = publications.current(database, session)
    if "migration_plan" not in current:
        raise NotRunError(f"{session} has no plan yet: run it to its end first.")
    return lambda step: PublishedFrames(objects, session, step, current[step].publication)

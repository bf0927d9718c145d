"""What the plan of a session would be under constraints that nobody has set."""

from collections.abc import Collection, Sequence

from discovery_dagster.domain import plan_preview
from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.keys import SessionKey
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
    current = publications.current(database, session)
    if "migration_plan" not in current:
        raise NotRunError(f"{session} has no plan yet: run it to its end first.")

    def frames(step: str) -> PublishedFrames:
        return PublishedFrames(objects, session, step, current[step].publication)

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
        plan_preview.with_changes(in_force, added, removed),
    )

"""Two sessions of an engagement compared, from what they published."""

from collections.abc import Mapping

from discovery_dagster.domain.changes import Snapshot, compare
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables import (
    CLASSIFIED_ASSETS,
    EDGES,
    INVENTORY_MEMBERS,
    PLAN_PLACEMENTS,
    SESSION_CHANGES,
    SOURCE_TABLES,
    SessionChanges,
    empty,
)
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.predecessors import STEP, Compared
from discovery_dagster.store.publications import PublishedFrames


class NothingToCompareError(InvalidRequestError):
    """A session has not come far enough; the message is one sentence."""

    code = "nothing_to_compare"


def since(
    objects: ObjectStore, compared: Compared | None, upstream: Mapping[str, PublishedFrames]
) -> SessionChanges:
    """Return the changes against an earlier session, in `SESSION_CHANGES`; none without one.

    Args:
        objects: the project's.
        compared: the earlier session.
        upstream: what the later one published, by step.
    """
    if compared is None:
        return empty(SESSION_CHANGES)
    before = {
        step: PublishedFrames(objects, compared.session, step, publication)
        for step, publication in compared.publications.items()
    }
    return compare(_snapshot(before), _snapshot(upstream))


def between(
    database: Database, objects: ObjectStore, earlier: SessionKey, later: SessionKey
) -> SessionChanges:
    """Return what is different in `later`, whichever two sessions of an engagement they are.

    Raises:
        NothingToCompareError: when one has not published all that is compared.
        ValueError: when they are of two engagements, whose ids have nothing in common.
    """
    if earlier.engagement != later.engagement:
        raise ValueError(f"{earlier} and {later} are of two engagements.")
    before, after = (_compared(database, session) for session in (earlier, later))
    upstream = {
        step: PublishedFrames(objects, later, step, publication)
        for step, publication in after.publications.items()
    }
    return since(objects, before, upstream)


def counts(changes: SessionChanges) -> dict[str, int]:
    """Return the number of rows by what changed and how, such as `asset.appeared`."""
    totals = changes.group_by("what", "change").len().sort("what", "change")
    return {f"{what}.{change}": number for what, change, number in totals.iter_rows()}


def _compared(database: Database, session: SessionKey) -> Compared:
    current = publications.current(database, session)
    if missing := [step for step in STEP.upstream if step not in current]:
        raise NothingToCompareError(f"{session} has no {missing[0]} yet: run it first.")
    return Compared(session, {step: current[step].publication for step in STEP.upstream})


def _snapshot(published: Mapping[str, PublishedFrames]) -> Snapshot:
    return Snapshot(
        session=published["inventory"].session.session,
        tables=published["source_records"].frame(SOURCE_TABLES),
        members=published["inventory"].frame(INVENTORY_MEMBERS),
        assets=published["classified_assets"].frame(CLASSIFIED_ASSETS),
        edges=published["dependencies"].frame(EDGES),
        placements=published["migration_plan"].frame(PLAN_PLACEMENTS),
    )

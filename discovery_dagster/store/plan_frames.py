"""What of the plan the pages reckon with as a whole, from the steps' frames.

The same as a query of the tables takes several times as long.
"""

from collections.abc import Mapping

import polars as pl

from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.planning import crossing
from discovery_dagster.domain.tables import (
    APPLICATIONS,
    CLASSIFIED_ASSETS,
    EDGES,
    GRAPH_NODES,
    INTERFACES,
    PLAN_PLACEMENTS,
    Interfaces,
)
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.publications import PublishedFrames

_OF_EDGES = ("source", "target", "source_id", "target_id", "relation", "infrastructure")


def between_groups(
    objects: ObjectStore, session: SessionKey, published: Mapping[str, Publication]
) -> pl.DataFrame:
    """Count the dependencies between groups, as `crossing.between_groups` does."""

    def frames(step: str) -> PublishedFrames:
        return PublishedFrames(objects, session, step, published[step].publication)

    plan = _plan(objects, session, published)
    return crossing.between_groups(
        frames("dependencies").part(EDGES, *_OF_EDGES),
        plan.part(PLAN_PLACEMENTS, "asset_id", "group", "wave"),
        frames("classified_assets").part(CLASSIFIED_ASSETS, "asset_id", "type"),
        frames("dependency_graph").part(GRAPH_NODES, "asset_id", "service"),
        plan.part(APPLICATIONS, "application_id", "memberships"),
    )


def applications(
    objects: ObjectStore, session: SessionKey, published: Mapping[str, Publication]
) -> pl.DataFrame:
    """Return `APPLICATIONS` without the assets of each, which are most of it."""
    columns = [name for name in APPLICATIONS if name != "memberships"]
    rows = _plan(objects, session, published).part(APPLICATIONS, *columns)
    part = pl.element().struct.field
    return rows.with_columns(
        pl.col("deployments").list.eval(
            pl.struct(part("environment"), part("groups"), part("waves"), part("readiness"))
        )
    )


def interfaces(
    objects: ObjectStore, session: SessionKey, published: Mapping[str, Publication]
) -> Interfaces:
    """Return `INTERFACES` without the numbers of their dependencies, which are most of it."""
    columns = [name for name in INTERFACES if name != "edges"]
    return _plan(objects, session, published).part(INTERFACES, *columns)


def _plan(
    objects: ObjectStore, session: SessionKey, published: Mapping[str, Publication]
) -> PublishedFrames:
    publication = published["migration_plan"].publication
    return PublishedFrames(objects, session, "migration_plan", publication)

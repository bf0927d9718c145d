"""Files through every step of the domain, as a session derives them but without a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from discovery_dagster.domain import (
    applications,
    canonical,
    classification,
    dependencies,
    graph,
    identity,
    intake,
    readiness,
)
from discovery_dagster.domain.applications import deployments
from discovery_dagster.domain.classification import uses
from discovery_dagster.domain.intake import RecognisedTable
from discovery_dagster.domain.planning import plan

#: The day of the imports, so that ends of life read the same on any day.
AS_OF = date(2026, 1, 1)


@dataclass(frozen=True)
class Derived:
    """The frames of a session, by the names of their schemas."""

    tables: Sequence[RecognisedTable]
    mapping: pl.DataFrame
    grains: pl.DataFrame
    records: canonical.CanonicalRecords
    inventory: identity.Inventory
    assets: pl.DataFrame
    edges: pl.DataFrame
    nodes: pl.DataFrame
    plan: plan.Plan
    interfaces: pl.DataFrame
    applications: pl.DataFrame
    readiness: pl.DataFrame


def derive(paths: Sequence[Path]) -> Derived:
    """Derive everything from the files at `paths`.

    Raises:
        UnreadableFileError: when one of them cannot be read.
    """
    tables = [table for path in paths for table in intake.read_tables(path, path.name)[1]]
    understood = intake.understand(tables, lambda *_: None)
    mapping, grains = understood["mapping"], understood["grains"]
    records = canonical.canonicalise(intake.as_decided(tables, grains), mapping)
    inventory = identity.resolve("quality.report", records.assets, records.relations, {})
    used = uses.observe(inventory.assets, records.relations, inventory.members)
    assets = classification.classify(inventory.assets, AS_OF, used=used)
    edges = dependencies.build(assets, records.relations, records.assets, members=inventory.members)
    nodes = graph.analyse(assets, edges)
    deployed = deployments.find(assets, edges)
    planned = plan.make(assets, edges, nodes, deployments=deployed)
    ready = readiness.assess(assets, records.assets, inventory.members)
    listed = applications.describe(assets, edges, deployed, planned.placements, ready)
    return Derived(
        *(tables, mapping, grains, records, inventory, assets, edges, nodes, planned),
        listed["interfaces"],
        listed["applications"],
        ready,
    )

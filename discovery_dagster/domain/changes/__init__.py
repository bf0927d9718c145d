"""What two sessions of one engagement say differently: things, edges and places in the plan.

Nothing is ever deleted for being absent: what the later session lacks is `not_seen` when the kind
of source that reported it is in that session, too, and `source_absent` when it is not.
"""

from dataclasses import dataclass

import polars as pl

from discovery_dagster.domain.changes import assets, edges, places
from discovery_dagster.domain.changes.sources import present_tables
from discovery_dagster.domain.tables import (
    SESSION_CHANGES,
    ClassifiedAssets,
    Edges,
    InventoryMembers,
    PlanPlacements,
    SessionChanges,
    SourceTables,
    conform,
)

__all__ = ["Snapshot", "compare"]

#: The order in which changes are reported; each is one thing, edge or place and one field.
_ORDER = [
    "what",
    "name",
    "asset_id",
    "target",
    "target_id",
    "relation",
    "port",
    "protocol",
    "field",
    "change",
]


@dataclass(frozen=True)
class Snapshot:
    """What one session says, as far as it is compared; `session` is its key, such as `s001`.

    `tables` in `SOURCE_TABLES`, `members` in `INVENTORY_MEMBERS`, `assets` in `CLASSIFIED_ASSETS`,
    `edges` in `EDGES`, `placements` in `PLAN_PLACEMENTS`.
    """

    session: str
    tables: SourceTables
    members: InventoryMembers
    assets: ClassifiedAssets
    edges: Edges
    placements: PlanPlacements


def compare(before: Snapshot, after: Snapshot) -> SessionChanges:
    """Return what is different in `after`, in `SESSION_CHANGES`.

    The sessions may be any two of one engagement, whose ids mean the same things; the result does
    not depend on the order of rows. A session has no changes against itself.
    """
    here = present_tables(before.tables, after.tables)
    parts = [
        assets.changes(before.assets, after.assets, before.members, here),
        edges.changes(before.edges, after.edges, here),
        places.changes(before.placements, after.placements, after.assets),
    ]
    changes = pl.concat(parts, how="diagonal").with_columns(since=pl.lit(before.session))
    return conform(changes.sort(_ORDER), SESSION_CHANGES)

"""The catalogue of tables: what the steps hand each other and people are shown, declared once.

A frame is a Polars data frame. Its table is the contract between the steps: a step is checked
against it when it publishes. `docs/tables.md` is made from it.
"""

import polars as pl

from discovery_dagster.domain.tables.applications import APPLICATIONS, INTERFACES
from discovery_dagster.domain.tables.assets import (
    CLASSIFIED_ASSETS,
    INVENTORY_ASSETS,
    INVENTORY_CONFLICTS,
    INVENTORY_MEMBERS,
    RULE_CLASSIFIED_ASSETS,
)
from discovery_dagster.domain.tables.attributes import ATTRIBUTES
from discovery_dagster.domain.tables.connections import CYCLES, EDGES, ENDPOINTS, GRAPH_NODES
from discovery_dagster.domain.tables.imports import (
    CORRECTIONS,
    FIELD_MAPPING,
    PROPOSALS,
    SOURCE_FILES,
    SOURCE_TABLES,
    TABLE_GRAINS,
)
from discovery_dagster.domain.tables.plan import (
    PLAN_CONFLICTS,
    PLAN_COVERAGE,
    PLAN_GROUPS,
    PLAN_PLACEMENTS,
    PLAN_WAVES,
    SESSION_CHANGES,
)
from discovery_dagster.domain.tables.readiness import READINESS
from discovery_dagster.domain.tables.records import (
    ASSET_RECORDS,
    ISSUES,
    OVERRIDE_LINES,
    OVERRIDE_REFUSALS,
    RECORD_OUTCOMES,
    REJECTED_RECORDS,
    RELATION_RECORDS,
    TABLE_ACCOUNTS,
)
from discovery_dagster.domain.tables.table import Column, Columns, Schema, Table, conform, empty

__all__ = [
    "APPLICATIONS",
    "ASSET_RECORDS",
    "ATTRIBUTES",
    "CLASSIFIED_ASSETS",
    "CORRECTIONS",
    "CYCLES",
    "EDGES",
    "ENDPOINTS",
    "FIELD_MAPPING",
    "GRAPH_NODES",
    "INTERFACES",
    "INVENTORY_ASSETS",
    "INVENTORY_CONFLICTS",
    "INVENTORY_MEMBERS",
    "ISSUES",
    "OVERRIDE_LINES",
    "OVERRIDE_REFUSALS",
    "PLAN_CONFLICTS",
    "PLAN_COVERAGE",
    "PLAN_GROUPS",
    "PLAN_PLACEMENTS",
    "PLAN_WAVES",
    "PROPOSALS",
    "READINESS",
    "RECORD_OUTCOMES",
    "REJECTED_RECORDS",
    "RELATION_RECORDS",
    "RULE_CLASSIFIED_ASSETS",
    "SESSION_CHANGES",
    "SOURCE_FILES",
    "SOURCE_TABLES",
    "TABLE_ACCOUNTS",
    "TABLE_GRAINS",
    "Column",
    "Columns",
    "Frames",
    "Schema",
    "Table",
    "conform",
    "empty",
]

Frames = dict[str, pl.DataFrame]

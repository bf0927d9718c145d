"""The tables that people and programs are shown: on the command line, in the API and on pages.

Each is made of columns of what the steps hand on, in the catalogue's order. A new column of such a
table is shown, after the others, unless it is hidden here.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster.domain.tables import (
    applications,
    assets,
    connections,
    imports,
    plan,
    readiness,
    records,
)
from discovery_dagster.domain.tables.declaring import PLACE, flag, json_object, objects, text
from discovery_dagster.domain.tables.table import Column, Table

#: The order that readers of exports of assets rely on; what is not named follows.
_ASSET: Final = (
    "id", "name", "type", "tier", "environment", "criticality", "os_family", "os_name",
    "os_version", "eol_date", "eol_status", "hostname", "fqdn", "ip_addresses", "mac_addresses",
    "serial_number", "cpu_cores", "memory_gb", "storage_gb", "location", "business_owner",
    "technical_owner", "applications", "confidence", "rationale", "overridden",
    "overridden_fields", "sources", "strategy", "group", "wave", "product", "vendor", "model",
    "status", "description", "custom", "virtual", "software", "tier_confidence",
    "environment_confidence", "criticality_confidence", "os_confidence", "declared_type",
    "declared_type_text", "os_name_text", "environment_text", "criticality_text", "tier_text",
    "provider_id", "strategy_reason", "plan_reason", "asset_tag", "scope", "aliases",
)  # fmt: skip


def _but(table: Table, *hidden: str) -> dict[str, Column]:
    return {name: column for name, column in table.columns.items() if name not in hidden}


def _only(table: Table, *names: str) -> dict[str, Column]:
    return {name: table.columns[name] for name in names}


def _ordered(first: Collection[str], columns: Mapping[str, Column]) -> dict[str, Column]:
    return {name: columns[name] for name in dict.fromkeys([*first, *columns])}


_ID = assets.CLASSIFIED_ASSETS.columns["asset_id"]
_PLACED = replace(plan.PLAN_PLACEMENTS.columns["strategy"], nullable=True)

FILES = Table(
    "files",
    doc="One row per file of the session, and what became of its records.",
    columns={
        "name": imports.SOURCE_FILES.columns["file"],
        **_only(imports.SOURCE_FILES, "sha256", "format"),
        **_only(records.TABLE_ACCOUNTS, "records", "accepted", "rejected", "ignored"),
        **_only(imports.SOURCE_FILES, "error"),
        **_but(imports.SOURCE_FILES, "file", "error_code", "size"),
        **_only(imports.SOURCE_FILES, "size"),
        "tables": objects(
            _only(
                imports.TABLE_GRAINS,
                *("sheet", "grain", "status", "confidence", "name_column", "reason"),
            ),
            doc="What a record of each of its tables is, or that the table waits for a decision.",
        ),
    },
)

MAPPING = Table(
    "mapping",
    doc=imports.FIELD_MAPPING.doc,
    columns=_but(imports.FIELD_MAPPING, "table", "position"),
)

WORDS = Table(
    "words",
    doc=imports.SOURCE_WORDS.doc,
    columns={
        **_only(imports.SOURCE_WORDS, "field", "word", "file", "sheet", "column"),
        **_only(imports.SOURCE_WORDS, "rows", "names", "meaning", "near"),
        "decided": text(nullable=True, doc="What the client's dictionary says; null: nothing."),
    },
)

PROPOSALS = Table("proposals", doc=imports.PROPOSALS.doc, columns=imports.PROPOSALS.columns)

ISSUES = Table("issues", doc=records.ISSUES.doc, columns=_but(records.ISSUES, "table"))

REJECTS = Table(
    "rejects",
    doc=records.REJECTED_RECORDS.doc,
    columns={
        **_but(records.REJECTED_RECORDS, "table", "columns", "cells"),
        "reasons": objects(
            _only(records.ISSUES, "field", "code", "message", "value"), doc="Why it was rejected."
        ),
        "raw": json_object(doc="The record's columns and cells."),
    },
)

ASSETS = Table(
    "assets",
    doc="One row an IT asset; `unknown` is an answer.",
    columns=_ordered(
        _ASSET,
        {
            "id": _ID,
            **_but(
                assets.CLASSIFIED_ASSETS,
                *("asset_id", "named_only", "records", "domain", "smbios_uuid", "overridden"),
            ),
            "overridden": flag(doc="Whether a person decided a field."),
            "overridden_fields": assets.CLASSIFIED_ASSETS.columns["overridden"],
            "sources": objects(PLACE, doc="Its records."),
            "strategy": _PLACED,
            **_but(plan.PLAN_PLACEMENTS, "asset_id", "strategy", "reason"),
            "plan_reason": plan.PLAN_PLACEMENTS.columns["reason"],
        },
    ),
)

DEPENDENCIES = Table(
    "dependencies", doc=connections.EDGES.doc, columns=_but(connections.EDGES, "edge")
)

GROUPS = Table("groups", doc=plan.PLAN_GROUPS.doc, columns=plan.PLAN_GROUPS.columns)

WAVES = Table("waves", doc=plan.PLAN_WAVES.doc, columns=plan.PLAN_WAVES.columns)

APPLICATIONS = Table(
    "applications", doc=applications.APPLICATIONS.doc, columns=applications.APPLICATIONS.columns
)

INTERFACES = Table(
    "interfaces", doc=applications.INTERFACES.doc, columns=applications.INTERFACES.columns
)

READINESS = Table(
    "readiness",
    doc=readiness.READINESS.doc,
    columns={
        "id": _ID,
        **_only(assets.CLASSIFIED_ASSETS, "name", "type", "environment"),
        **_only(plan.PLAN_PLACEMENTS, "wave"),
        **_but(readiness.READINESS, "asset_id"),
    },
)

ENDPOINTS = Table("endpoints", doc=connections.ENDPOINTS.doc, columns=connections.ENDPOINTS.columns)

CYCLES = Table("cycles", doc=connections.CYCLES.doc, columns=connections.CYCLES.columns)

COVERAGE = Table(
    "coverage",
    doc=plan.PLAN_COVERAGE.doc,
    columns={
        "id": _ID,
        **_only(assets.CLASSIFIED_ASSETS, "name", "type", "environment"),
        **_only(plan.PLAN_PLACEMENTS, "wave"),
        **_but(plan.PLAN_COVERAGE, "asset_id"),
    },
)

CONFLICTS = Table("conflicts", doc=plan.PLAN_CONFLICTS.doc, columns=plan.PLAN_CONFLICTS.columns)

CHANGES = Table("changes", doc=plan.SESSION_CHANGES.doc, columns=plan.SESSION_CHANGES.columns)

NODES = Table(
    "nodes",
    doc=connections.GRAPH_NODES.doc,
    columns={
        "id": _ID,
        **_only(assets.CLASSIFIED_ASSETS, "name", "type"),
        **_but(connections.GRAPH_NODES, "asset_id"),
    },
)

PUBLICATIONS = Table(
    "publications",
    doc="One row per step that the session has a result of.",
    columns={
        "step": text(key=True, doc="The step."),
        "publication": text(doc="Id of the result."),
        "run_id": text(doc="The run that made it."),
        "code_version": text(doc="Version of the code that made it."),
        "inputs": json_object(doc="What it was made from."),
        "counts": json_object(doc="What it holds, in numbers."),
        "at": Column(pl.Datetime(time_zone="UTC"), "When it was made."),
    },
)

SHOWN: Mapping[str, Table] = {
    table.name: table
    for table in (
        FILES, MAPPING, WORDS, PROPOSALS, ISSUES, REJECTS, ASSETS, DEPENDENCIES, GROUPS, WAVES,
        APPLICATIONS, INTERFACES, READINESS, ENDPOINTS, CYCLES, COVERAGE, CONFLICTS, CHANGES, NODES,
        PUBLICATIONS,
    )
}  # fmt: skip

"""Frames of the wrong table, each of which the type checker refuses; nothing here is run.

`make check` reads this file: an error that no longer is one leaves its `ignore` unused, which is an
error itself.
"""

from typing import assert_type

import polars as pl

from discovery_dagster.domain import dependencies, graph
from discovery_dagster.domain.changes import Snapshot
from discovery_dagster.domain.tables import (
    CLASSIFIED_ASSETS,
    EDGES,
    ISSUES,
    AssetRecords,
    ClassifiedAssets,
    Edges,
    InventoryAssets,
    InventoryMembers,
    Issues,
    PlanPlacements,
    RelationRecords,
    SourceTables,
    conform,
    empty,
)
from discovery_dagster.store.publications import PublishedFrames


def a_step_takes_frames_of_its_own_tables(
    inventory: InventoryAssets, classified: ClassifiedAssets, edges: Edges, rows: pl.DataFrame
) -> None:
    graph.analyse(classified, edges)
    graph.analyse(inventory, edges)  # type: ignore[arg-type]
    graph.analyse(edges, edges)  # type: ignore[arg-type]
    graph.analyse(classified, rows)  # type: ignore[arg-type]


def arguments_are_not_exchanged(
    classified: ClassifiedAssets, relations: RelationRecords, records: AssetRecords
) -> None:
    assert_type(dependencies.build(classified, relations, records), Edges)
    dependencies.build(classified, records, relations)  # type: ignore[arg-type]


def what_is_compared_is_of_its_tables(
    tables: SourceTables,
    members: InventoryMembers,
    assets: ClassifiedAssets,
    edges: Edges,
    placements: PlanPlacements,
) -> None:
    Snapshot("s001", tables, members, assets, edges, placements)
    Snapshot("s001", members, tables, assets, edges, placements)  # type: ignore[arg-type]


def a_step_reads_and_hands_on_what_it_says(published: PublishedFrames, issues: Issues) -> None:
    assert_type(published.frame(CLASSIFIED_ASSETS), ClassifiedAssets)
    graph.analyse(published.frame(CLASSIFIED_ASSETS), published.frame(EDGES))
    graph.analyse(published.frame(EDGES), published.frame(EDGES))  # type: ignore[arg-type]
    ISSUES.of(issues)
    EDGES.of(issues)  # type: ignore[arg-type]


def what_is_derived_is_of_no_table_until_it_conforms(edges: Edges) -> None:
    ordered: Edges = edges.filter("resolved").drop("conflict")  # type: ignore[assignment]
    assert_type(conform(ordered, EDGES), Edges)
    assert_type(empty(EDGES), Edges)
    assert_type(empty({"row": pl.UInt32()}), pl.DataFrame)

"""What the records of each table are, and what each of its columns means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict, TypeVar

import polars as pl

from discovery_dagster.domain.decisions.grains import GrainDecision
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.formats import format_named
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.grain.deciding import read_as
from discovery_dagster.domain.grain.tables import describe_grain, grain_of
from discovery_dagster.domain.intake.reading import RecognisedTable
from discovery_dagster.domain.mapping import understand_table
from discovery_dagster.domain.tables import (
    FIELD_MAPPING,
    TABLE_GRAINS,
    FieldMapping,
    SourceTables,
    TableGrains,
    empty,
)
from discovery_dagster.domain.teaching import TaughtFormat
from discovery_dagster.domain.teaching.declaring import table_format
from discovery_dagster.domain.teaching.reading import read_format, write_format
from discovery_dagster.domain.teaching.recognising import recognise

_Decided = TypeVar("_Decided", MappingDecision, GrainDecision)


class Understood(TypedDict):
    """What the columns and the records of all tables are."""

    mapping: FieldMapping
    grains: TableGrains


def understand(
    tables: Sequence[RecognisedTable],
    progress: Callable[[int, int], None],
    decisions: Sequence[MappingDecision] = (),
    grains: Sequence[GrainDecision] = (),
    taught: Sequence[TaughtFormat] = (),
) -> Understood:
    """Say what the records of each table are, and what each of its columns means.

    Args:
        tables: in the order of their numbers.
        progress: called with the number of tables done and of all tables.
        decisions: of the client, about columns.
        grains: of the client, about what records are.
        taught: formats of the client.

    Returns:
        One row per source column, and one row per table.
    """
    mapped: list[pl.DataFrame] = [empty(FIELD_MAPPING)]
    grain_rows = list[dict[str, object]]()
    for number, (table, known) in enumerate(tables):
        progress(number, len(tables))
        recognised = recognise(table, known, taught)
        since = recognised.taught.at if recognised.taught else None
        mapping, grain = understand_table(
            number, table, recognised.table_format, _later(decisions, since), _later(grains, since)
        )
        if recognised.note:
            grain = replace(grain, reason=f"{grain.reason} {recognised.note}")
        mapped.append(mapping)
        declared = write_format(recognised.taught.declared) if recognised.taught else None
        grain_rows.append(describe_grain(number, table, recognised.table_format, grain, declared))
    return {
        "mapping": FieldMapping(pl.concat(mapped)),
        "grains": TableGrains(pl.DataFrame(grain_rows, schema=dict(TABLE_GRAINS))),
    }


def as_decided(tables: Sequence[RecognisedTable], grains: TableGrains) -> list[RecognisedTable]:
    """Return tables with the formats by which their records are read.

    Args:
        tables: as they were recognised, in the order of their numbers.
        grains: of all of them, as `tables.TABLE_GRAINS`.
    """
    return [
        (table, read_as(_format_of(row, known), grain_of(row)))
        for (table, known), row in zip(tables, grains.iter_rows(named=True), strict=True)
    ]


def flows_among(tables: SourceTables, grains: TableGrains) -> list[int]:
    """Return the numbers of the tables whose records are read as flows.

    Args:
        tables: as `tables.SOURCE_TABLES`.
        grains: of all of them, as `tables.TABLE_GRAINS`.
    """
    return [
        row["table"]
        for row, name in zip(grains.iter_rows(named=True), tables["format"], strict=True)
        if read_as(_format_of(row, format_named(name)), grain_of(row)).kind is Kind.FLOWS
    ]


def _later(decisions: Sequence[_Decided], since: datetime | None) -> Sequence[_Decided]:
    """Those decisions that a format, taught later than the others, leaves in force."""
    return [each for each in decisions if since is None or each.at > since]


def _format_of(row: Mapping[str, Any], known: TableFormat) -> TableFormat:
    """The format of a table, as the row of its grain keeps it where a person taught it."""
    if row["taught"] is None:
        return known
    return table_format(read_format(row["taught"]), row["format"], row["reason"])

"""What the records of each table are, and what each of its columns means."""

from collections.abc import Callable, Sequence

import polars as pl

from discovery_dagster.domain.grain.deciding import read_as
from discovery_dagster.domain.grain.decisions import GrainDecision
from discovery_dagster.domain.grain.tables import describe_grain, grain_of
from discovery_dagster.domain.intake.reading import RecognisedTable
from discovery_dagster.domain.mapping import understand_table
from discovery_dagster.domain.mapping.decisions import MappingDecision
from discovery_dagster.domain.tables import FIELD_MAPPING, TABLE_GRAINS, Frames, empty


def understand(
    tables: Sequence[RecognisedTable],
    progress: Callable[[int, int], None],
    decisions: Sequence[MappingDecision] = (),
    grains: Sequence[GrainDecision] = (),
) -> Frames:
    """Say what the records of each table are, and what each of its columns means.

    Args:
        tables: in the order of their numbers.
        progress: called with the number of tables done and of all tables.
        decisions: of the client, about columns.
        grains: of the client, about what records are.

    Returns:
        `mapping`, one row per source column (`tables.FIELD_MAPPING`), and `grains`, one row per
        table (`tables.TABLE_GRAINS`).
    """
    mapped, grain_rows = [empty(FIELD_MAPPING)], list[dict[str, object]]()
    for number, (table, table_format) in enumerate(tables):
        progress(number, len(tables))
        mapping, grain = understand_table(number, table, table_format, decisions, grains)
        mapped.append(mapping)
        grain_rows.append(describe_grain(number, table, table_format, grain))
    return {
        "mapping": pl.concat(mapped),
        "grains": pl.DataFrame(grain_rows, schema=dict(TABLE_GRAINS)),
    }


def as_decided(tables: Sequence[RecognisedTable], grains: pl.DataFrame) -> list[RecognisedTable]:
    """Return tables with the formats by which their records are read.

    Args:
        tables: as they were recognised, in the order of their numbers.
        grains: of all of them, as `tables.TABLE_GRAINS`.
    """
    return [
        (table, read_as(table_format, grain_of(row)))
        for (table, table_format), row in zip(tables, grains.iter_rows(named=True), strict=True)
    ]

"""Source tables from a few cells, and what they become."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from discovery_dagster.domain import formats, intake
from discovery_dagster.domain.canonical import CanonicalRecords, canonicalise
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.readers import read_file
from discovery_dagster.domain.source_tables import READ, SourceTable, cell_column

Cells = Sequence[str | None]


def table(
    header: Sequence[str], *rows: Cells, file: str = "a.csv", sheet: str | None = None
) -> SourceTable:
    """A table whose records were all read; they stand from line 2 on. Short rows are filled."""
    columns = {
        cell_column(at): pl.Series(
            [row[at] if at < len(row) else None for row in rows], dtype=pl.String
        )
        for at in range(len(header))
    }
    records = pl.DataFrame(
        {
            "line": pl.Series(range(2, len(rows) + 2), dtype=pl.UInt32),
            "outcome": pl.Series([READ] * len(rows), dtype=pl.String),
            "reason": pl.Series([None] * len(rows), dtype=pl.String),
            "surplus": pl.Series([None] * len(rows), dtype=pl.List(pl.String)),
            **columns,
        }
    )
    return SourceTable(file, sheet, tuple(header), 1, records)


def with_outcome(source: SourceTable, row: int, outcome: str, reason: str) -> SourceTable:
    """The table with one record's reading judged otherwise by its reader."""
    chosen = pl.int_range(pl.len()) == row
    records = source.records.with_columns(
        pl.when(chosen).then(pl.lit(outcome)).otherwise("outcome").alias("outcome"),
        pl.when(chosen).then(pl.lit(reason)).otherwise("reason").alias("reason"),
    )
    return SourceTable(source.file, source.sheet, source.header, source.header_line, records)


def records_of(*sources: SourceTable) -> CanonicalRecords:
    """Recognise, map and read tables."""
    known = [(source, formats.recognise(source) or formats.UNRECOGNISED) for source in sources]
    understood = intake.understand(known, lambda *_: None)
    return canonicalise(intake.as_decided(known, understood["grains"]), understood["mapping"])


def records_of_files(*paths: Path) -> CanonicalRecords:
    """Read, reshape, recognise, map and read files."""
    return records_of(*(table for path in paths for table in tables_of(path)))


def tables_of(path: Path) -> tuple[SourceTable, ...]:
    """The tables of a file as formats know them."""
    return formats.reshape(read_file(path, path.name).tables)


def fields_of(source: SourceTable) -> dict[str, str]:
    """The field of each column whose mapping is accepted and which is not left alone."""
    table_format = formats.recognise(source) or formats.UNRECOGNISED
    mapping = map_table(0, source, table_format).filter(
        (pl.col("status") == "accepted") & ~pl.col("field").is_in(["unmapped", "ignored"])
    )
    return dict(mapping.select("column", "field").iter_rows())


def counts(records: CanonicalRecords) -> dict[str, int]:
    """How many records had each outcome."""
    return dict(records.outcomes["outcome"].value_counts().iter_rows())

"""Tables rebuilt between reading and recognising, where a format spreads a record over several.

Records keep their physical lines and their number; what a format rebuilds is said in its module,
in a function `reshape` of all tables of a file.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from discovery_dagster.domain.tables import SourceTable, cell_column


def cells_of(table: SourceTable, column: str) -> pl.Series:
    """Return the cells of the first column called `column`."""
    return table.records[cell_column(table.position(column))]


def add_columns(table: SourceTable, columns: Mapping[str, pl.Series]) -> SourceTable:
    """Return `table` with the cells of `columns`, in the place of those of the same name."""
    header, records = list(table.header), table.records
    for name, cells in columns.items():
        if name not in header:
            header.append(name)
        records = records.with_columns(cells.alias(cell_column(header.index(name))))
    return replace(table, header=tuple(header), records=records)


def with_header(table: SourceTable, header: Mapping[str, str]) -> SourceTable:
    """Return `table` with only the columns that are keys of `header`, called as its values."""
    chosen = [(table.position(old), new) for old, new in header.items()]
    fixed = [name for name in table.records.columns if name not in _cells(table)]
    records = table.records.select(
        *fixed, *(pl.col(cell_column(old)).alias(f"new{at}") for at, (old, _) in enumerate(chosen))
    ).rename({f"new{at}": cell_column(at) for at in range(len(chosen))})
    return replace(table, header=tuple(new for _, new in chosen), records=records)


def filled_columns(table: SourceTable) -> list[str]:
    """Return the names of the columns in which any record has a cell."""
    return [
        name
        for at, name in enumerate(table.header)
        if table.records[cell_column(at)].null_count() < table.records.height
    ]


def _cells(table: SourceTable) -> set[str]:
    return {cell_column(at) for at in range(len(table.header))}

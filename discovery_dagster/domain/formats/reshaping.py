"""Tables rebuilt between reading and recognising, where a format spreads a record over several.

Records keep their physical lines and their number; what a format rebuilds is described in its
module, in a function `reshape` of all tables of a file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import mul
from typing import Final

import polars as pl

from discovery_dagster.domain.source_tables import IGNORED, SourceTable, cell_column
from discovery_dagster.domain.values.quantities import read_numbers
from discovery_dagster.domain.words import fold

_OF_NO_THING: Final = "of_no_thing"


def cells_of(table: SourceTable, column: str) -> pl.Series:
    """Return the cells of the first column called `column`."""
    return table.records[cell_column(table.position(column))]


def column_of(table: SourceTable, folded: str) -> pl.Series:
    """Return the cells of the first column whose folded header is `folded`."""
    at = table.folded_header.index(folded)
    return table.records[cell_column(at)]


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


def only_records(table: SourceTable, chosen: pl.Series) -> SourceTable:
    """Return `table` with the records that are `chosen` and the columns that they fill."""
    part = replace(table, records=table.records.filter(chosen))
    return with_header(part, {name: name for name in filled_columns(part)})


def without_ends(
    relations: SourceTable, ends: Sequence[pl.Series], others: pl.Series
) -> SourceTable:
    """Return `relations`, of which those are ignored that have one of `others` at an end.

    Args:
        relations: as they stand.
        ends: the cells of both ends.
        others: ids of what is no thing of the estate.
    """
    if others.is_empty():
        return relations
    frame = pl.DataFrame({str(at): cells for at, cells in enumerate(ends)})
    of_none = frame.select(
        pl.any_horizontal(pl.all().is_in(others.implode()).fill_null(False))
    ).to_series()
    records = relations.records.with_columns(
        pl.when(of_none).then(pl.lit(IGNORED)).otherwise("outcome").alias("outcome"),
        pl.when(of_none).then(pl.lit(_OF_NO_THING)).otherwise("reason").alias("reason"),
    )
    return replace(relations, records=records)


def filled_columns(table: SourceTable) -> list[str]:
    """Return the names of the columns in which any record has a cell."""
    return [
        name
        for at, name in enumerate(table.header)
        if table.records[cell_column(at)].null_count() < table.records.height
    ]


def product_of(table: SourceTable, *columns: str) -> pl.Series | None:
    """Return the product of the numbers in `columns` (folded), None when one is missing."""
    folded = table.folded_header
    if not set(columns) <= set(folded):
        return None
    numbers = (_numbers(table, folded.index(column)) for column in columns)
    return as_text(reduce(mul, numbers))


def sum_of(table: SourceTable, pattern: str) -> pl.Series | None:
    """Return the sum of the columns whose folded headers match `pattern`, None without any."""
    chosen = [at for at, column in enumerate(table.header) if re.fullmatch(pattern, fold(column))]
    if not chosen:
        return None
    numbers = pl.DataFrame({str(at): _numbers(table, at) for at in chosen})
    some = pl.any_horizontal(pl.all().is_not_null())
    return as_text(numbers.select(pl.when(some).then(pl.sum_horizontal(pl.all()))).to_series())


def _numbers(table: SourceTable, at: int) -> pl.Series:
    return read_numbers(table.records[cell_column(at)].str.strip_chars())


def as_text(numbers: pl.Series) -> pl.Series:
    """Return numbers as text, whole ones without a point."""
    return numbers.round(3).cast(pl.String).str.replace(r"\.0$", "")


def _cells(table: SourceTable) -> set[str]:
    return {cell_column(at) for at in range(len(table.header))}

"""Tags: numbered pairs of columns that hold a category and a value."""

import re
from dataclasses import replace

import polars as pl

from discovery_dagster.domain.canonical.cells import TableCells
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold


def read_tags(
    cells: TableCells, records: pl.DataFrame, table: SourceTable, table_format: TableFormat
) -> TableCells:
    """Add the fields that tags give, where a record has exactly one tag of the category.

    A category that a record tags twice says two things, and none is picked.
    """
    tags = table_format.tags
    if tags is None:
        return cells
    categories = _numbered(table, tags.category)
    values = _numbered(table, tags.value)
    pairs = [(categories[at], values[at]) for at in sorted(categories.keys() & values.keys())]
    if not pairs:
        return cells
    given = records.select(
        _single(pairs, category).alias(field) for category, field in tags.fields.items()
    )
    return replace(cells, frame=cells.frame.with_columns(given))


def _single(pairs: list[tuple[str, str]], category: str) -> pl.Expr:
    tagged = pl.concat_list(
        pl.when(pl.col(name).str.strip_chars().str.to_lowercase() == category).then(
            pl.col(value).str.strip_chars()
        )
        for name, value in pairs
    ).list.drop_nulls()
    return pl.when(tagged.list.len() == 1).then(tagged.list.first())


def _numbered(table: SourceTable, word: str) -> dict[int, str]:
    """Cell columns of the headers that are `word` and a number, by that number."""
    columns = {}
    for at, header in enumerate(table.header):
        match = re.fullmatch(rf"{word} (\d+)", fold(header))
        if match:
            columns[int(match[1])] = cell_column(at)
    return columns

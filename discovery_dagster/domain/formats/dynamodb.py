"""Typed JSON of DynamoDB, `{"server_name": {"S": "web-1"}}`, without its types.

The tables in it are recognised by their columns, as any others are.
"""

import re

import polars as pl

from discovery_dagster.domain.formats.reshaping import cells_of
from discovery_dagster.domain.source_tables import SourceTable, cell_column

_TYPED = re.compile(r"^(?:Item\.|dynamodb\.NewImage\.)?(?P<name>.+)\.(?:S|N|BOOL|NULL|SS|NS|L)$")
_IN_LIST = r'\{"(?:S|N)":"?([^"}]*)"?\}'


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Take the types off the columns of tables all of whose columns have them."""
    return tuple(_untyped(table) for table in tables)


def _untyped(table: SourceTable) -> SourceTable:
    names = [_TYPED.match(column) for column in table.header]
    if not all(names):
        return table
    columns: dict[str, list[pl.Series]] = {}
    for match in names:
        if match is not None:
            cells = cells_of(table, match.string)
            typed_null = match.string.endswith(".NULL")
            columns.setdefault(match["name"], []).append(
                pl.Series([None] * len(cells), dtype=pl.String) if typed_null else _plain(cells)
            )
    merged = [
        pl.DataFrame({str(at): cells for at, cells in enumerate(several)}).select(
            pl.coalesce(pl.all()).alias(cell_column(position))
        )
        for position, several in enumerate(columns.values())
    ]
    fixed = table.records.select("line", "outcome", "reason", "surplus")
    records = pl.concat([fixed, *merged], how="horizontal")
    return SourceTable(table.file, table.sheet, tuple(columns), table.header_line, records)


def _plain(cells: pl.Series) -> pl.Series:
    """Write lists of typed values as the JSON reader writes lists of plain ones."""
    listed = cells.str.extract_all(_IN_LIST).list.eval(pl.element().str.extract(_IN_LIST, 1))
    is_list = cells.str.starts_with("[{").fill_null(value=False)
    return cells.zip_with(~is_list, listed.list.join("; "))

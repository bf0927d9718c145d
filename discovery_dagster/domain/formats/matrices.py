"""Dependencies drawn as a matrix, and lists of edges that stand without a header.

A matrix names things in its first column and the same things in its header; a mark where a row and
a column meet says that the row's thing needs the column's, or the other way round where the corner
says so (`Provider / Consumer`). A list of edges is recognised by names that stand on both sides of
it.
"""

from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.reshaping import add_columns, with_header
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.headers.phrases import read_phrases
from discovery_dagster.domain.readers.records import frame_of_records, read_record
from discovery_dagster.domain.source_tables import READ, SourceTable, cell_column
from discovery_dagster.domain.values.quantities import read_numbers
from discovery_dagster.domain.words import fold

_NEEDS: Final = "Depends on"
_NEEDED: Final = "Used by"
_SHARED: Final = 0.8  # least share of the names of rows, or of columns, that name the others, too
_FEW: Final = 6  # different marks of a column
_LONGEST: Final = 5_000  # records of a matrix, and of a list that are looked at
_SMALLEST: Final = 2  # things of a matrix, records of a list of edges
_WIDEST: Final = 3  # columns of a list of edges: two ends and a weight


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Say what each row of a matrix needs, and give lists of edges their header."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    if _is_matrix(table):
        return _with_needs(table)
    return _with_ends(table) if _is_list_of_edges(table) else table


def _is_matrix(table: SourceTable) -> bool:
    if table.records.height > _LONGEST:
        return False
    names = [fold(column) for column in table.header[1:]]
    rows = {fold(cell) for cell in table.records[cell_column(0)].drop_nulls().unique()}
    shared = sum(name in rows for name in names)
    return (
        shared >= max(_SMALLEST, _SHARED * min(len(names), len(rows)))
        and len(set(names)) == len(names)
        and all(_are_marks(table.records[cell_column(at + 1)]) for at in range(len(names)))
    )


def _are_marks(cells: pl.Series) -> bool:
    """Whether cells are crosses, ones or weights, or a few words of what is needed how."""
    values = cells.drop_nulls().str.strip_chars().unique()
    return len(values) <= _FEW or bool(read_numbers(values).is_not_null().all())


def _with_needs(table: SourceTable) -> SourceTable:
    nothing = [*reference.load("booleans")["false"], "0.0", "-", "", "n/a", "none"]
    columns = [cell_column(at) for at in range(1, len(table.header))]
    marked = [
        pl.when(
            ~pl.col(column).str.strip_chars().str.to_lowercase().is_in(nothing).fill_null(True)
        ).then(pl.lit(name))
        for column, name in zip(columns, table.header[1:], strict=True)
    ]
    needs = table.records.select(pl.concat_list(marked).list.drop_nulls().list.join("\n"))
    called = _NEEDED if _is_turned(table.header[0]) else _NEEDS
    named = with_header(table, {table.header[0]: "Name"})
    return add_columns(named, {called: needs.to_series().replace("", None)})


def _is_turned(corner: str) -> bool:
    """Whether the corner says that columns need rows: `To / From`, `is used by`."""
    words = reference.load("ends")["sides"].values()
    sources, targets = (
        {fold(word) for pair in words for word in pair[side]} for side in ("source", "target")
    )
    parts = [set(fold(part).split()) for part in corner.replace("\\", "/").split("/")]
    if len(parts) > 1 and parts[0] & targets - sources and parts[-1] & sources - targets:
        return True
    phrases = read_phrases([corner.strip(" →↓-")]).values()
    return any(phrase.turned for phrase in phrases)


def _is_list_of_edges(table: SourceTable) -> bool:
    """Whether the header is an edge like the records below it."""
    header = [column.strip() for column in table.header]
    if not table.header_line or not 2 <= len(header) <= _WIDEST:
        return False
    records = table.records.head(_LONGEST).filter(pl.col("outcome") == READ)
    if records.height < _SMALLEST:
        return False
    sides = [
        {cell.strip().lower() for cell in records[cell_column(at)].drop_nulls()} for at in (0, 1)
    ]
    ends = [header[0].lower(), header[1].lower()]
    both = (sides[0] | {ends[0]}) & (sides[1] | {ends[1]})
    if not both or not all(any(c.isalpha() for c in end) for end in ends):
        return False
    if len(header) == _WIDEST and not header[2].replace(".", "", 1).isdigit():
        return False
    stands_below = any(end in sides[0] | sides[1] for end in ends)
    means = any(
        find_meaning(name, section)
        for name in header[:2]
        for section in (synonyms.ASSETS, synonyms.RELATIONS)
    )
    return stands_below and not (means and len(both) < _SMALLEST)


def _with_ends(table: SourceTable) -> SourceTable:
    names = ("source", "target", "weight")[: len(table.header)]
    first = frame_of_records([read_record(table.header_line, table.header, len(names))], len(names))
    return replace(table, header=names, header_line=0, records=pl.concat([first, table.records]))

"""Merged cells below a header: their value is that of every record and column that they cover.

    Host    Application   Owner          All three hosts belong to Ledger; Ann owns the first two.
    kea11   Ledger        Ann
    kea12   |             |
    kea13   |             Bob

A cell merged over whole rows is a heading between records, and one that is merged over many columns
is a remark: neither is the value of each column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.records import cells_of, with_ignored
from discovery_dagster.domain.readers.worksheet import Range
from discovery_dagster.domain.source_tables import READ, MergedCell

_HEADING: Final = "section_heading"
_BROAD: Final = 3  # columns from which on a cell over most of them is about the whole row
_PAIR: Final = 2  # columns that a value may always cover, such as owner and deputy

Filled = npt.NDArray[np.bool_]  # by column and row


def merged_cells(ranges: Sequence[Range], records: pl.DataFrame, column: int) -> list[MergedCell]:
    """Return the ranges that begin among the records, cut off at the edges of the table.

    Args:
        ranges: of the worksheet.
        records: as `SourceTable.records`, of consecutive rows.
        column: number of the table's first column in the worksheet.
    """
    if records.is_empty():
        return []
    first, last = int(records["line"][0]), int(records["line"][-1])
    width = len(cells_of(records))
    return [
        MergedCell(
            each.first_row,
            min(each.last_row, last),
            each.first_column - column,
            min(each.last_column - column, width - 1),
            str(each),
        )
        for each in ranges
        if first <= each.first_row <= last and 0 <= each.first_column - column < width
    ]


def fill_merged(
    records: pl.DataFrame, merged: Sequence[MergedCell], name: str, limits: Limits
) -> tuple[pl.DataFrame, tuple[MergedCell, ...]]:
    """Give each record the values of the merged cells that reach into it.

    A row whose cells are all covered has nothing of its own and stays blank: it is the rest of the
    record above. A row that is ignored is left as it stands, and so is a value below a merged cell.

    Args:
        records: as `SourceTable.records`, of consecutive rows.
        merged: as `merged_cells` gives them.
        name: of the file.
        limits: of the file.

    Returns:
        The records, headings between them ignored as `section_heading`, and the merged cells whose
        value was given to others.

    Raises:
        UnreadableFileError: `limit_exceeded`, when ranges overlap as no program writes them.
    """
    if not merged:
        return records, ()
    area = sum((each.last_line - each.first_line + 1) * each.columns for each in merged)
    check_limit(name, "merged cells a sheet", area, limits.sheet_cells)
    columns = cells_of(records)
    grid = _Grid.of(records, columns)
    headings = [grid.row(each) for each in merged if grid.is_heading(each)]
    grid.own[headings] = False
    texts = [records[columns[each.first_position]][grid.row(each)] for each in merged]
    merged_texts = pl.Series(texts, dtype=pl.String)
    used = list[MergedCell]()
    sources = dict[int, npt.NDArray[np.uint32]]()  # by column: its own rows, then merged cells
    for number, each in enumerate(merged):
        covered = list(grid.covered(each)) if texts[number] is not None else []
        for at, rows in covered:
            if at not in sources:
                sources[at] = np.arange(records.height, dtype=np.uint32)
            sources[at][rows] = records.height + number
        if covered:
            used.append(each)
    filled = records.with_columns(
        pl.concat([records[columns[at]], merged_texts]).gather(pl.Series(places)).alias(columns[at])
        for at, places in sources.items()
    )
    return with_ignored(filled, dict.fromkeys(headings, _HEADING)), tuple(used)


@dataclass
class _Grid:
    """Which cells of a table are filled, and which rows have a cell of their own."""

    first: int  # line of the first row
    filled: Filled
    own: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, records: pl.DataFrame, columns: Sequence[str]) -> "_Grid":
        filled = np.array([records[column].is_not_null().to_numpy() for column in columns])
        read = (records["outcome"] == READ).to_numpy()
        return cls(int(records["line"][0]), filled, filled.any(axis=0) & read)

    def row(self, merged: MergedCell) -> int:
        return merged.first_line - self.first

    def is_heading(self, merged: MergedCell) -> bool:
        """Whether the cell stands alone in its row and covers all columns, or most of many."""
        width, row = len(self.filled), self.row(merged)
        broad = merged.columns == width or (merged.columns >= _BROAD and 2 * merged.columns > width)
        alone = self.filled[merged.first_position, row] and self.filled[:, row].sum() == 1
        return width > 1 and broad and bool(alone and self.own[row])

    def covered(self, merged: MergedCell) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
        """The rows, by column, that have no text of their own where the merged cell covers them."""
        width, top = len(self.filled), self.row(merged)
        sideways = merged.columns <= max(_PAIR, width // 2)
        right = merged.last_position if sideways else merged.first_position
        bottom = merged.last_line - self.first
        for at in range(merged.first_position, right + 1):
            inside = slice(top, bottom + 1)
            rows = np.flatnonzero(self.own[inside] & ~self.filled[at, inside]) + top
            if len(rows):
                yield at, rows

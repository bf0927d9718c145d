"""What a person should know of how a worksheet was read: what is hidden in it, and merged."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import polars as pl

from discovery_dagster.domain.readers.sheet_purpose import CHOICES, EXPLANATION
from discovery_dagster.domain.readers.worksheet import Worksheet, column_letters
from discovery_dagster.domain.source_tables import READ, SourceTable

_MOST: Final = 10  # rows, or runs of them, and columns that are named
_PURPOSES: Final = {
    CHOICES: "holds values to choose from, not records; it is ignored",
    EXPLANATION: "explains other sheets and holds no records; it is ignored",
}


def sheet_notes(sheet: Worksheet, table: SourceTable) -> Iterator[str]:
    """Give a sentence on each thing of a sheet that a person may not expect to be read, or not so.

    Args:
        sheet: as it stands in its workbook.
        table: made of it.
    """
    records, layout = table.records, sheet.layout
    called = f'Sheet "{sheet.name}"' + (" is hidden and" if layout.hidden else "")
    reasons = records["reason"].unique()
    ignored = next((text for code, text in _PURPOSES.items() if code in reasons), None)
    if ignored is not None:
        yield f"{called} {ignored}."
        return
    if layout.hidden:
        yield f"{called} is read like the others."
    rows = _read_lines(records, layout.hidden_rows)
    if rows:
        noun = "a hidden row" if len(rows) == 1 else f"{len(rows)} hidden rows"
        yield f'Sheet "{sheet.name}" has {noun} ({_runs(rows)}), read like the others.'
    last = (sheet.first_column or 1) + len(table.header) - 1
    columns = [column_letters(number) for number in layout.hidden_columns if number <= last]
    if columns:
        noun = "a hidden column" if len(columns) == 1 else f"{len(columns)} hidden columns"
        yield f'Sheet "{sheet.name}" has {noun} ({_listed(columns)}), read like the others.'
    if layout.merged and sheet.first_column is None:
        yield (
            f'Sheet "{sheet.name}" has merged cells, and only the first that each covers has its'
            " value: open and save the workbook in Excel."
        )
    if table.merged:
        number = len(table.merged)
        cells = "a merged cell" if number == 1 else f"{number} merged cells"
        yield f'Sheet "{sheet.name}" has {cells}, read as the value of each row and column covered.'


def _read_lines(records: pl.DataFrame, rows: Sequence[int]) -> list[int]:
    """Those of the rows of a worksheet that are records and were read."""
    if not rows:
        return []
    of_rows = pl.col("line").is_in(pl.Series(rows).implode())
    return records.filter(of_rows, pl.col("outcome") == READ)["line"].to_list()


def _runs(rows: Sequence[int]) -> str:
    """Rows in their order, those that follow each other as `5-9`."""
    starts = [rows[0], *(later for row, later in pairwise(rows) if later != row + 1)]
    ends = [*(row for row, later in pairwise(rows) if later != row + 1), rows[-1]]
    runs = zip(starts, ends, strict=True)
    return _listed([str(start) if start == end else f"{start}-{end}" for start, end in runs])


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:_MOST]) + (", …" if len(words) > _MOST else "")

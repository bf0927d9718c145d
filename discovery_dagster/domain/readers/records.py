"""The frame of physical records that every reader fills, and the table around it.

How a container's records are found is its reader's matter.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.header import Cells, column_names, is_blank
from discovery_dagster.domain.source_tables import IGNORED, READ, REJECTED, SourceTable, cell_column

#: Line, outcome, reason, surplus and cells of one record.
Record = tuple[int, str, str | None, list[str | None] | None, Sequence[str | None]]

_FIXED: dict[str, pl.DataType] = {
    "line": pl.UInt32(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "surplus": pl.List(pl.String()),
}


def read_record(line: int, cells: Sequence[str | None], width: int) -> Record:
    """Return the record of `cells`, rejected when a cell beyond `width` columns is filled."""
    surplus = cells[width:]
    if all(is_blank(cell) for cell in surplus):
        return line, READ, None, None, cells[:width]
    return line, REJECTED, "too_many_cells", [cell or None for cell in surplus], cells[:width]


def rejected_record(line: int, reason: str, text: str) -> Record:
    """Return a record whose cells are unknown; its first cell holds its text as it stood."""
    return line, REJECTED, reason, None, [text]


def ignored_record(line: int, reason: str) -> Record:
    """Return a record that holds nothing."""
    return line, IGNORED, reason, None, []


def frame_of_records(records: Iterable[Record], width: int) -> pl.DataFrame:
    """Return the frame of `records`; missing cells are null, and so are empty ones."""
    padding: list[str | None] = [None] * width
    rows = [
        (*fixed, *([cell or None for cell in cells] + padding)[:width]) for *fixed, cells in records
    ]
    schema = _FIXED | dict.fromkeys(_cell_columns(width), pl.String())
    return pl.DataFrame(rows, schema=schema, orient="row")


def frame_of_cells(cells: pl.DataFrame, lines: pl.Series) -> pl.DataFrame:
    """Return the frame of the records read whose cells are the rows of `cells`, at `lines`."""
    return cells.rename(dict(zip(cells.columns, _cell_columns(cells.width), strict=True))).select(
        lines.cast(pl.UInt32).alias("line"),
        pl.lit(READ).alias("outcome"),
        pl.lit(None, pl.String).alias("reason"),
        pl.lit(None, pl.List(pl.String)).alias("surplus"),
        pl.all(),
    )


def with_outcomes(frame: pl.DataFrame, records: Mapping[int, Record]) -> pl.DataFrame:
    """Return `frame` of records read with what became of those of the given rows; cells stay."""
    if not records:
        return frame
    _, outcomes, reasons, surplus, _ = zip(*records.values(), strict=True)
    # To gather from few texts costs a tenth of putting some into a column of many.
    places = np.zeros(frame.height, dtype=np.uint32)
    places[list(records)] = np.arange(1, len(records) + 1, dtype=np.uint32)
    unusual = pl.DataFrame(
        {"outcome": [READ, *outcomes], "reason": [None, *reasons], "surplus": [None, *surplus]},
        schema={name: _FIXED[name] for name in ("outcome", "reason", "surplus")},
    )
    columns = unusual.select(pl.all().gather(pl.Series(places)))
    return frame.with_columns(columns)


def cells_of(records: pl.DataFrame) -> list[str]:
    """Return the names of the columns of `records` that hold cells."""
    return records.columns[len(_FIXED) :]


def open_rows(records: pl.DataFrame) -> pl.Series:
    """Return whether each of `records` was read."""
    return records["outcome"] == READ


def first_filled(records: pl.DataFrame, cells: Sequence[str], rows: pl.Series) -> pl.Series:
    """Return the first of `cells` that is not null of each of `rows`."""
    held = records.select(pl.col(cells).gather(rows))
    return held.select(pl.coalesce(pl.all()).alias("text")).to_series()


def whole_row(records: pl.DataFrame, row: int) -> list[str | None]:
    """Return the cells of a record, and those beyond the last column."""
    _, _, _, surplus, *cells = records.row(row)
    return [*cells, *(surplus or ())]


def with_width(records: pl.DataFrame, width: int) -> pl.DataFrame:
    """Return `records` with `width` columns of cells, whatever the width they were read with.

    What was too long for the columns there were may fit now, and the other way round.
    """
    cells = cells_of(records)
    widest = records["surplus"].list.len().max()
    beyond = [
        pl.col("surplus").list.get(at, null_on_oob=True).alias(cell_column(len(cells) + at))
        for at in range(widest if isinstance(widest, int) else 0)
    ]
    whole = records.with_columns(beyond)
    missing = (pl.lit(None, pl.String).alias(name) for name in _cell_columns(width))
    whole = whole.with_columns(each for each in missing if each.meta.output_name() not in whole)
    over = cells_of(whole)[width:]
    too_long = pl.any_horizontal(pl.lit(value=False), *(~_blank(name) for name in over))
    readable = (pl.col("outcome") == READ) | (pl.col("reason") == "too_many_cells")
    refused = readable & too_long
    surplus = pl.concat_list(over) if over else pl.lit(None, _FIXED["surplus"])
    return whole.with_columns(
        outcome=pl.when(refused).then(pl.lit(REJECTED)).when(readable).then(pl.lit(READ))
        .otherwise("outcome"),
        reason=pl.when(refused).then(pl.lit("too_many_cells")).when(~readable).then("reason"),
        surplus=pl.when(refused).then(surplus),
    ).select(*_FIXED, *_cell_columns(width))  # fmt: skip


def with_ignored(records: pl.DataFrame, reasons: Mapping[int, str]) -> pl.DataFrame:
    """Return `records` with the given rows as ignored, each for its reason."""
    if not reasons:
        return records
    places = pl.Series(list(reasons), dtype=pl.UInt32)
    return records.with_columns(
        records["outcome"].clone().scatter(places, IGNORED),
        records["reason"].clone().scatter(places, pl.Series(list(reasons.values()))),
    )


def ignore_blank_records(records: pl.DataFrame, among: pl.Series | None = None) -> pl.DataFrame:
    """Return `records` with those whose cells are all blank as ignored `blank_record`.

    Args:
        records: as `SourceTable.records`.
        among: the rows that may be such, all where that is not known.
    """
    if among is not None and among.is_empty():  # as of most tables, of which there may be thousands
        return records
    cells = cells_of(records)
    rows = records.with_row_index("row")
    if among is not None:
        rows = rows.select(pl.all().gather(among))
    # Few records have a blank first cell, and only those are looked at further.
    blank = rows.filter(_blank(cells[0])).filter(
        pl.col("outcome") == READ, pl.all_horizontal(_blank(cell) for cell in cells)
    )
    if blank.is_empty():
        return records
    return with_ignored(records, dict.fromkeys(blank["row"].to_list(), "blank_record"))


def source_table(
    name: str,
    sheet: str | None,
    header: Cells,
    header_line: int,
    records: pl.DataFrame,
    limits: Limits,
    longest: int | None = None,
) -> SourceTable:
    """Return the table of `records`, without trailing columns that have neither name nor value.

    Args:
        name: of the file.
        sheet: of a workbook.
        header: cells of the header.
        header_line: line that it stands in.
        records: as `SourceTable.records`, with as many cells as the header or more.
        limits: of the file.
        longest: characters that no cell exceeds, where that is known.

    Raises:
        UnreadableFileError: `limit_exceeded` for too many columns or too long a cell.
    """
    width = len(header)
    while width > 1 and is_blank(header[width - 1]) and _is_empty(records, width - 1):
        width -= 1
    check_limit(name, "columns", width, limits.columns)
    cells = _cell_columns(width)
    if longest is None or longest > limits.cell_characters:
        check_lengths(name, records, cells, limits)
    names = tuple(column_names(header[:width]))
    return SourceTable(name, sheet, names, header_line, records.select(*_FIXED, *cells))


def check_lengths(name: str, records: pl.DataFrame, cells: Sequence[str], limits: Limits) -> None:
    """Refuse the file `name` when one of its `cells` is too long, before anybody looks into it.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    longest = _longest(records, cells, limits.cell_characters)
    check_limit(name, "characters in a cell", longest, limits.cell_characters)


def _cell_columns(width: int) -> list[str]:
    return [cell_column(position) for position in range(width)]


def _blank(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.strip_chars() == ""


def _is_empty(records: pl.DataFrame, position: int) -> bool:
    return records[cell_column(position)].null_count() == records.height


def _longest(records: pl.DataFrame, cells: Sequence[str], limit: int) -> int:
    """Characters of the longest cell; bytes, which are quicker to tell, where they are enough."""
    longest = records.select(pl.max_horizontal(pl.col(cells).str.len_bytes().max())).item() or 0
    if longest > limit:
        longest = records.select(pl.max_horizontal(pl.col(cells).str.len_chars().max())).item()
    return int(longest)

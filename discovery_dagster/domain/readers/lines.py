"""The records of a delimited text, with each one's physical line.

Polars reads lines as they stand, in pieces. Lines that RFC 4180 does not have are read one by one
and stand rewritten in those pieces, so that all records come in their order and nothing has to be
sorted or put in between.
"""

from dataclasses import dataclass, field
from mmap import mmap
from typing import Final

import numpy as np
import polars as pl

from discovery_dagster.domain.readers.dialect import SPACE, Dialect
from discovery_dagster.domain.readers.line_index import LineIndex, Positions, index_lines
from discovery_dagster.domain.readers.quoting import scan_record, write_record
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_cells,
    ignore_blank_records,
    ignored_record,
    read_record,
    rejected_record,
    with_outcomes,
)
from discovery_dagster.domain.tables import REJECTED

#: Bytes that Polars reads at once; measured best, since they stay in the caches.
_PIECE: Final = 8 * 1024**2
_TAB, _BLANK = b"\t", b" "


@dataclass
class _Pieces:
    """Text that waits for Polars, and the cells of what it has read."""

    dialect: Dialect
    quote: str | None
    waiting: list[memoryview | bytes] = field(default_factory=list)
    size: int = 0
    read: list[pl.DataFrame] = field(default_factory=list)
    lengths: list[pl.Series] = field(default_factory=list)  # bytes of all cells of a row

    def add(self, text: memoryview | bytes) -> None:
        """Add whole lines."""
        self.waiting.append(text)
        self.size += len(text)
        if self.size >= _PIECE:
            self.flush()

    def flush(self) -> None:
        """Let Polars read what waits. A header says the width, whatever that of the first line."""
        delimiter, width = self.dialect.delimiter, len(self.dialect.header)
        names = (delimiter.join(str(at) for at in range(width)) + "\n").encode()
        text = b"".join([names, *self.waiting])
        self.waiting.clear()  # views must be gone before the file is unmapped
        self.size = 0
        cells = pl.read_csv(
            text,
            separator=delimiter,
            quote_char=self.quote,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
        self.read.append(cells)
        lengths = cells.select(pl.sum_horizontal(pl.all().str.len_bytes()))
        self.lengths.append(lengths.to_series().fill_null(0))


def read_lines(data: bytes | mmap, dialect: Dialect, limit: int) -> tuple[pl.DataFrame, int]:
    """Return the records below the header, and bytes that no cell exceeds.

    Args:
        data: UTF-8, with line feeds at the ends of lines.
        dialect: how the text is written.
        limit: characters beyond which a quoted cell counts as not closed.
    """
    lines = index_lines(_even(data) if dialect.delimiter == SPACE else data, dialect)
    pieces, kept, unusual = _read_pieces(lines, dialect, limit)
    cells = pl.concat(pieces.read)
    for row in _too_wide(lines, kept, pl.concat(pieces.lengths), cells.width):
        if row not in unusual:
            unusual[row] = _read(lines, int(kept[row]), dialect, limit)[0]
    if lines.has_empty_quotes:
        cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
    numbers = pl.Series((kept + dialect.body_line).astype(np.uint32))
    records = with_outcomes(frame_of_cells(cells, numbers), unusual)
    maybe_empty = pl.Series(np.flatnonzero(lines.maybe_empty[kept]).astype(np.uint32))
    # Only cells that were read one by one go over several lines, and their limit is kept.
    longest = max(int((lines.ends - lines.starts).max(initial=0)), limit if unusual else 0)
    return ignore_blank_records(records, maybe_empty), longest


def _read_pieces(
    lines: LineIndex, dialect: Dialect, limit: int
) -> tuple[_Pieces, Positions, dict[int, Record]]:
    """Read all lines: the pieces read, the lines where records begin, and records read one by one.

    The last are numbered as the cells' rows are.
    """
    unusual: dict[int, Record] = {}
    taken = np.zeros(len(lines), dtype=np.bool_)  # lines inside a record that begins above
    special = np.flatnonzero(lines.blank | lines.comment | lines.odd).tolist()
    quoted = dialect.quoting and bool(lines.odd.any() or lines.quotes.any())
    pieces = _Pieces(dialect, '"' if quoted else None)
    with memoryview(lines.data) as view:
        following = 0
        for at in special:
            if at < following:
                continue
            _add_run(pieces, view, lines, following, at)
            unusual[at], following = _read_special(lines, at, dialect, limit)
            taken[at + 1 : following] = True
            pieces.add(_written(unusual[at], dialect))
        _add_run(pieces, view, lines, following, len(lines))
        pieces.flush()
    kept = np.flatnonzero(~taken)
    places = np.searchsorted(kept, np.array(list(unusual), dtype=np.int64)).tolist()
    rows = dict(zip(places, unusual.values(), strict=True))
    return pieces, kept, rows


def _add_run(pieces: _Pieces, view: memoryview, lines: LineIndex, first: int, behind: int) -> None:
    """Add the lines from `first` up to `behind` as they stand."""
    while first < behind:
        start = int(lines.starts[first])
        end = int(lines.starts[behind]) if behind < len(lines) else len(view)
        cut = behind
        if end - start > _PIECE:
            cut = max(int(np.searchsorted(lines.starts, start + _PIECE)), first + 1)
            end = int(lines.starts[cut]) if cut < len(lines) else len(view)
        pieces.add(view[start:end])
        first = cut


def _read_special(lines: LineIndex, at: int, dialect: Dialect, limit: int) -> tuple[Record, int]:
    number = at + dialect.body_line
    if lines.blank[at]:
        return ignored_record(number, "blank_line"), at + 1
    if lines.comment[at]:
        return ignored_record(number, "comment"), at + 1
    return _read(lines, at, dialect, limit)


def _read(lines: LineIndex, at: int, dialect: Dialect, limit: int) -> tuple[Record, int]:
    """Read the record that begins with line `at`: it, and the line below it."""
    number, start, width = at + dialect.body_line, int(lines.starts[at]), len(dialect.header)
    text = lines.data[start : int(lines.ends[at])].decode("utf-8", "replace")
    if not dialect.quoting:
        return read_record(number, text.split(dialect.delimiter), width), at + 1
    scanned = scan_record(lines.data, start, dialect.delimiter.encode(), limit)
    if scanned is not None:
        cells, end = scanned
        after = int(np.searchsorted(lines.starts, end))
        record = read_record(number, cells, width)
        # A quote that swallows lines into too many cells was never meant to be open.
        if after == at + 1 or record[1] != REJECTED:
            return record, after
    return rejected_record(number, "unclosed_quote", text), at + 1


def _written(record: Record, dialect: Dialect) -> bytes:
    cells = [cell or "" for cell in record[4]]
    if any(cells):
        return write_record(cells, dialect.delimiter)
    return (dialect.delimiter * (len(dialect.header) - 1) + "\n").encode()


def _too_wide(lines: LineIndex, kept: Positions, lengths: pl.Series, width: int) -> list[int]:
    """Rows of lines with more cells than columns, of which Polars took only the first ones.

    A line is as long as its cells, the quotes that are no text and the delimiters between.
    """
    written = (lines.ends - lines.starts - lines.quotes)[kept]
    rows: list[int] = np.flatnonzero(written - lengths.to_numpy() >= width).tolist()
    return rows


def _even(data: bytes | mmap) -> bytes | mmap:
    """Set the columns of each line apart by one blank, and none before and behind them."""
    uneven = (_BLANK * 2, _TAB, b" \n", b" \r", b"\n ")
    if all(data.find(part) < 0 for part in uneven):
        return data
    text = data[:].replace(_TAB, _BLANK)
    while _BLANK * 2 in text:
        text = text.replace(_BLANK * 2, _BLANK)
    return text.replace(b" \r\n", b"\r\n").replace(b" \n", b"\n").replace(b"\n ", b"\n")

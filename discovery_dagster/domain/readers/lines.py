"""The records of a delimited text, with each one's physical line.

Polars reads lines as they stand, in pieces. Lines that RFC 4180 does not have are read one by one
and stand rewritten in those pieces, so that all records come in their order and nothing has to be
sorted or put in between. While Polars reads one piece, the lines of the next one are found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from discovery_dagster.domain.contents import Bytes
from discovery_dagster.domain.readers.concurrency import map_in_order
from discovery_dagster.domain.readers.cut_off import find_cut_off
from discovery_dagster.domain.readers.dialect import SPACE, Dialect
from discovery_dagster.domain.readers.line_index import LineIndex, Positions, index_lines
from discovery_dagster.domain.readers.quoting import CutOffError, scan_record, write_record
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_cells,
    ignore_blank_records,
    ignored_record,
    read_record,
    rejected_record,
    with_outcomes,
)
from discovery_dagster.domain.readers.spaces import set_evenly
from discovery_dagster.domain.source_tables import REJECTED

#: Bytes that Polars reads at once; measured best, since they stay in the caches.
_PIECE: Final = 8 * 1024**2
_SIGNS: Final = (b"'", b"=")  # that values may be wrapped in, or led by
_REPLACEMENT: Final = "\ufffd".encode()  # of zero bytes: visible, and no database refuses it


@dataclass(frozen=True)
class _Piece:
    """Whole lines of a text, and the records found in them."""

    lines: LineIndex
    first: int  # number of the first line
    taken: int  # bytes of the text
    text: list[memoryview | bytes]  # a line for each record, as RFC 4180 has it
    kept: Positions  # lines where the records begin
    unusual: dict[int, Record]  # those read one by one, by their rows


@dataclass(frozen=True)
class Lines:
    """The records of a text, as `SourceTable.records`, and what is known of their cells."""

    records: pl.DataFrame
    longest: int  # bytes that no cell exceeds
    marked: bool  # whether any text begins with `'` or `=`, perhaps
    cut_off: frozenset[int]  # lines of records that seem cut off


@dataclass(frozen=True)
class _Part:
    """The records of a piece."""

    cells: pl.DataFrame
    numbers: Positions  # of their lines
    unusual: dict[int, Record]
    maybe_empty: Positions  # rows
    short: Positions  # rows with fewer cells than columns
    longest: int  # bytes that no cell exceeds
    marked: bool


def read_lines(data: Bytes, start: int, dialect: Dialect, limit: int) -> Lines:
    """Return the records below the header.

    Args:
        data: UTF-8, with line feeds at the ends of lines.
        start: where the first line below the header begins.
        dialect: how the text is written.
        limit: characters beyond which a quoted cell counts as not closed.
    """
    reader = _Reader(dialect, limit)
    parts = list(map_in_order(reader.read, reader.pieces(data, start)))
    heights = np.cumsum([0, *(part.cells.height for part in parts)])
    places = list(zip(heights[:-1].tolist(), parts, strict=True))
    unusual = {above + row: one for above, part in places for row, one in part.unusual.items()}
    maybe_empty = np.concatenate([part.maybe_empty + above for above, part in places])
    short = np.concatenate([part.short + above for above, part in places])
    numbers = np.concatenate([part.numbers for part in parts])
    records = frame_of_cells(
        pl.concat([part.cells for part in parts]), pl.Series(numbers.astype(np.uint32))
    )
    records = with_outcomes(records, unusual)
    unended = len(data) > start and data[len(data) - 1 : len(data)] != b"\n"
    records = ignore_blank_records(records, pl.Series(maybe_empty.astype(np.uint32)))
    longest = max(part.longest for part in parts)
    cut_off = find_cut_off(records, pl.Series(short.astype(np.uint32)), unended=unended)
    return Lines(records, longest, any(part.marked for part in parts), cut_off)


def behind_lines(data: bytes, count: int) -> int:
    """Where the line begins that stands below `count` others; the end when there are fewer."""
    position = 0
    for _ in range(count):
        position = data.find(b"\n", position) + 1
        if not position:
            return len(data)
    return position


@dataclass(frozen=True)
class _Reader:
    """Reads texts of one dialect whose quoted cells have at most `limit` characters."""

    dialect: Dialect
    limit: int

    def pieces(self, data: Bytes, start: int) -> Iterator[_Piece]:
        """Part the lines of `data` from `start` on; there is at least one part."""
        number, size = self.dialect.body_line, _PIECE
        while True:
            text = data[start : start + size]
            follows = start + size < len(data)
            end = text.rfind(b"\n") + 1 if follows else len(text)
            piece = self._find(text, end, number, follows=follows)
            if follows and not piece.taken:  # a line or a cell is longer
                size *= 2
                continue
            yield piece
            start += piece.taken
            if start >= len(data):
                return
            number, size = number + len(piece.lines), _PIECE

    def read(self, piece: _Piece) -> _Part:
        """Let Polars read a piece. A header says the width, whatever that of the first line."""
        lines, unusual = piece.lines, piece.unusual
        delimiter, width = self.dialect.delimiter, len(self.dialect.header)
        names = (delimiter.join(str(at) for at in range(width)) + "\n").encode()
        quoted = self.dialect.quoting and bool(lines.odd.any() or lines.quotes.any())
        text = b"".join([names, *piece.text])
        cells = pl.read_csv(
            text,
            separator=delimiter,
            quote_char='"' if quoted else None,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
        delimiters = _delimiters(lines, piece.kept, cells)
        short = np.flatnonzero(delimiters < width - 1)
        for row in np.flatnonzero(delimiters >= width).tolist():
            if row not in unusual:
                at = int(piece.kept[row])
                unusual[row] = self._read(lines, at, at + piece.first, None)[0]
        if lines.has_empty_quotes:
            cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
        # Only cells that were read one by one go over several lines, and their limit is kept.
        longest = int((lines.ends - lines.starts).max(initial=0))
        return _Part(
            cells,
            piece.kept + piece.first,
            unusual,
            np.flatnonzero(lines.maybe_empty[piece.kept]),
            np.setdiff1d(short, list(unusual)),
            max(longest, self.limit if unusual else 0),
            any(sign in text for sign in _SIGNS),
        )

    def _find(self, text: bytes, end: int, first: int, *, follows: bool) -> _Piece:
        """Find the records in `text` up to `end`, but for a last one that goes on behind it.

        Args:
            text: as it stands.
            end: of the last whole line.
            first: its first line's number.
            follows: whether there is more behind `end`.
        """
        shown, shown_end = self._shown(text, end)
        lines = index_lines(shown, shown_end, self.dialect)
        more = shown_end if follows else None
        special: dict[int, Record] = {}
        inside = np.zeros(len(lines), dtype=np.bool_)  # lines of a record that begins above
        view, parts, following = memoryview(shown), list[memoryview | bytes](), 0
        for at in np.flatnonzero(lines.blank | lines.comment | lines.odd).tolist():
            if at < following:
                continue
            try:
                record, after = self._read_special(lines, at, at + first, more)
            except CutOffError:
                end = lines.start_of(at) if shown is text else behind_lines(text, at)
                lines = lines.head(at)
                break
            parts += _run(view, lines, following, at), self._written(record)
            special[at], following = record, after
            inside[at + 1 : after] = True
        parts.append(_run(view, lines, following, len(lines)))
        kept = np.flatnonzero(~inside[: len(lines)])
        rows = np.searchsorted(kept, np.array(list(special), dtype=np.int64)).tolist()
        unusual = dict(zip(rows, special.values(), strict=True))
        return _Piece(lines, first, end, parts, kept, unusual)

    def _shown(self, text: bytes, end: int) -> tuple[bytes, int]:
        """The text that is read instead of `text`, line by line the same, and its end."""
        spaced = self.dialect.delimiter == SPACE
        if not spaced and text.find(0, 0, end) < 0:
            return text, end
        shown = text[:end].replace(b"\0", _REPLACEMENT)
        shown = set_evenly(shown) if spaced else shown
        return shown, len(shown)

    def _read_special(
        self, lines: LineIndex, at: int, number: int, more: int | None
    ) -> tuple[Record, int]:
        if lines.blank[at]:
            return ignored_record(number, "blank_line"), at + 1
        if lines.comment[at]:
            return ignored_record(number, "comment"), at + 1
        return self._read(lines, at, number, more)

    def _read(self, lines: LineIndex, at: int, number: int, more: int | None) -> tuple[Record, int]:
        """Read the record that begins with line `at`: it, and the line below it.

        Raises:
            CutOffError: when it does not end before `more`, behind which the text goes on.
        """
        start, width = int(lines.starts[at]), len(self.dialect.header)
        text = lines.data[start : int(lines.ends[at])].decode("utf-8", "replace")
        if not self.dialect.quoting:
            return read_record(number, text.split(self.dialect.delimiter), width), at + 1
        delimiter = self.dialect.delimiter.encode()
        scanned = scan_record(lines.data, start, delimiter, self.limit, more)
        if scanned is not None:
            cells, end = scanned
            after = int(np.searchsorted(lines.starts, end))
            record = read_record(number, cells, width)
            # A quote that swallows lines into too many cells was never meant to be open.
            if after == at + 1 or record[1] != REJECTED:
                return record, after
        return rejected_record(number, "unclosed_quote", text), at + 1

    def _written(self, record: Record) -> bytes:
        cells = [cell or "" for cell in record[4]]
        if any(cells):
            return write_record(cells, self.dialect.delimiter)
        return (self.dialect.delimiter * (len(self.dialect.header) - 1) + "\n").encode()


def _run(view: memoryview, lines: LineIndex, first: int, behind: int) -> memoryview:
    """The lines from `first` up to `behind` as they stand."""
    return view[lines.start_of(first) : lines.start_of(behind)]


def _delimiters(lines: LineIndex, kept: Positions, cells: pl.DataFrame) -> Positions:
    """How many delimiters each line has, of which Polars took only the first ones.

    A line is as long as its cells, the quotes that are no text and the delimiters between.
    """
    written = (lines.ends - lines.starts - lines.quotes)[kept]
    lengths = cells.select(pl.sum_horizontal(pl.all().str.len_bytes())).to_series().fill_null(0)
    return np.asarray(written - lengths.to_numpy())

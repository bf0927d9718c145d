"""The lines of a UTF-8 text by their bytes: where each is, and which need a closer look.

Nearly all lines even of a dirty file are whole records as RFC 4180 has them. NumPy finds the others
by the positions of line feeds, quotes and returns.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from discovery_dagster.domain.readers.dialect import Dialect

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Array = npt.NDArray[np.uint8]

_PIECE: Final = 1024**2  # bytes whose positions are looked for at once
_SPARSE: Final = 1_024  # positions up to which searching one by one costs less than comparing all
_FEED, _RETURN, _TAB, _QUOTE = (ord(character) for character in '\n\r\t"')
_COMMENT: Final = ord("#")
#: First bytes of what Unicode counts as blank, in UTF-8.
_MAYBE_BLANK: Final = np.isin(
    np.arange(256), [*b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f ", 0xC2, 0xE1, 0xE2, 0xE3]
)


@dataclass(frozen=True)
class LineIndex:
    """Lines of a text, from 0; `ends` leave out line feeds and returns before them."""

    data: bytes
    end: int  # of the last line
    starts: Positions
    ends: Positions
    blank: Mask
    comment: Mask
    maybe_empty: Mask  # the first cell may hold nothing that is seen
    odd: Mask  # quotes that RFC 4180 does not have in one line, or returns inside
    quotes: Positions  # in each line, those that stand around or double what a cell holds
    has_empty_quotes: bool  # a cell may be written as two quotes

    def __len__(self) -> int:
        return len(self.starts)

    def start_of(self, line: int) -> int:
        """Where a line begins; behind the last one, the end."""
        return int(self.starts[line]) if line < len(self) else self.end

    def head(self, count: int) -> "LineIndex":
        """The first `count` lines."""
        return LineIndex(
            self.data,
            self.start_of(count),
            self.starts[:count],
            self.ends[:count],
            self.blank[:count],
            self.comment[:count],
            self.maybe_empty[:count],
            self.odd[:count],
            self.quotes[:count],
            self.has_empty_quotes,
        )


def index_lines(data: bytes, end: int, dialect: Dialect) -> LineIndex:
    """Find the lines of `data` up to `end`, and sort them by what they need."""
    text = np.frombuffer(data, dtype=np.uint8)[:end]
    feeds, returns = _controls(text)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), feeds + 1])
    ends = np.append(feeds, end)
    if starts[-1] == end:
        starts, ends = starts[:-1], ends[:-1]
    odd = np.zeros(len(starts), dtype=np.bool_)
    if len(returns):
        odd[_line_of(starts, returns[_bytes_at(text, returns + 1) != _FEED])] = True
        ends = ends - ((ends > starts) & (_bytes_at(text, ends - 1) == _RETURN))
    if not dialect.quoting:
        odd[:] = False  # a return inside a line is text of its cell, too
    quotes, empty = _sort_quotes(data, text, starts, dialect, odd)
    first = _bytes_at(text, starts)
    maybe_blank = _MAYBE_BLANK[first]
    blank = np.zeros(len(starts), dtype=np.bool_)
    for at in np.flatnonzero(maybe_blank):
        blank[at] = not data[starts[at] : ends[at]].decode("utf-8", "replace").strip()
    comment = (first == _COMMENT) & dialect.comments
    maybe_empty = maybe_blank | (first == ord(dialect.delimiter)) | (first == _QUOTE)
    return LineIndex(
        data, end, starts, ends, blank, comment, maybe_empty, odd & ~blank, quotes, empty
    )


def _sort_quotes(
    data: bytes, text: Array, starts: Positions, dialect: Dialect, odd: Mask
) -> tuple[Positions, bool]:
    """Mark lines with unusual quotes as `odd`, and count in each line those that are no text.

    A first, third, … quote of a line opens a cell or is the second one of a doubled quote, and a
    second, fourth, … closes a cell or is the first one of a doubled quote.
    """
    quotes = _positions(data, text, b'"') if dialect.quoting and len(starts) else starts[:0]
    if not len(quotes):
        return np.zeros(len(starts), dtype=np.int64), False
    if len(quotes) < len(starts):
        lines = np.searchsorted(starts, quotes, side="right") - 1
    else:
        counts = np.diff(np.searchsorted(quotes, starts), append=len(quotes))
        lines = np.repeat(np.arange(len(starts)), counts)
    first = np.flatnonzero(np.diff(lines, prepend=-1))  # of each line that has some
    counts = np.diff(first, append=len(quotes))
    opening = (np.arange(len(quotes)) - np.repeat(first, counts)) % 2 == 0
    before, behind = _bytes_at(text, quotes - 1), _bytes_at(text, quotes + 1)
    by = ord(dialect.delimiter)
    opens = (before == by) | (before == _FEED) | (before == _QUOTE)
    closes = (behind == by) | (behind == _FEED) | (behind == _QUOTE)
    returned = np.flatnonzero(behind == _RETURN)
    closes[returned] = _bytes_at(text, quotes[returned] + 2) == _FEED
    odd[lines[~np.where(opening, opens, closes)]] = True
    odd[lines[first[counts % 2 == 1]]] = True
    doubled = (~opening & (behind == _QUOTE)).astype(np.int64)
    removed = np.zeros(len(starts), dtype=np.int64)
    removed[lines[first]] = counts - np.add.reduceat(doubled, first)
    empty = opening[:-1] & (np.diff(quotes) == 1)
    return removed, bool(empty.any())


def _controls(text: Array) -> tuple[Positions, Positions]:
    """Where line feeds and returns stand, found in one pass."""
    pieces = [np.empty(0, dtype=np.int64)]
    for begin in range(0, len(text), _PIECE):
        pieces.append(np.flatnonzero(text[begin : begin + _PIECE] <= _RETURN) + begin)
    positions = np.concatenate(pieces)
    values = text[positions]
    return positions[values == _FEED], positions[values == _RETURN]


def _positions(data: bytes, text: Array, byte: bytes) -> Positions:
    """Where `byte` stands in `text`, which `data` begins with: in few places, as a rule."""
    places: list[int] = []
    at = data.find(byte, 0, len(text))
    while at >= 0 and len(places) < _SPARSE:
        places.append(at)
        at = data.find(byte, at + 1, len(text))
    sparse = np.array(places, dtype=np.int64)
    return sparse if at < 0 else np.flatnonzero(text == byte[0])


def _bytes_at(text: Array, positions: Positions) -> Array:
    """The bytes at `positions`; line feeds where they are outside."""
    if not len(positions):
        return np.empty(0, dtype=np.uint8)
    values = text.take(positions, mode="clip")
    values[(positions < 0) | (positions >= len(text))] = _FEED
    return values


def _line_of(starts: Positions, positions: Positions) -> Positions:
    """Numbers of the lines that hold `positions`."""
    return np.searchsorted(starts, positions, side="right") - 1

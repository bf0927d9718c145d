"""The lines of a UTF-8 text by their bytes: where each is, and which need a closer look.

Nearly all lines even of a dirty file are whole records as RFC 4180 has them. NumPy finds the others
by the positions of line feeds, quotes and returns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import Final

import numpy as np
import numpy.typing as npt

from discovery_dagster.domain.readers.dialect import Dialect

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_PIECE: Final = 1024**2  # bytes whose positions are looked for at once
_SPARSE: Final = 4_096  # positions up to which searching one by one costs less than comparing all
_FEED, _RETURN, _TAB, _QUOTE = (ord(character) for character in '\n\r\t"')
_COMMENT: Final = ord("#")
_REPLACEMENT: Final = "\ufffd".encode()  # visible, and no database refuses it
#: First bytes of what Unicode counts as blank, in UTF-8.
_MAYBE_BLANK: Final = np.isin(
    np.arange(256), [*b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f ", 0xC2, 0xE1, 0xE2, 0xE3]
)


@dataclass(frozen=True)
class LineIndex:
    """Lines below the header, from 0; `ends` leave out line feeds and returns before them."""

    data: bytes | mmap  # the text, without zero bytes
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


def index_lines(data: bytes | mmap, dialect: Dialect) -> LineIndex:
    """Find the lines below the header and sort them by what they need."""
    feeds, returns, zeros = _controls(data)
    if len(zeros):
        return index_lines(data[:].replace(b"\0", _REPLACEMENT), dialect)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), feeds + 1])
    ends = np.append(feeds, len(data))
    if starts[-1] == len(data):
        starts, ends = starts[:-1], ends[:-1]
    starts, ends = starts[dialect.body_line - 1 :], ends[dialect.body_line - 1 :]
    odd = np.zeros(len(starts), dtype=np.bool_)
    if len(returns):
        odd[_line_of(starts, returns[_bytes_at(data, returns + 1) != _FEED])] = True
        ends = ends - ((ends > starts) & (_bytes_at(data, ends - 1) == _RETURN))
    if not dialect.quoting:
        odd[:] = False  # a return inside a line is text of its cell, too
    quotes, empty = _sort_quotes(data, starts, dialect, odd)
    first = _bytes_at(data, starts)
    maybe_blank = _MAYBE_BLANK[first]
    blank = np.zeros(len(starts), dtype=np.bool_)
    for at in np.flatnonzero(maybe_blank):
        blank[at] = not data[starts[at] : ends[at]].decode("utf-8", "replace").strip()
    comment = (first == _COMMENT) & dialect.comments
    maybe_empty = maybe_blank | (first == ord(dialect.delimiter)) | (first == _QUOTE)
    return LineIndex(data, starts, ends, blank, comment, maybe_empty, odd & ~blank, quotes, empty)


def _sort_quotes(
    data: bytes | mmap, starts: Positions, dialect: Dialect, odd: Mask
) -> tuple[Positions, bool]:
    """Mark lines with unusual quotes as `odd`, and count in each line those that are no text.

    A first, third, … quote of a line opens a cell or is the second one of a doubled quote, and a
    second, fourth, … closes a cell or is the first one of a doubled quote.
    """
    quotes = _positions(data, b'"') if dialect.quoting and len(starts) else starts[:0]
    quotes = quotes[quotes >= starts[0]] if len(quotes) else quotes
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
    before, behind = _bytes_at(data, quotes - 1), _bytes_at(data, quotes + 1)
    by = ord(dialect.delimiter)
    opens = (before == by) | (before == _FEED) | (before == _QUOTE)
    closes = (behind == by) | (behind == _FEED) | (behind == _QUOTE)
    returned = np.flatnonzero(behind == _RETURN)
    closes[returned] = _bytes_at(data, quotes[returned] + 2) == _FEED
    odd[lines[~np.where(opening, opens, closes)]] = True
    odd[lines[first[counts % 2 == 1]]] = True
    doubled = (~opening & (behind == _QUOTE)).astype(np.int64)
    removed = np.zeros(len(starts), dtype=np.int64)
    removed[lines[first]] = counts - np.add.reduceat(doubled, first)
    empty = opening[:-1] & (np.diff(quotes) == 1)
    return removed, bool(empty.any())


def _controls(data: bytes | mmap) -> tuple[Positions, Positions, Positions]:
    """Where line feeds, returns and zero bytes stand, found in one pass."""
    found = [np.empty(0, dtype=np.int64)]
    for begin, piece in _pieces(data, 0):
        positions = np.flatnonzero(piece <= _RETURN)
        found.append(positions[piece[positions] != _TAB] + begin)
    positions = np.concatenate(found)
    values = _bytes_at(data, positions)
    feeds, returns, zeros = (positions[values == byte] for byte in (_FEED, _RETURN, 0))
    return feeds, returns, zeros


def _positions(data: bytes | mmap, byte: bytes) -> Positions:
    """Where `byte` stands in `data`: in few places, as a rule."""
    found: list[int] = []
    at = data.find(byte)
    while at >= 0 and len(found) < _SPARSE:
        found.append(at)
        at = data.find(byte, at + 1)
    pieces = [np.array(found, dtype=np.int64)]
    if at >= 0:
        pieces += [np.flatnonzero(piece == byte[0]) + begin for begin, piece in _pieces(data, at)]
    return np.concatenate(pieces)


def _pieces(data: bytes | mmap, start: int) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    for begin in range(start, len(data), _PIECE):
        # The view must be gone before the file is unmapped.
        size = min(_PIECE, len(data) - begin)
        yield begin, np.frombuffer(data, dtype=np.uint8, count=size, offset=begin)


def _bytes_at(data: bytes | mmap, positions: Positions) -> npt.NDArray[np.uint8]:
    """The bytes at `positions`; line feeds where they are outside."""
    if not len(positions):
        return np.empty(0, dtype=np.uint8)
    found = np.frombuffer(data, dtype=np.uint8).take(positions, mode="clip")
    found[(positions < 0) | (positions >= len(data))] = _FEED
    return found


def _line_of(starts: Positions, positions: Positions) -> Positions:
    """Numbers of the lines that hold `positions`, but for those above the first line."""
    lines = np.searchsorted(starts, positions, side="right") - 1
    return lines[lines >= 0]

"""The lines of a UTF-8 text by their bytes: where each is, and which need a closer look.

Most lines even of a dirty file are whole records without quotes. NumPy finds the others by the
positions of line feeds, delimiters, quotes and returns; the plain ones go to Polars in one piece.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Final, overload

import numpy as np
import numpy.typing as npt
import polars as pl

from discovery_dagster.domain.readers.dialect import Dialect
from discovery_dagster.domain.readers.records import frame_of_cells

Positions = npt.NDArray[np.int64]

_SHORT: Final = 16  # bytes of a line that may hold nothing but tabs and blanks
_PIECE: Final = 1024**2  # bytes whose positions are looked for at once


@dataclass(frozen=True)
class LineIndex:
    """Lines below the header; `starts` and `ends` leave line feeds out, and number from 0."""

    data: mmap
    first_line: int  # physical line of the first one
    starts: Positions
    ends: Positions
    plain: npt.NDArray[np.bool_]  # whole records without quotes that are not too wide
    blank: npt.NDArray[np.bool_]
    quoted: npt.NDArray[np.bool_]

    def numbers(self, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint32]:
        """Physical numbers of the chosen lines."""
        return (np.flatnonzero(chosen) + self.first_line).astype(np.uint32)

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """The text of a line, with the return before its line feed."""
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        return self.data[int(self.starts[at]) : int(self.ends[at])].decode()


def index_lines(data: mmap, dialect: Dialect) -> LineIndex:
    """Find the lines below the header and sort them by what they need."""
    feeds, delimiters, quotes, returns = _positions(
        data, b"\n", dialect.delimiter.encode(), b'"', b"\r"
    )
    starts = np.concatenate([np.zeros(1, dtype=np.int64), feeds + 1])
    ends = np.append(feeds, len(data))
    if starts[-1] == len(data):
        starts, ends = starts[:-1], ends[:-1]
    starts, ends = starts[dialect.body_line - 1 :], ends[dialect.body_line - 1 :]
    first, behind = np.searchsorted(delimiters, starts), np.searchsorted(delimiters, ends)
    count = behind - first
    quoted = _holding(starts, quotes)
    following = np.frombuffer(data, dtype=np.uint8)[np.minimum(returns + 1, len(data) - 1)]
    lone = (following != ord("\n")) & (returns + 1 < len(data))
    odd = _holding(starts, returns[lone])
    del following  # a view keeps the file mapped
    blank = np.zeros(len(starts), dtype=np.bool_)
    empty = count == 0
    if dialect.delimiter == "\t":  # a line of nothing but delimiters is blank then, too
        empty |= count == ends - starts
        empty |= (ends - starts < _SHORT) & ~quoted
    for at in np.flatnonzero(empty):
        blank[at] = not data[starts[at] : ends[at]].decode().strip()
    plain = ~quoted & ~odd & ~blank & (count < len(dialect.header))
    return LineIndex(data, dialect.body_line, starts, ends, plain, blank, quoted & ~odd)


def read_plain_lines(lines: LineIndex, dialect: Dialect, taken: Sequence[int]) -> pl.DataFrame:
    """Read the plain lines, which are cut out of the text in as few pieces as they stand in.

    Args:
        lines: of the text.
        dialect: how it is written.
        taken: physical numbers of lines that belong to other records.
    """
    lines.plain[np.array(taken, dtype=np.int64) - lines.first_line] = False
    names = [str(at) for at in range(len(dialect.header))]
    header = (dialect.delimiter.join(names) + "\n").encode()
    cells = pl.read_csv(
        header + b"".join(_runs(lines)),
        separator=dialect.delimiter,
        quote_char=None,
        infer_schema=False,
    )
    return frame_of_cells(cells, pl.Series(lines.numbers(lines.plain)))


def _runs(lines: LineIndex) -> Iterator[bytes]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], lines.plain.view(np.int8), [0]])))
    for first, behind in edges.reshape(-1, 2):
        yield lines.data[int(lines.starts[first]) : int(lines.ends[behind - 1])]
        yield b"\n"


def _positions(data: mmap, *wanted: bytes) -> list[Positions]:
    """Where each of the wanted bytes stands; a piece is looked through for all while it is near."""
    found: list[list[Positions]] = [[] for _ in wanted]
    for begin in range(0, len(data), _PIECE):
        # The view must be gone before the file is unmapped.
        piece = np.frombuffer(
            data, dtype=np.uint8, count=min(_PIECE, len(data) - begin), offset=begin
        )
        for byte, positions in zip(wanted, found, strict=True):
            positions.append(np.flatnonzero(piece == byte[0]) + begin)
        del piece
    return [np.concatenate(positions) for positions in found]


def _holding(starts: Positions, positions: Positions) -> npt.NDArray[np.bool_]:
    """Whether each line holds one of `positions`."""
    held = np.zeros(len(starts), dtype=np.bool_)
    at = np.searchsorted(starts, positions, side="right") - 1
    held[at[at >= 0]] = True
    return held

"""Where the cells of a worksheet stand: the row and column that each of them says."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from discovery_dagster.domain.readers.xlsx.scanning import (
    Numbers,
    Positions,
    UnusualXmlError,
    Words,
    Xml,
    low_bytes,
    numbers_in,
)

_ROW: Final = len('<row r="')
_CELL: Final = len('<c r="')
#: How the tag of a cell begins.
_BEGIN: Final = np.uint64(int.from_bytes(b'<c r="', "little"))
_BEGIN_MASK: Final = np.uint64((1 << 8 * _CELL) - 1)


@dataclass(frozen=True)
class Places:
    """Rows and columns of cells, from 1, and the positions behind what says so."""

    rows: Numbers
    columns: Numbers
    behind: Positions


def read_places(xml: Xml, rows: Positions, cells: Positions) -> Places:
    """Read the references of the cells, and check that they are those of their rows.

    Args:
        xml: a piece of a worksheet.
        rows: where tags of rows begin.
        cells: where tags of cells begin.

    Raises:
        UnusualXmlError: when tags say their places in another way than programs do.
    """
    if len(rows) and bool((xml.bytes_[rows + _ROW - 3] != ord("r")).any()):
        raise UnusualXmlError("a row that does not say its number first")
    first = np.searchsorted(cells, rows)  # of each row
    begun = xml.words_at(cells)
    outside = len(cells) > 0 and (not len(first) or first[0] > 0)
    if outside or bool(((begun & _BEGIN_MASK) != _BEGIN).any()):
        raise UnusualXmlError("a cell outside a row, or one that does not say its place first")
    counts = np.diff(first, append=len(cells))
    columns, letters = _letters(xml, begun, cells)
    written = xml.words_at(rows + _ROW)
    numbers, digits = numbers_in(written)
    # The digits and the quote behind them, compared as one word.
    kept = low_bytes(digits + 1)
    digits_at = cells + _CELL + letters
    own = xml.words_at(digits_at) & np.repeat(kept, counts)
    if bool((own != np.repeat(written & kept, counts)).any()):
        raise UnusualXmlError("a cell that says it stands in another row")
    return Places(np.repeat(numbers, counts), columns, digits_at + np.repeat(digits + 1, counts))


def _letters(xml: Xml, begun: Words, cells: Positions) -> tuple[Numbers, Numbers]:
    """Numbers of the columns that one to three capitals name, and how many they are."""
    one = (begun >> np.uint64(8 * _CELL)).astype(np.uint8)
    two = (begun >> np.uint64(8 * (_CELL + 1))).astype(np.uint8)
    if bool(((one < ord("A")) | (one > ord("Z"))).any()):
        raise UnusualXmlError("a cell that says no column")
    columns = one.astype(np.int32) - 64
    second = two >= ord("A")  # digits stand below the letters
    length = 1 + second.astype(np.int32)
    columns = np.where(second, columns * 26 + two - 64, columns)
    several = np.flatnonzero(second)
    three = xml.bytes_[cells[several] + _CELL + 2]
    third = several[three >= ord("A")]
    columns[third] = columns[third] * 26 + xml.bytes_[cells[third] + _CELL + 2] - 64
    length[third] = 3
    return columns, length

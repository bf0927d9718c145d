"""The cells of a piece of a worksheet: where each stands, and what it holds as text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from discovery_dagster.domain.readers.xlsx.numbers import as_dates, as_numbers
from discovery_dagster.domain.readers.xlsx.scanning import (
    Mask,
    Numbers,
    Positions,
    UnusualXmlError,
    Xml,
    low_bytes,
)
from discovery_dagster.domain.readers.xlsx.texts import text_spans, text_tags, unescaped

_ROW: Final = len('<row r="')
_CELL: Final = len('<c r="')
_ATTRIBUTES: Final = 3  # of a cell behind its reference, and one more to see the end
#: Types of cells [ECMA-376, ST_CellType] by their first two bytes, and the length of their names.
_SHARED, _STRING, _NUMBER, _BOOLEAN, _ERROR, _DATE, _INLINE = range(7)
_TYPES: Final = {
    b's"': (_SHARED, 1),
    b"st": (_STRING, 3),
    b'n"': (_NUMBER, 1),
    b'b"': (_BOOLEAN, 1),
    b'e"': (_ERROR, 1),
    b'd"': (_DATE, 1),
    b"in": (_INLINE, 9),
}


#: The attribute of a cell that has no other, and the end of its tag.
_SHARED_ONLY: Final = np.uint64(int.from_bytes(b' t="s">', "little"))
_SHARED_MASK: Final = np.uint64((1 << 56) - 1)


#: How the tag of a cell begins.
_PLACE: Final = np.uint64(int.from_bytes(b'<c r="', "little"))
_PLACE_MASK: Final = np.uint64((1 << 48) - 1)


@dataclass(frozen=True)
class Cells:
    """Filled cells in any order; rows and columns count from 1.

    `places` are those of their texts, among the shared ones and then `own`.
    """

    rows: npt.NDArray[np.uint32]
    columns: npt.NDArray[np.uint16]
    places: npt.NDArray[np.uint32]
    own: pl.Series


@dataclass(frozen=True)
class Context:
    """What cells refer to: shared texts, and which styles show numbers as dates."""

    shared: pl.Series
    dates: Mask  # by the number of the style
    since_1904: bool = False


@dataclass
class _Found:
    """The cells of a piece while their tags are read."""

    rows: Numbers
    columns: Numbers
    types: npt.NDArray[np.int8]
    styles: Numbers
    behind: Positions  # position behind the attributes read so far


def read_cells(data: bytes, context: Context) -> Cells:
    """Read the filled cells of `data`, whole rows of a sheet with `SLACK` zero bytes behind.

    Raises:
        UnusualXmlError: when the sheet is written in another way than programs do.
    """
    xml = Xml.scan(data)
    rows = (xml.first == ord("r")) & (xml.second == ord("o"))
    cells = (xml.first == ord("c")) & (xml.second == ord(" "))
    if bool(((xml.first == ord("c")) & (xml.second == ord(">"))).any()):
        raise UnusualXmlError("a cell that does not say where it stands")
    found = _locate(xml, rows, cells)
    _read_attributes(xml, found)
    values = (xml.first == ord("v")) & (xml.second == ord(">"))
    of_cell = np.cumsum(cells, dtype=np.int32) - 1
    filled, starts, ends = _values(xml, values, of_cell, found)
    if len(filled) and int(np.bincount(filled).max()) > 1:
        raise UnusualXmlError("a cell with several values")
    places, own = _texts(xml, starts, ends, found.types[filled], found.styles[filled], context)
    return Cells(
        found.rows[filled].astype(np.uint32), found.columns[filled].astype(np.uint16), places, own
    )


def _locate(xml: Xml, rows: Mask, cells: Mask) -> _Found:
    """Read the references of the cells, and check that they are those of their rows."""
    begun = xml.begins(rows)
    if len(begun) and bool((xml.bytes_[begun + _ROW - 3] != ord("r")).any()):
        raise UnusualXmlError("a row that does not say its number first")
    numbers, digits = xml.numbers_at(begun + _ROW)
    cell_tags = np.flatnonzero(cells)
    of_rows = np.searchsorted(cell_tags, np.flatnonzero(rows))  # the first cell of each row
    outside = len(cell_tags) > 0 and (not len(of_rows) or of_rows[0] > 0)
    of_row = np.repeat(np.arange(len(begun)), np.diff(of_rows, append=len(cell_tags)))
    at = xml.begins(cell_tags)
    places = xml.words_at(at)
    if outside or bool(((places & _PLACE_MASK) != _PLACE).any()):
        raise UnusualXmlError("a cell outside a row, or one that does not say its place first")
    columns, length = _letters(xml, places, at)
    # The digits and the quote behind them, compared as one word.
    kept = low_bytes(digits + 1)
    written = xml.words_at(begun + _ROW) & kept
    if bool(((xml.words_at(at + _CELL + length) & kept[of_row]) != written[of_row]).any()):
        raise UnusualXmlError("a cell that says it stands in another row")
    behind = at + _CELL + length + digits[of_row]
    size = len(at)
    return _Found(
        numbers[of_row],
        columns,
        np.full(size, _NUMBER, dtype=np.int8),
        np.zeros(size, dtype=np.int32),
        behind + 1,
    )


def _letters(xml: Xml, places: npt.NDArray[np.uint64], at: Positions) -> tuple[Numbers, Numbers]:
    """Numbers of the columns that one to three capitals name, and how many they are."""
    one, two = (places.view(np.uint8).reshape(-1, 8)[:, byte] for byte in (_CELL, _CELL + 1))
    if bool(((one < ord("A")) | (one > ord("Z"))).any()):
        raise UnusualXmlError("a cell that says no column")
    columns = one.astype(np.int32) - 64
    second = two >= ord("A")  # digits stand below the letters
    length = 1 + second.astype(np.int32)
    columns = np.where(second, columns * 26 + two - 64, columns)
    several = np.flatnonzero(second)
    three = xml.bytes_[at[several] + _CELL + 2]
    third = several[three >= ord("A")]
    columns[third] = columns[third] * 26 + xml.bytes_[at[third] + _CELL + 2] - 64
    length[third] = 3
    return columns, length


def _read_attributes(xml: Xml, found: _Found) -> None:
    """Read styles and types; most cells have neither, or only say that their text is shared."""
    words = xml.words_at(found.behind)
    shared = (words & _SHARED_MASK) == _SHARED_ONLY
    found.types[shared] = _SHARED
    going = np.flatnonzero(~shared & ((words & np.uint64(0xFF)) != ord(">")))
    if not len(going):
        return
    for _ in range(_ATTRIBUTES):
        at = found.behind[going]
        more = (xml.bytes_[at] == ord(" ")) & (xml.bytes_[at + 1] != ord("/"))
        going, at = going[more], at[more]
        if not len(going):
            return
        name = xml.bytes_[at + 1]
        style, kind = name == ord("s"), name == ord("t")
        if not bool((style | kind).all()):
            raise UnusualXmlError("a cell with other attributes")
        numbers, digits = xml.numbers_at(at[style] + len(' s="'))
        found.styles[going[style]] = numbers
        found.behind[going[style]] = at[style] + len(' s=""') + digits
        _read_types(xml, found, going[kind], at[kind] + len(' t="'))
    raise UnusualXmlError("a cell with too many attributes")


def _read_types(xml: Xml, found: _Found, cells: Positions, at: Positions) -> None:
    codes = (xml.words_at(at) & np.uint64(0xFFFF)).astype(np.int64)
    known = np.zeros(len(cells), dtype=np.bool_)
    for code, (kind, length) in _TYPES.items():
        of_kind = codes == int.from_bytes(code, "little")
        known |= of_kind
        found.types[cells[of_kind]] = kind
        found.behind[cells[of_kind]] = at[of_kind] + length + 1
    if not bool(known.all()):
        raise UnusualXmlError("a cell of another type")


def _values(
    xml: Xml, values: Mask, of_cell: Numbers, found: _Found
) -> tuple[Numbers, Positions, Positions]:
    """The filled cells, and where the texts of their values begin and end."""
    tags = np.flatnonzero(values)
    filled, starts, ends = of_cell[tags], xml.begins(tags) + len("<v>"), xml.ends(tags, "v")
    inline = np.flatnonzero(found.types == _INLINE)
    if len(inline):
        texts = text_tags(xml)
        texts &= found.types[np.clip(of_cell, 0, None)] == _INLINE
        inside = np.flatnonzero(texts & (of_cell >= 0))
        begun, ended = text_spans(xml, inside)
        filled = np.concatenate([filled, of_cell[inside]])
        starts = np.concatenate([starts, begun])
        ends = np.concatenate([ends, ended])
    return filled, starts, ends


def _texts(
    xml: Xml,
    starts: Positions,
    ends: Positions,
    types: npt.NDArray[np.int8],
    styles: Numbers,
    context: Context,
) -> tuple[npt.NDArray[np.uint32], pl.Series]:
    """Where the texts of the cells stand, and those that are not shared.

    Numbers, dates and truth values become texts; they come kind by kind.
    """
    dated = np.zeros(len(styles), dtype=np.bool_)
    if len(context.dates) and bool(context.dates.any()):
        if len(styles) and int(styles.max()) >= len(context.dates):
            raise UnusualXmlError("a style that is not declared")
        dated = context.dates[styles] & (types == _NUMBER)
    parts: list[tuple[Mask, Callable[[Positions], pl.Series]]] = [
        ((types == _NUMBER) & ~dated, lambda at: as_numbers(xml.texts(starts[at], ends[at]))),
        (
            dated,
            lambda at: as_dates(xml.texts(starts[at], ends[at]), since_1904=context.since_1904),
        ),
        (types == _BOOLEAN, lambda at: _booleans(xml.texts(starts[at], ends[at]))),
        (
            np.isin(types, (_STRING, _ERROR, _DATE, _INLINE)),
            lambda at: unescaped(xml.texts(starts[at], ends[at])),
        ),
    ]
    places = np.empty(len(types), dtype=np.uint32)
    shared = np.flatnonzero(types == _SHARED)
    places[shared] = _shared(xml, starts[shared], len(context.shared))
    own, count = [pl.Series([], dtype=pl.String)], 0
    for chosen, read in parts:
        at = np.flatnonzero(chosen)
        if len(at):
            own.append(read(at))
            places[at] = len(context.shared) + count + np.arange(len(at))
            count += len(at)
    return places, pl.concat(own)


def _shared(xml: Xml, starts: Positions, count: int) -> Numbers:
    numbers, _ = xml.numbers_at(starts)
    if len(numbers) and int(numbers.max()) >= count:
        raise UnusualXmlError("a shared text that does not exist")
    return numbers


def _booleans(texts: pl.Series) -> pl.Series:
    return texts.replace({"1": "true", "0": "false"})

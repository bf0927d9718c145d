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


@dataclass(frozen=True)
class Cells:
    """Filled cells in any order; rows and columns count from 1."""

    rows: npt.NDArray[np.uint32]
    columns: npt.NDArray[np.uint16]
    texts: pl.Series


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
    of_cell = np.cumsum(cells) - 1
    filled, starts, ends = _values(xml, values, of_cell, found)
    if len(filled) and int(np.bincount(filled).max()) > 1:
        raise UnusualXmlError("a cell with several values")
    order, texts = _texts(xml, starts, ends, found.types[filled], found.styles[filled], context)
    filled = filled[order]
    return Cells(
        found.rows[filled].astype(np.uint32), found.columns[filled].astype(np.uint16), texts
    )


def _locate(xml: Xml, rows: Mask, cells: Mask) -> _Found:
    """Read the references of the cells, and check that they are those of their rows."""
    begun = xml.begins(rows)
    if len(begun) and bool((xml.bytes_[begun + _ROW - 3] != ord("r")).any()):
        raise UnusualXmlError("a row that does not say its number first")
    numbers, digits = xml.numbers_at(begun + _ROW)
    of_row = (np.cumsum(rows) - 1)[cells]
    at = xml.begins(cells)
    if len(at) and (of_row[0] < 0 or bool((xml.bytes_[at + _CELL - 3] != ord("r")).any())):
        raise UnusualXmlError("a cell outside a row, or one that does not say its place first")
    columns, length = _letters(xml.bytes_at(at + _CELL))
    # The digits and the quote behind them, compared as one word.
    kept = low_bytes(digits + 1)
    of_rows = xml.words_at(begun + _ROW) & kept
    if bool(((xml.words_at(at + _CELL + length) & kept[of_row]) != of_rows[of_row]).any()):
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


def _letters(places: npt.NDArray[np.uint8]) -> tuple[Numbers, Numbers]:
    """Numbers of the columns that one to three capitals name, and how many they are."""
    one, two, three = (places[:, at] for at in range(3))
    if bool(((one < ord("A")) | (one > ord("Z"))).any()):
        raise UnusualXmlError("a cell that says no column")
    columns = one.astype(np.int32) - 64
    length = np.ones(len(columns), dtype=np.int32)
    second = two >= ord("A")  # digits stand below the letters
    third = second & (three >= ord("A"))
    for letter, present in ((two, second), (three, third)):
        if present.any():
            columns = np.where(present, columns * 26 + letter - 64, columns)
            length += present
    return columns, length


def _read_attributes(xml: Xml, found: _Found) -> None:
    going = np.arange(len(found.behind))
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
    xml: Xml, values: Mask, of_cell: Positions, found: _Found
) -> tuple[Positions, Positions, Positions]:
    """The filled cells, and where the texts of their values begin and end."""
    tags = np.flatnonzero(values)
    filled, starts, ends = of_cell[tags], xml.begins(tags) + len("<v>"), xml.next_tags(tags)
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
) -> tuple[Positions, pl.Series]:
    """What the cells hold, numbers, dates and truth values as text, and in which order they come.

    They come kind by kind: it is cheaper to put them into columns so than to sort them before.
    """
    dated = np.zeros(len(styles), dtype=np.bool_)
    if len(context.dates) and bool(context.dates.any()):
        if len(styles) and int(styles.max()) >= len(context.dates):
            raise UnusualXmlError("a style that is not declared")
        dated = context.dates[styles] & (types == _NUMBER)
    parts: list[tuple[Mask, Callable[[Positions], pl.Series]]] = [
        (types == _SHARED, lambda at: _shared(xml, starts[at], context.shared)),
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
    places, series = [], []
    for chosen, read in parts:
        at = np.flatnonzero(chosen)
        if len(at):
            places.append(at)
            series.append(read(at))
    if not series:
        return np.empty(0, dtype=np.int64), pl.Series([], dtype=pl.String)
    return np.concatenate(places), pl.concat(series)


def _shared(xml: Xml, starts: Positions, shared: pl.Series) -> pl.Series:
    numbers, _ = xml.numbers_at(starts)
    if len(numbers) and int(numbers.max()) >= len(shared):
        raise UnusualXmlError("a shared text that does not exist")
    return shared.gather(pl.Series(numbers.astype(np.uint32)))


def _booleans(texts: pl.Series) -> pl.Series:
    return texts.replace({"1": "true", "0": "false"})

"""What filled cells hold, as text: shared texts by their number, all else by its type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from discovery_dagster.domain.readers.xlsx.attributes import (
    BOOLEAN,
    DATE,
    ERROR,
    FORMULA,
    INLINE,
    NUMBER,
    SHARED,
    STRING,
    Types,
)
from discovery_dagster.domain.readers.xlsx.numbers import are_as_written, as_dates, as_numbers
from discovery_dagster.domain.readers.xlsx.scanning import (
    Mask,
    Numbers,
    Positions,
    UnusualXmlError,
    Values,
    Words,
    Xml,
    numbers_in,
)
from discovery_dagster.domain.readers.xlsx.texts import unescaped
from discovery_dagster.domain.readers.xlsx.zeros import Shape, as_shown
from discovery_dagster.domain.source_tables import NO_STORED_VALUE

#: Whether values of a type, which counts from 0, are texts of their own.
_ARE_TEXTS: Final = np.isin(np.arange(FORMULA + 1), (STRING, ERROR, DATE, INLINE))


@dataclass(frozen=True)
class Filled:
    """Filled cells in any order: where they stand from 1 on, and where their values do."""

    rows: Numbers
    columns: Numbers
    types: Types
    styles: Numbers
    starts: Positions
    ends: Positions
    low: Words  # the first eight bytes of each value


@dataclass(frozen=True)
class Context:
    """What cells refer to: shared texts, and how styles show numbers, by the style's number."""

    shared: pl.Series
    dates: Mask
    shapes: Mapping[int, Shape] = field(default_factory=dict)  # of those that show zeros in front
    since_1904: bool = False


def read_values(
    xml: Xml, cells: Filled, context: Context
) -> tuple[npt.NDArray[np.uint32], pl.Series]:
    """Return where the texts of the cells stand, among the shared ones and then their own.

    Numbers, dates and truth values become texts; own ones come kind by kind.

    Raises:
        UnusualXmlError: for what is declared nowhere.
    """
    types = cells.types
    numbers, dated = types == NUMBER, np.zeros(len(types), dtype=np.bool_)
    if len(context.dates) and bool(context.dates.any()):
        if len(types) and int(cells.styles.max()) >= len(context.dates):
            raise UnusualXmlError("a style that is not declared")
        dated = context.dates[cells.styles] & numbers

    def values(at: Positions) -> Values:
        return Values.at(xml, cells.starts[at], cells.ends[at], cells.low[at])

    parts: list[tuple[Mask, Callable[[Positions], pl.Series]]] = [
        (
            numbers & ~dated,
            lambda at: as_shown(_numbers(xml, values(at)), cells.styles[at], context.shapes),
        ),
        (dated, lambda at: as_dates(xml.texts(values(at)), since_1904=context.since_1904)),
        (types == BOOLEAN, lambda at: _booleans(xml.texts(values(at)))),
        (_ARE_TEXTS[types], lambda at: unescaped(xml.texts(values(at)))),
        (types == FORMULA, lambda at: pl.repeat(NO_STORED_VALUE, len(at), eager=True)),
    ]
    places = np.empty(len(types), dtype=np.uint32)
    shared = np.flatnonzero(types == SHARED)
    lengths = cells.ends[shared] - cells.starts[shared]
    places[shared] = _shared(cells.low[shared], lengths, len(context.shared))
    own, count = [pl.Series([], dtype=pl.String)], len(context.shared)
    for chosen, read in parts:
        at = np.flatnonzero(chosen)
        if len(at):
            own.append(read(at))
            places[at] = np.arange(count, count + len(at), dtype=np.uint32)
            count += len(at)
    return places, pl.concat(own)


def _shared(words: Words, lengths: Positions, count: int) -> Numbers:
    numbers, digits = numbers_in(words)
    if bool((digits != lengths).any()):
        raise UnusualXmlError("a shared text that is no number")
    if len(numbers) and int(numbers.max()) >= count:
        raise UnusualXmlError("a shared text that does not exist")
    return numbers


def _numbers(xml: Xml, values: Values) -> pl.Series:
    return as_numbers(xml.texts(values), ~are_as_written(xml, values))


def _booleans(texts: pl.Series) -> pl.Series:
    return texts.replace({"1": "true", "0": "false"})

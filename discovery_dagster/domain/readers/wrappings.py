"""What stands around values and is no part of them: quotes, and marks that keep them text.

    ="0012345"   '0012345   'srv01'

A quote or mark that every value of a column has is taken off; one that a single value has among
others is part of it. What is left stays text, with its leading zeros. Which there are is data.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.readers.header import Cells, is_blank
from discovery_dagster.domain.readers.records import cells_of, open_rows
from discovery_dagster.domain.tabular import (
    BARE_FORMULA,
    GUARDED,
    is_ours,
    without_guard,
    without_guards,
)
from discovery_dagster.domain.values.reading import are_words, placeholders

_FIRST: Final = 50  # records among which the first value of a column is looked for
_SEVERAL: Final = 2  # values, from which on a column alone tells that all of its values are wrapped
_NUMBER: Final = r"[\d.,:+/-]*\d[\d.,:+/-]*"


@dataclass(frozen=True)
class _Wrapping:
    """Signs before and behind a value; a mark has none behind."""

    opens: str
    closes: str

    @property
    def pattern(self) -> str:
        """Of a wrapped cell; its first group is the value."""
        opens, closes = re.escape(self.opens), re.escape(self.closes)
        if not closes:
            return rf"^\s*{opens}((?s:.*)[^{opens}])$"
        return rf"^\s*{opens}((?:[^{closes}]|{closes}{closes})*){closes}\s*$"

    def taken_off(self, cells: pl.Series) -> pl.Series:
        """Return `cells` without their wrapping, null where that leaves nothing."""
        values = cells.str.extract(self.pattern, 1)
        if self.closes:
            values = values.str.replace_all(self.closes * 2, self.closes, literal=True)
        values = values.fill_null(cells)
        return values.set(values == "", None)


def unwrap(
    header: Cells, records: pl.DataFrame, *, text: bool, marked: bool = True
) -> tuple[Cells, pl.DataFrame]:
    """Take off what is around the values of columns, and around their names.

    Args:
        header: of the records.
        records: as `SourceTable.records`.
        text: whether they come from a text, in which what a spreadsheet could take for a formula
            may be led by an apostrophe (`tabular.cell_text`).
        marked: whether any cell may begin with `'` or `=`, as far as that is known.

    Returns:
        Both without it.
    """
    ours = is_ours(header)
    if text and marked and (ours or _is_guarded(records)):
        header = [without_guard(name or "") for name in header]
        records = records.with_columns(without_guards(pl.col(cells_of(records))))
    return (header, records) if ours else _without_wrappings(header, records, marked=marked)


def _without_wrappings(
    header: Cells, records: pl.DataFrame, *, marked: bool
) -> tuple[Cells, pl.DataFrame]:
    cells = cells_of(records)
    led = _led(records, cells) if marked else set()
    columns = {name: records[name] for name in cells if name in led or _opens(records, name)}
    columns |= {name: _without_formula(columns[name]) for name in led}
    open_ = open_rows(records)
    values = {name: _values(column.filter(open_)) for name, column in columns.items()}
    wrappings = {name: around for name, each in values.items() if (around := _around(each))}
    if len(wrappings) < _SEVERAL:
        wrappings = {
            name: each for name, each in wrappings.items() if len(values[name]) >= _SEVERAL
        }
    columns |= {name: each.taken_off(columns[name]) for name, each in wrappings.items()}
    names = _names(header, {cells.index(name): each for name, each in wrappings.items()})
    return names, records.with_columns(column.alias(name) for name, column in columns.items())


def _led(records: pl.DataFrame, cells: Sequence[str]) -> set[str]:
    """The columns in which any cell begins with a mark, or as a formula does."""
    signs = {each.opens[0] for each in (*_formulas(), *_wrappings()) if not each.closes}
    begins = [pl.col(cells).str.starts_with(sign).any() for sign in signs | {"="}]
    held = [records.select(each).row(0) for each in begins]
    return {name for name, *led in zip(cells, *held, strict=True) if any(led)}


def _opens(records: pl.DataFrame, name: str) -> bool:
    """Whether the first value of a column may be wrapped."""
    column = records[name]
    if column.null_count() == len(column):
        return False
    first = column.head(_FIRST).drop_nulls()
    first = first if len(first) else column.drop_nulls()
    return any(first[0].lstrip().startswith(each.opens) for each in _wrappings())


def _values(cells: pl.Series) -> pl.Series:
    filled = cells.drop_nulls()
    return filled.filter(~are_words(filled, ["", *placeholders("anywhere")]))


def _around(values: pl.Series) -> _Wrapping | None:
    """What every value of a column is in; of marks also what every number of it has."""
    if values.is_empty():
        return None
    for each in _wrappings():
        if each.closes and values.str.contains(each.pattern).all():
            return each
    for mark in (each for each in _wrappings() if not each.closes):
        led = values.str.contains(mark.pattern)
        numbers = values.str.contains(f"^{mark.opens}{_NUMBER}$")
        if led.all() or ((led == numbers).all() and led.any() and not _any_number(values)):
            return mark
    return None


def _any_number(values: pl.Series) -> bool:
    return bool(values.str.contains(f"^{_NUMBER}$").any())


def _without_formula(cells: pl.Series) -> pl.Series:
    for each in _formulas():
        cells = each.taken_off(cells)
    return cells


def _names(header: Cells, wrappings: Mapping[int, _Wrapping]) -> list[str | None]:
    """The names of columns without the wrapping that all have, or that their values have."""
    names = _without_formula(pl.Series(list(header), dtype=pl.String))
    filled = names.filter([not is_blank(name) for name in names])
    around = _around(filled) if len(filled) >= _SEVERAL else None
    off = around.taken_off(names) if around else names
    return [
        wrappings[at].taken_off(names.slice(at, 1))[0] if at in wrappings else name
        for at, name in enumerate(off)
    ]


def _is_guarded(records: pl.DataFrame) -> bool:
    """Whether what could be read as a formula is guarded in a table, and nothing such is bare."""
    cells = pl.col(cells_of(records)).str
    if not any(records.select(cells.contains(GUARDED).any()).row(0)):
        return False
    return not any(records.select(cells.contains(BARE_FORMULA).any()).row(0))


def _wrappings() -> tuple[_Wrapping, ...]:
    return _known()[1]


def _formulas() -> tuple[_Wrapping, ...]:
    return _known()[0]


@cache
def _known() -> tuple[tuple[_Wrapping, ...], tuple[_Wrapping, ...]]:
    """Wrappings of a single value, and those of columns."""

    def of(kind: str) -> Iterator[_Wrapping]:
        for each in reference.load("wrappings")[kind]:
            yield _Wrapping(each["opens"], each.get("closes", ""))

    return tuple(of("formulas")), (*of("quotes"), *of("marks"))

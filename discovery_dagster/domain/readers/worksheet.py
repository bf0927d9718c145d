"""A worksheet as it stands in its workbook: its cells, and what its author merged and hid."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Final, Self

import polars as pl

_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")


@dataclass(frozen=True)
class Range:
    """A rectangle of cells; rows and columns count from 1, the last ones belong to it."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @classmethod
    def parse(cls, reference: str) -> Self | None:
        """Return the range called `C2:C4`, None when the text names none."""
        match = _RANGE.fullmatch(reference)
        if match is None:
            return None
        left, top, right, bottom = match.groups()
        rows = sorted((int(top), int(bottom or top)))
        columns = sorted((_column_number(left), _column_number(right or left)))
        return cls(rows[0], rows[1], columns[0], columns[1])

    def __str__(self) -> str:
        """The range as Excel writes it."""
        first = f"{column_letters(self.first_column)}{self.first_row}"
        return f"{first}:{column_letters(self.last_column)}{self.last_row}"


@dataclass(frozen=True)
class Layout:
    """What the author of a worksheet hid and merged."""

    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[Range, ...] = ()


@dataclass(frozen=True)
class Worksheet:
    """A worksheet's name, its cells as text from the first row on, and its layout.

    `first_column` is the number of the worksheet's column that the first one of `cells` is, None
    where the library read them and does not say.
    """

    name: str
    cells: pl.DataFrame
    first_column: int | None = None
    layout: Layout = Layout()


Worksheets = list[Worksheet]


def _column_number(letters: str) -> int:
    return reduce(lambda number, letter: 26 * number + ord(letter) - ord("A") + 1, letters, 0)


def column_letters(number: int) -> str:
    """Return the name of the column with this number, from 1: `AA` of 27."""
    return "".join(reversed(list(_last_letters(number))))


def _last_letters(number: int) -> Iterator[str]:
    while number:
        number, last = divmod(number - 1, 26)
        yield chr(ord("A") + last)

"""A source table as it stood in its file, before anything was understood.

Readers make these; formats recognise them; mapping and canonicalisation read them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import polars as pl

from discovery_dagster.domain.words import fold

#: What became of a physical record while its file was read.
READ: Final = "read"  # its cells could be assigned to the columns
REJECTED: Final = "rejected"  # they could not (more cells than columns, an unclosed quote, ...)
IGNORED: Final = "ignored"  # it holds nothing (a blank line, a comment)

#: What a cell holds whose formula no program has calculated; Excel itself has no such error.
NO_STORED_VALUE: Final = "#FORMULA WITHOUT A STORED VALUE!"


def cell_column(position: int) -> str:
    """Name of the column of `SourceTable.records` that holds the source column at `position`."""
    return f"c{position}"


@dataclass(frozen=True)
class MergedCell:
    """A merged cell of a worksheet whose value was given to other cells that it covers.

    Lines are worksheet rows, positions those of columns from 0; the last ones belong to it. `range`
    is its name in the worksheet, such as `C2:C4`.
    """

    first_line: int
    last_line: int
    first_position: int
    last_position: int
    range: str

    @property
    def columns(self) -> int:
        """How many columns it covers."""
        return self.last_position - self.first_position + 1


@dataclass(frozen=True)
class SourceTable:
    """One table of one file: a CSV, a worksheet, or an array of JSON objects.

    `records` has one row for each physical record below the header, in file order:

    - `line` (UInt32): physical line of the file (worksheet row) where the record starts, from 1
    - `outcome` (String): `read`, `rejected` or `ignored`
    - `reason` (String): a code for an outcome other than `read`, else null
    - `surplus` (List[String]): cells beyond the last column of a rejected record, else null
    - `c0` … `cN` (String): the cells as they stood, null where empty or absent

    `cut_off` are the lines of records that end before the others do, until their format says
    whether they can be read all the same.
    """

    file: str
    sheet: str | None
    header: tuple[str, ...]
    header_line: int
    records: pl.DataFrame
    cut_off: frozenset[int] = frozenset()
    merged: tuple[MergedCell, ...] = ()

    @cached_property
    def folded_header(self) -> tuple[str, ...]:
        """The header as formats compare it: they are two hundred, and each asks for it."""
        return tuple(map(fold, self.header))

    def position(self, column: str) -> int:
        """Position of the first column called `column`, from 0."""
        return self.header.index(column)


@dataclass(frozen=True)
class FileReading:
    """A file that could be read, with the tables found in it (a sheet without cells makes none)."""

    container: str  # csv, xlsx, json, ndjson, yaml, graph, text, metrics
    tables: tuple[SourceTable, ...]
    encoding: str | None = None
    delimiter: str | None = None
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # sentences on what a person would not expect of the file


class FrameSource(Protocol):
    """Frames by name, such as those of a publication."""

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return the frame called `name`."""


def records_name(table: int) -> str:
    """Name of the frame that holds the records of a table, by its number."""
    return f"records_{table}"

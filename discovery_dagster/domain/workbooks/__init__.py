"""Tables as an XLSX workbook or a zip of CSV files. Text stays text: no cell becomes a formula."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.tabular import write_cells
from discovery_dagster.domain.workbooks.book import Book, Style
from discovery_dagster.domain.workbooks.limits import COLUMNS, ROWS, unused_name

_WIDTH = 18  # characters, of each column

#: Date of the entries of an archive, so that the same tables give the same bytes.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class TooLargeError(InvalidRequestError):
    """A table that no worksheet can hold; the message is one sentence."""

    code = "too_large_for_a_worksheet"


@dataclass(frozen=True)
class NamedTable:
    """A table to be written; its cells are null, text, numbers or booleans."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class CutCell:
    """A cell that holds only the beginning of its text; `row` counts the table's from 0."""

    table: str
    row: int
    column: str


def write_workbook(out: IO[bytes], tables: Iterable[NamedTable]) -> list[CutCell]:
    """Write a sheet for each table; text cells are formatted as text, so that edits stay as typed.

    Returns:
        The cells whose text is longer than a cell holds; they end with a mark.

    Raises:
        TooLargeError: when a table has more rows or columns than a worksheet holds.
    """
    cut, tables = list[CutCell](), list(tables)
    with Book(out) as book:
        for table in tables:
            _check(table)
            page = book.add(table.name)
            page.widths(*[_WIDTH] * len(table.columns), style=Style.TEXT)
            page.head(table.columns)
            for number, row in enumerate(table.rows):
                for at, value in enumerate(row):
                    style = Style.TEXT if isinstance(value, str) else None
                    if not page.put(number + 1, at, value, style):
                        cut.append(CutCell(table.name, number, table.columns[at]))
        if not tables:
            book.add("empty")
    return cut


def write_archive(out: IO[bytes], tables: Iterable[NamedTable]) -> None:
    """Write a zip with a CSV for each table."""
    names: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            written = io.StringIO(newline="")
            write_cells(written, [table.columns, *table.rows])
            stem = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "-", table.name).strip(". ") or "table"
            name = unused_name(stem, names, 200)
            entry = zipfile.ZipInfo(f"{name}.csv", _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, written.getvalue())


def table_name(file: str, sheet: str | None) -> str:
    """Return what a person would call the table of a file and sheet."""
    stem = PurePath(file).stem
    return f"{stem} - {sheet}" if sheet else stem


def _check(table: NamedTable) -> None:
    if len(table.rows) >= ROWS or len(table.columns) > COLUMNS:
        raise TooLargeError(f"{table.name} has more rows or columns than a worksheet holds.")

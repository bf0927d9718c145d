"""SpreadsheetML: workbooks that Excel 2003, and report servers since, write as XML (as `.xls`).

Source: Microsoft's XML Spreadsheet Reference. Cells without an index follow the one before them;
merged cells cover what stands right of and below them.
"""

from itertools import zip_longest
from typing import Final

import polars as pl

from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.workbook import reading_of_sheets
from discovery_dagster.domain.readers.worksheet import Layout, Range, Worksheet
from discovery_dagster.domain.readers.xml_path import texts_at
from discovery_dagster.domain.readers.xml_text import root_of
from discovery_dagster.domain.readers.xml_tree import Node, parse_xml
from discovery_dagster.domain.source_tables import FileReading

_NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_HIDDEN: Final = frozenset({"SheetHidden", "SheetVeryHidden"})


def is_spreadsheet_xml(start: str) -> bool:
    """Whether a text that starts like this is a workbook in XML."""
    return start.startswith("<") and root_of(start) == "Workbook" and _NAMESPACE in start


def read_spreadsheet_xml(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the sheets of the workbook `text`.

    Raises:
        UnreadableFileError: `invalid_xml`, `not_a_table`, `limit_exceeded`.
    """
    workbook = parse_xml(text, name, limits)
    sheets = [
        worksheet(
            sheet.attributes.get("Name", ""),
            *_cells(sheet, name, limits),
            name,
            limits,
            hidden=any(seen in _HIDDEN for seen in texts_at(sheet, "WorksheetOptions/Visible")),
        )
        for sheet in workbook.all("Worksheet")
    ]
    return reading_of_sheets("spreadsheetml", sheets, name, limits, encoding)


#: Rows from the first one on, each with its cells from the first column on.
Rows = list[list[str | None]]


def worksheet(
    title: str, rows: Rows, merged: list[Range], name: str, limits: Limits, *, hidden: bool = False
) -> Worksheet:
    """Return the worksheet of `rows`, which may be of different lengths.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    width = max(map(len, rows), default=0)
    check_limit(name, "columns", width, limits.columns)
    check_limit(name, "cells a sheet", width * len(rows), limits.sheet_cells)
    columns = list(zip_longest(*rows)) or [()]
    cells = pl.DataFrame(
        {f"c{at}": pl.Series(column, dtype=pl.String) for at, column in enumerate(columns)}
    )
    return Worksheet(title, cells, 1, Layout(hidden=hidden, merged=tuple(merged)))


class _Sheet:
    """The cells of a sheet as they are met, none of them beyond the limits."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.rows = Rows()
        self.merged = list[Range]()
        self._name, self._limits = name, limits

    def add_row(self, row: Node) -> None:
        """Add a row, and blank ones above it where it says its number."""
        number = _number(row, "Index", len(self.rows) + 1)
        check_limit(self._name, "cells a sheet", number, self._limits.sheet_cells)
        self.rows += [[] for _ in range(len(self.rows), number)]
        for cell in row.all("Cell"):
            self._add_cell(number, self.rows[number - 1], cell)

    def _add_cell(self, number: int, cells: list[str | None], cell: Node) -> None:
        left = _number(cell, "Index", len(cells) + 1)
        across, down = _number(cell, "MergeAcross", 0), _number(cell, "MergeDown", 0)
        check_limit(self._name, "columns", left + across, self._limits.columns)
        cells += [None] * (left - 1 - len(cells))
        cells.append(next((_text(data) for data in cell.all("Data")), None))
        cells += [None] * across
        if across or down:
            self.merged.append(Range(number, number + down, left, left + across))


def _cells(sheet: Node, name: str, limits: Limits) -> tuple[Rows, list[Range]]:
    read = _Sheet(name, limits)
    for table in sheet.all("Table"):
        for row in table.all("Row"):
            read.add_row(row)
    return read.rows, read.merged


def _number(node: Node, attribute: str, default: int) -> int:
    """A number that an element says; one that is none, or too small, counts for nothing."""
    text = node.attributes.get(attribute, "")
    return max(int(text), default) if text.isascii() and text.isdigit() else default


def _text(node: Node) -> str:
    """The text of a cell, parts of which may be set in bold."""
    return "".join([node.text, *map(_text, node.children)]).strip()

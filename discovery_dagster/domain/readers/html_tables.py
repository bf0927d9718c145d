"""Tables of HTML pages, which old report servers call `.xls`, and intranets save.

Each table is a sheet of its own, called after its caption or the heading above it; lines are its
rows. Tables that only lay out others (they hold tables themselves) are gone through. Scripts and
styles are no text. Source: the HTML standard, tables (`rowspan` and `colspan` cover other cells).
"""

import re
from html.parser import HTMLParser
from typing import Final

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.spreadsheet_xml import Rows, worksheet
from discovery_dagster.domain.readers.workbook import reading_of_sheets
from discovery_dagster.domain.readers.worksheet import Range
from discovery_dagster.domain.source_tables import FileReading

_BEGINS: Final = re.compile(
    r"(?:<\?xml[^>]*+>|<!--(?:(?!-->).)*+-->|\s++)*+"
    r"<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_CELLS: Final = frozenset({"td", "th"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption"})
_SILENT: Final = frozenset({"script", "style", "noscript", "template"})
_BREAKS: Final = frozenset({"br", "p", "div", "li"})
_MOST_SPANNED: Final = 65_534  # rows (HTML standard)


def is_html(start: str) -> bool:
    """Whether a text that starts like this is a page of HTML, or a table of one."""
    return _BEGINS.match(start) is not None


def read_html(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the tables of the page `text`.

    Raises:
        UnreadableFileError: `not_a_table`, `limit_exceeded`.
    """
    page = _Page(name, limits)
    page.feed(text)
    page.close()
    page.end_all()
    tables = [table for table in page.tables if table.rows]
    if not tables:
        raise UnreadableFileError(
            "not_a_table", f"{name} is a web page (HTML) without a table: export it as CSV or XLSX."
        )
    sheets = [
        worksheet(table.title or f"table {at}", table.rows, table.merged, name, limits)
        for at, table in enumerate(tables, 1)
    ]
    if len(sheets) > 1:  # a page that is laid out by tables has some that are none
        readable = [sheet for sheet in sheets if sheet.cells.height > 1 and sheet.cells.width > 1]
        sheets = readable or sheets
    return reading_of_sheets("html", sheets, name, limits, encoding)


class _Table:
    """A table as it is read: its rows, and how many rows further down cells of it reach."""

    def __init__(self, title: str, name: str, limits: Limits) -> None:
        self.title = title
        self.rows = Rows()
        self.merged = list[Range]()
        self._name, self._limits = name, limits
        self._covered: dict[int, int] = {}  # the last row that a cell above covers, by column
        self.text: list[str] | None = None  # of the open cell
        self._span = (1, 1)

    def begin_row(self) -> None:
        self.end_cell()
        self.rows.append([])

    def begin_cell(self, rows: int, columns: int) -> None:
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        self.text, self._span = [], (rows, columns)

    def end_cell(self) -> None:
        if self.text is None:
            return
        cells, number = self.rows[-1], len(self.rows)
        while self._covered.get(len(cells), 0) >= number:
            cells.append(None)
        left = len(cells)
        rows, columns = self._span
        check_limit(self._name, "columns", left + columns, self._limits.columns)
        check_limit(self._name, "cells a sheet", number * len(cells), self._limits.sheet_cells)
        cells.append(" ".join("".join(self.text).replace("\xa0", " ").split()) or None)
        cells += [None] * (columns - 1)
        if rows > 1 or columns > 1:
            self.merged.append(Range(number, number + rows - 1, left + 1, left + columns))
            self._covered.update(dict.fromkeys(range(left, left + columns), number + rows - 1))
        self.text = None


class _Page(HTMLParser):
    """Collects the tables of a page, the innermost of those that stand in one another."""

    def __init__(self, name: str, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._name, self._limits = name, limits
        self._open: list[_Table] = []
        self._heading = ""
        self._in_heading = False
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        table = self._open[-1] if self._open else None
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            check_limit(self._name, "levels of nesting", len(self._open), self._limits.json_depth)
            if table is not None:  # it only lays out the one inside
                table.rows, table.merged, table.text = [], [], None
            self._open.append(_Table(self._heading, self._name, self._limits))
            self.tables.append(self._open[-1])
            self._heading = ""
        elif tag in _HEADINGS:
            self._heading, self._in_heading = "", True
        elif table is not None and tag == "tr":
            table.begin_row()
        elif table is not None and tag in _CELLS:
            attributes = dict(attrs)
            table.begin_cell(_span(attributes.get("rowspan")), _span(attributes.get("colspan")))
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _HEADINGS:
            self._in_heading = False
            self._heading = " ".join(self._heading.split())
            if tag == "caption" and self._open:
                self._open[-1].title, self._heading = self._heading, ""
        elif self._open and tag == "table":
            self._open.pop().end_cell()
        elif self._open and tag in _CELLS | {"tr"}:
            self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._in_heading:
            self._heading += data
        elif self._open and self._open[-1].text is not None:
            self._open[-1].text.append(data)

    def end_all(self) -> None:
        """End the tables that the page leaves open."""
        while self._open:
            self._open.pop().end_cell()


def _span(value: str | None) -> int:
    text = (value or "").strip()
    return min(max(int(text), 1), _MOST_SPANNED) if text.isascii() and text.isdigit() else 1

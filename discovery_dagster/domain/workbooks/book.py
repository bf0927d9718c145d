"""A workbook of XLSX that is being written: its sheets, how cells look, and how it is printed.

Whatever is written as text stays text: no cell becomes a formula or a link (OWASP, CSV Injection).
What stands in a workbook is its writer's business.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import ceil
from typing import IO, Any, Final, Self

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from discovery_dagster.domain.workbooks.limits import CELL, fitted, sheet_name

#: Points of a line of text, and of the highest row: not every program fits rows to wrapped text.
_LINE, _HIGHEST = 15, 405
_A4: Final = 9  # Excel's number of the paper


class Style(StrEnum):
    """How a cell looks."""

    TEXT = "text"  # what is typed into it stays as typed
    ANSWER = "answer"  # for a person to fill in
    PROSE = "prose"
    NUMBER = "number"
    HEAD = "head"
    STRONG = "strong"
    TITLE = "title"


_FORMATS: Final[dict[Style, dict[str, Any]]] = {
    Style.TEXT: {"num_format": "@", "valign": "top"},
    Style.ANSWER: {"num_format": "@", "valign": "top", "bg_color": "#fff8dc"},
    Style.PROSE: {"text_wrap": True, "valign": "top"},
    Style.NUMBER: {"num_format": "#,##0.##", "valign": "top"},
    Style.HEAD: {
        "num_format": "@", "valign": "top", "bold": True, "bg_color": "#e5effa", "bottom": 1,
    },
    Style.STRONG: {"bold": True, "font_size": 12},
    Style.TITLE: {"bold": True, "font_size": 18},
}  # fmt: skip


class Book:
    """A workbook, written to `out` when the block that it opens ends."""

    def __init__(self, out: IO[bytes]) -> None:
        self._workbook = xlsxwriter.Workbook(out, {"in_memory": True})
        self._formats = {style: self._workbook.add_format(look) for style, look in _FORMATS.items()}
        self._names: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._workbook.close()

    def add(self, name: str) -> "Page":
        """Add a sheet, called `name` as far as sheets may be and none is yet."""
        sheet = self._workbook.add_worksheet(sheet_name(name, self._names))
        return Page(sheet, self._formats)

    def bar_chart(self) -> Any:
        """Return a chart for a page to insert."""
        return self._workbook.add_chart({"type": "bar"})


class Page:
    """A sheet of a book; rows and columns count from 0."""

    def __init__(self, sheet: Worksheet, formats: dict[Style, Any]) -> None:
        self.sheet = sheet
        self._formats = formats

    @property
    def name(self) -> str:
        """What the sheet is called."""
        return str(self.sheet.get_name())

    def widths(self, *widths: int, style: Style | None = None) -> None:
        """Set the widths of the first columns in characters, and how their empty cells look."""
        for at, width in enumerate(widths):
            self.column(at, width, style)

    def column(self, at: int, width: int, style: Style | None = None) -> None:
        """Set the width of a column in characters, and how its empty cells look."""
        self.sheet.set_column(at, at, width, self._formats[style] if style else None)

    def head(self, names: Sequence[str], frozen_columns: int = 0) -> None:
        """Write names of columns, which stay in sight and are printed on each sheet of paper."""
        self.sheet.freeze_panes(1, frozen_columns)
        self.sheet.repeat_rows(0)
        for at, name in enumerate(names):
            self.put(0, at, name, Style.HEAD)

    def put(self, row: int, column: int, value: Any, style: Style | None = None) -> bool:
        """Write a text, number or boolean; of None nothing.

        Returns:
            Whether the whole value is in the cell, which a text that is too long is not.
        """
        form = self._formats[style] if style else None
        if isinstance(value, bool):
            self.sheet.write_boolean(row, column, value, form)
        elif isinstance(value, int | float):
            self.sheet.write_number(row, column, value, form)
        elif value is not None:
            self.sheet.write_string(row, column, fitted(value), form)
            return len(value) <= CELL
        return True

    def heighten(self, row: int, *texts: tuple[str, int]) -> None:
        """Make a row so high that each text shows in a column of that many characters."""
        lines = max((ceil(len(text) / width) for text, width in texts), default=1)
        self.sheet.set_row(row, min(_LINE * max(lines, 1), _HIGHEST))

    def filtered(self, rows: int, columns: int) -> None:
        """Offer filters for so many rows below the head."""
        self.sheet.autofilter(0, 0, rows, columns - 1)

    def offer(self, rows: range, column: int, choices: str) -> None:
        """Offer the cells of a range as answers; others are warned of, and taken."""
        self.sheet.data_validation(
            rows.start, column, rows.stop - 1, column,
            {"validate": "list", "source": choices,
             "error_type": "warning", "error_title": "Not in the list",
             "error_message": "The import will say whether it can be applied."},
        )  # fmt: skip

    def cells(self, column: int, rows: int) -> str:
        """Return the range of a column's first cells, as other sheets name it."""
        letters = xl_col_to_name(column, col_abs=True)
        return f"={self.name}!{letters}$1:{letters}${rows}"

    def hide(self) -> None:
        """Show the sheet to nobody who does not ask for it."""
        self.sheet.hide()

    def without_lines(self) -> None:
        """Show no lines between its cells."""
        self.sheet.hide_gridlines(2)

    def print_on(self, papers: int) -> None:
        """Print it as wide as the paper, on so many sheets of A4 at most, each with its number."""
        self.sheet.set_landscape()
        self.sheet.set_paper(_A4)
        self.sheet.fit_to_pages(1, papers)
        self.sheet.set_footer("&L&A&RPage &P of &N")

    def print_rows(self, rows: int, columns: int, header: str | None = None) -> None:
        """Print only the head and so many rows, below a `header` on each sheet of paper."""
        self.sheet.print_area(0, 0, max(rows, 1), columns - 1)
        if header:
            self.sheet.set_header(f"&L{header}")

"""The report as a workbook: a first page, findings with charts, and a sheet for each table.

Every row is in it. Printed, it is a report: the first page, the findings, and of the tables so much
as fits on the sheets of paper that each may have; details are marked so.
"""

from collections.abc import Sequence
from typing import IO, Any, Final

from discovery_dagster.domain.report.model import Chart, Contents, Section, Table
from discovery_dagster.domain.workbooks.book import Book, Page, Style
from discovery_dagster.domain.workbooks.limits import ROWS

_COLOURS: Final = {"good": "#2b8a57", "warn": "#c98a1b", "bad": "#c23b34", "quiet": "#93a1af"}
_CHARTS: Final = "Charts"
_ACCENT: Final = "#0b5cad"
_ROWS: Final = ROWS - 1  # below the head
_WIDE, _NARROW = 60, 9  # characters of a column
_LABELS, _TEXT = 28, 110  # characters of the summary's columns
_CHART: Final = 385  # pixels of a chart's width: two of them stand side by side
_FINDINGS: Final = 3  # sheets of paper for the findings
_PRINTED: Final = 40  # rows on a sheet of paper that are legible


def write(out: IO[bytes], contents: Contents) -> None:
    """Write the report as XLSX."""
    with Book(out) as book:
        first, findings = book.add("Summary"), book.add("Findings")
        for page, papers in ((first, 1), (findings, _FINDINGS)):
            page.without_lines()
            page.print_on(papers)
        for section in contents.sections:
            for table in section.tables:
                page = book.add(table.title.split(",")[0])
                page.print_on(table.printed)
                _fill(page, table)
                _print(page, table)
        _introduce(first, contents)
        _summarise(book, findings, contents.sections[1:])


def _print(page: Page, table: Table) -> None:
    """Print so many rows as are legible on the table's sheets of paper, and say what is left."""
    shown = min(len(table.rows), table.printed * _PRINTED)
    left = f"{table.title}: {shown} of {len(table.rows):,} rows are printed"
    page.print_rows(shown, len(table.columns), left if shown < len(table.rows) else None)


def _introduce(page: Page, contents: Contents) -> None:
    """Write the first page: whose estate, its figures, and the summary."""
    page.widths(_LABELS, _TEXT)
    page.put(0, 0, f"{contents.client}: {contents.title or contents.engagement}", Style.TITLE)
    page.put(
        1,
        0,
        f"Engagement {contents.engagement}, session {contents.session}, files imported on"
        f" {contents.imported}",
    )
    row = 3
    for what, number in contents.figures:
        page.put(row, 0, what)
        page.put(row, 1, number, Style.STRONG)
        row += 1
    for heading, sentences in _paragraphs(contents.sections[0]):
        row = _paragraph(page, row + 1, heading, sentences)


def _paragraphs(section: Section) -> list[tuple[str, Sequence[str]]]:
    points = [("To decide or find out first", section.points)] if section.points else []
    return [*section.parts, *points]


def _paragraph(page: Page, row: int, heading: str, sentences: Sequence[str]) -> int:
    """Write a heading with its sentences from `row` on, and return the row behind them."""
    page.put(row, 0, heading, Style.STRONG)
    for sentence in sentences:
        row += 1
        page.heighten(row, (sentence, _TEXT))
        page.put(row, 1, sentence, Style.PROSE)
    return row + 1


def _summarise(book: Book, page: Page, sections: Sequence[Section]) -> None:
    """Write what each section says, and behind all tables the numbers of its charts."""
    numbers = book.add(_CHARTS)
    numbers.widths(_LABELS)
    numbers.hide()
    page.widths(_LABELS, _TEXT)
    row, place = 0, 0
    for section in sections:
        row = _paragraph(page, row, section.title, section.sentences)
        for at in range(0, len(section.charts), 2):
            pair = section.charts[at : at + 2]
            for beside, chart in enumerate(pair):
                drawn = _chart(book, numbers, place, chart)
                options = {"description": chart.description, "x_offset": beside * (_CHART + 10)}
                page.sheet.insert_chart(row, 1, drawn, options)
                place += len(chart.bars) + 2
            row += 2 + max(map(_lines, pair))
        row += 1


def _lines(chart: Chart) -> int:
    """Rows of the sheet that a chart covers."""
    return (90 + 24 * len(chart.bars)) // 20 + 1


def _chart(book: Book, page: Page, row: int, chart: Chart) -> Any:
    """Write a chart's numbers from `row` on, and return a chart of them."""
    page.put(row, 0, chart.title)
    for at, bar in enumerate(chart.bars, row + 1):
        page.put(at, 0, bar.label)
        page.put(at, 1, bar.value)
    drawn = book.bar_chart()
    first, last = row + 1, row + len(chart.bars)
    points = [{"fill": {"color": _COLOURS.get(bar.tone, _ACCENT)}} for bar in chart.bars]
    drawn.add_series(
        {
            "name": chart.title,
            "categories": [page.name, first, 0, last, 0],
            "values": [page.name, first, 1, last, 1],
            "points": points,
            "data_labels": {"value": True},
            "gap": 40,
        }
    )
    drawn.set_title({"name": chart.title, "name_font": {"size": 11}})
    drawn.set_legend({"none": True})
    drawn.set_y_axis({"reverse": True})
    drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    drawn.set_size({"width": _CHART, "height": 90 + 24 * len(chart.bars)})
    return drawn


def _fill(page: Page, table: Table) -> None:
    page.head(table.columns)
    widths = []
    for at, column in enumerate(table.columns):
        longest = max((len(str(row[at] or "")) for row in table.rows[:500]), default=0)
        widths.append(min(max(longest, len(column), _NARROW) + 2, _WIDE))
    page.widths(*widths)
    for number, row in enumerate(table.rows[:_ROWS], 1):
        page.heighten(number, *zip(map(str, row), widths, strict=True))
        for at, value in enumerate(row):
            if isinstance(value, int | float) and not isinstance(value, bool):
                page.put(number, at, value, Style.NUMBER)
            elif value is not None:
                page.put(number, at, str(value), Style.PROSE)
    if table.rows:
        page.filtered(min(len(table.rows), _ROWS), len(table.columns))

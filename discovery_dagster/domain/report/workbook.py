"""The report as a workbook: a first page, findings with charts, and a sheet for each table.

Every row is in it. Printed, it is a report: the first page, the findings, and of the tables so much
as fits on the sheets of paper that each may have; details are marked so.
"""

from collections.abc import Sequence
from math import ceil
from typing import IO, Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from discovery_dagster.domain.report.model import Chart, Contents, Section, Table
from discovery_dagster.domain.workbooks import fitted

_COLOURS: Final = {"good": "#2b8a57", "warn": "#c98a1b", "bad": "#c23b34", "quiet": "#93a1af"}
_CHARTS: Final = "Charts"
_ACCENT: Final = "#0b5cad"
#: Limits of XLSX (Excel specifications and limits, Microsoft).
_ROWS, _NAME = 1_048_575, 31
_WIDE, _NARROW = 60, 9  # characters of a column
_LABELS, _TEXT = 28, 110  # characters of the summary's columns
#: Points of a line of text, and of the highest row: not every program fits rows to wrapped text.
_LINE, _HIGHEST = 15, 405
_A4: Final = 9  # Excel's number of the paper
_CHART: Final = 385  # pixels of a chart's width: two of them stand side by side
_FINDINGS: Final = 3  # sheets of paper for the findings
_PRINTED: Final = 40  # rows on a sheet of paper that are legible


def write(out: IO[bytes], contents: Contents) -> None:
    """Write the report as XLSX. Text stays text: no cell becomes a formula or a link."""
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        formats = {
            "title": workbook.add_format({"bold": True, "font_size": 18}),
            "head": workbook.add_format(
                {"bold": True, "bg_color": "#e5effa", "bottom": 1, "valign": "top"}
            ),
            "bold": workbook.add_format({"bold": True, "font_size": 12}),
            "text": workbook.add_format({"text_wrap": True, "valign": "top"}),
            "number": workbook.add_format({"valign": "top", "num_format": "#,##0.##"}),
        }
        used = {_CHARTS.lower()}
        first = _add_sheet(workbook, "Summary", used, 1)
        findings = _add_sheet(workbook, "Findings", used, _FINDINGS)
        for section in contents.sections:
            for table in section.tables:
                sheet = _add_sheet(workbook, table.title, used, table.printed)
                _fill(sheet, table.columns, table.rows, formats)
                _print(sheet, table)
        _introduce(first, contents, formats)
        _summarise(workbook, findings, contents.sections[1:], formats)


def _add_sheet(workbook: xlsxwriter.Workbook, title: str, used: set[str], pages: int) -> Worksheet:
    """Add a sheet that is printed as wide as the paper, on so many of them at most."""
    sheet = workbook.add_worksheet(_name(title, used))
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, pages)
    sheet.set_footer("&L&A&RPage &P of &N")
    return sheet


def _print(sheet: Worksheet, table: Table) -> None:
    """Print so many rows as are legible on the table's sheets of paper, and say what is left."""
    shown = min(len(table.rows), table.printed * _PRINTED)
    sheet.print_area(0, 0, max(shown, 1), len(table.columns) - 1)
    if shown < len(table.rows):
        sheet.set_header(f"&L{table.title}: {shown} of {len(table.rows):,} rows are printed")


def _introduce(sheet: Worksheet, contents: Contents, formats: dict[str, Any]) -> None:
    """Write the first page: whose estate, its figures, and the summary."""
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, _LABELS)
    sheet.set_column(1, 1, _TEXT)
    title = f"{contents.client}: {contents.title or contents.engagement}"
    sheet.write_string(0, 0, title, formats["title"])
    sheet.write_string(
        1,
        0,
        f"Engagement {contents.engagement}, session {contents.session}, files imported on"
        f" {contents.imported}",
    )
    row = 3
    for what, number in contents.figures:
        sheet.write_string(row, 0, what)
        sheet.write_string(row, 1, number, formats["bold"])
        row += 1
    for heading, sentences in _paragraphs(contents.sections[0]):
        row = _paragraph(sheet, row + 1, heading, sentences, formats)


def _paragraphs(section: Section) -> list[tuple[str, Sequence[str]]]:
    points = [("To decide or find out first", section.points)] if section.points else []
    return [*section.parts, *points]


def _paragraph(
    sheet: Worksheet, row: int, heading: str, sentences: Sequence[str], formats: dict[str, Any]
) -> int:
    """Write a heading with its sentences from `row` on, and return the row behind them."""
    sheet.write_string(row, 0, heading, formats["bold"])
    for sentence in sentences:
        row += 1
        sheet.set_row(row, _height(sentence, _TEXT))
        sheet.write_string(row, 1, sentence, formats["text"])
    return row + 1


def _summarise(
    workbook: xlsxwriter.Workbook,
    sheet: Worksheet,
    sections: Sequence[Section],
    formats: dict[str, Any],
) -> None:
    """Write what each section says, and behind all tables the numbers of its charts."""
    numbers = workbook.add_worksheet(_CHARTS)
    numbers.set_column(0, 0, _LABELS)
    numbers.hide()
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, _LABELS)
    sheet.set_column(1, 1, _TEXT)
    row, place = 0, 0
    for section in sections:
        row = _paragraph(sheet, row, section.title, section.sentences, formats)
        for at in range(0, len(section.charts), 2):
            pair = section.charts[at : at + 2]
            for beside, chart in enumerate(pair):
                drawn = _chart(workbook, numbers, place, chart)
                options = {"description": chart.description, "x_offset": beside * (_CHART + 10)}
                sheet.insert_chart(row, 1, drawn, options)
                place += len(chart.bars) + 2
            row += 2 + max(map(_lines, pair))
        row += 1


def _height(text: str, width: int) -> int:
    """Points of a row that holds `text` in a column of `width` characters."""
    return min(_LINE * max(ceil(len(text) / width), 1), _HIGHEST)


def _lines(chart: Chart) -> int:
    """Rows of the sheet that a chart covers."""
    return (90 + 24 * len(chart.bars)) // 20 + 1


def _chart(workbook: xlsxwriter.Workbook, sheet: Worksheet, row: int, chart: Chart) -> Any:
    """Write a chart's numbers from `row` on, and return a chart of them."""
    sheet.write_string(row, 0, chart.title)
    for at, bar in enumerate(chart.bars, row + 1):
        sheet.write_string(at, 0, bar.label)
        sheet.write_number(at, 1, bar.value)
    drawn = workbook.add_chart({"type": "bar"})
    first, last = row + 1, row + len(chart.bars)
    points = [{"fill": {"color": _COLOURS.get(bar.tone, _ACCENT)}} for bar in chart.bars]
    drawn.add_series(
        {
            "name": chart.title,
            "categories": [_CHARTS, first, 0, last, 0],
            "values": [_CHARTS, first, 1, last, 1],
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


def _fill(
    sheet: Worksheet,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    formats: dict[str, Any],
) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    widths = []
    for at, column in enumerate(columns):
        longest = max((len(str(row[at] or "")) for row in rows[:500]), default=0)
        widths.append(min(max(longest, len(column), _NARROW) + 2, _WIDE))
        sheet.set_column(at, at, widths[at])
        sheet.write_string(0, at, column, formats["head"])
    for number, row in enumerate(rows[:_ROWS], 1):
        texts = zip(map(str, row), widths, strict=True)
        sheet.set_row(number, max(_height(text, width) for text, width in texts))
        for at, value in enumerate(row):
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(number, at, value, formats["number"])
            elif value is not None:
                sheet.write_string(number, at, fitted(str(value)), formats["text"])
    if rows:
        sheet.autofilter(0, 0, min(len(rows), _ROWS), len(columns) - 1)


def _name(title: str, used: set[str]) -> str:
    """A sheet's name: the first words of the title that fit, made unique."""
    plain = title.split(",")[0][:_NAME].strip()
    name, number = plain, 2
    while name.lower() in used:
        name = f"{plain[: _NAME - 4]} ({number})"
        number += 1
    used.add(name.lower())
    return name

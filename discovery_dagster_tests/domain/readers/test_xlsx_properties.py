"""Whatever is written into a worksheet comes out as text, in its place, whoever wrote it."""

import datetime
import io
import math
import string
from unittest.mock import patch
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.xlsx import cells, read_package
from discovery_dagster.domain.readers.xlsx.plain import plain_cells
from discovery_dagster.domain.source_tables import NO_STORED_VALUE
from discovery_dagster_tests.searching import examples

Value = str | int | float | bool | datetime.datetime | None

_LETTERS = string.ascii_letters + string.digits + " äß€<>&\"'_-.,;:/\U0001f5a5"
_text = st.text(st.sampled_from(_LETTERS), min_size=1, max_size=20)
_values = st.one_of(
    st.none(),
    _text.filter(lambda text: not text.startswith("=") and text.strip() == text),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: float(f"{number:.6g}")),
    st.booleans(),
    st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
)
_tables = st.lists(st.lists(_values, min_size=1, max_size=30), min_size=1, max_size=12)


def _by_openpyxl(rows: list[list[Value]]) -> bytes:
    book = openpyxl.Workbook()
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            if value is not None:
                book.active.cell(row, column).value = value
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _by_xlsxwriter(rows: list[list[Value]]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"default_date_format": "dd.mm.yyyy hh:mm:ss"})
    sheet = book.add_worksheet()
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                sheet.write(row, column, value)
    book.close()
    return content.getvalue()


def _shown(value: Value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return None if value is None else str(value)


def _same(actual: str | None, value: Value) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return actual is not None and math.isclose(float(actual), value, rel_tol=1e-12)
    return actual == _shown(value)


@settings(max_examples=examples(60), deadline=None)
@given(rows=_tables, write=st.sampled_from([_by_openpyxl, _by_xlsxwriter]))
def test_cells_come_back_as_they_were_written(rows, write) -> None:
    sheets = read_package(write(rows), "a.xlsx", Limits())
    assert sheets is not None, "left to the library"
    frame = sheets[0].cells
    filled = {
        (row, column): value
        for row, cells in enumerate(rows)
        for column, value in enumerate(cells)
        if value is not None
    }
    first = min((column for _, column in filled), default=0)
    cells_read = {
        (row, column + first): cell
        for row, cells in enumerate(frame.rows())
        for column, cell in enumerate(cells)
        if cell is not None
    }
    assert cells_read.keys() == filled.keys()
    assert [place for place in filled if not _same(cells_read[place], filled[place])] == []


@settings(max_examples=examples(60), deadline=None)
@given(rows=_tables, write=st.sampled_from([_by_openpyxl, _by_xlsxwriter]))
def test_plain_pieces_give_what_all_their_tags_give(rows, write) -> None:
    book = write(rows)
    with patch.object(cells, "plain_cells", wraps=plain_cells) as plain:
        sheets = read_package(book, "a.xlsx", Limits())
    with patch.object(cells, "plain_cells", return_value=None):
        by_tags = read_package(book, "a.xlsx", Limits())
    assert sheets is not None
    assert by_tags is not None
    assert plain.called or all(value is None for row in rows for value in row)
    assert [sheet.cells.rows() for sheet in sheets] == [sheet.cells.rows() for sheet in by_tags]


@pytest.mark.parametrize(
    ("row", "drawn_cells"),
    [
        ('<c r="A1"><v>1</v></c><c r="B1" s="0"/><c r="C1"></c><c r="D1"><v>2</v></c>', "1..2"),
        ('<c r="A1"><v>1</v></c></row><row r="2"/><row r="3"><c r="A3"><v>3</v></c>', "1|.|3"),
        ('<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>3</v></c>', "23"),
        ('<c r="A1"><f>B1</f></c><c r="B1"><v>3</v></c>', f"{NO_STORED_VALUE}3"),
        ('<c r="A1"><f>B1</f><v/></c><c r="B1"><v>3</v></c>', f"{NO_STORED_VALUE}3"),
        ('<c r="A1"><f>B1</f><v></v></c><c r="B1"><v>3</v></c>', f"{NO_STORED_VALUE}3"),
        ('<c r="A1"><f t="shared" si="0"/></c><c r="B1"><v>3</v></c>', f"{NO_STORED_VALUE}3"),
        ('<c r="A1" t="str"><f>IF(B1=3,"")</f><v></v></c><c r="B1"><v>3</v></c>', ".3"),
        ('<c r="A1" t="inlineStr"><is><t>in</t></is></c><c r="B1"><v>3</v></c>', "in3"),
        ('<c r="A1" t="inlineStr"><is><r><t>i</t></r></is></c><c r="B1"><v>3</v></c>', "i3"),
        ('<c r="A1" t="str"><v>a longer text than sixteen!</v></c>', "a longer text than sixteen!"),
        ('<c r="A1" t="str"><v>sixteen bytes ok</v></c>', "sixteen bytes ok"),
        ('<c r="A1" t="str"><v>eight by</v></c>', "eight by"),
        ('<c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="b"><v>1</v></c>', "#N/Atrue"),
        ('<c r="A1"><v>1.50</v></c><c r="B1"><v>1E3</v></c><c r="C1"><v>100</v></c>', "1.51000100"),
        (
            '<c r="A1"><v>.5</v></c><c r="B1"><v>0.30000000000000004</v></c>',
            "0.50.30000000000000004",
        ),
    ],
)
def test_cells_are_found_whatever_stands_between_them(row: str, drawn_cells: str) -> None:
    sheets = read_package(_with_cells(row), "a.xlsx", Limits())
    assert sheets is not None
    rows = ["".join(cell or "." for cell in cells) for cells in sheets[0].cells.rows()]
    assert "|".join(line if line.strip(".") else "." for line in rows) == drawn_cells


def test_cells_in_a_comment_are_none_even_where_the_number_of_tags_fits() -> None:
    hidden = '<c r="A1"><v>1</v></c></row><row r="2"/><row r="3"><!--<c r="A3"><v>3</v></c>-->'
    assert read_package(_with_cells(hidden), "a.xlsx", Limits()) is None


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("<si><t>plain</t></si>", "plain"),
        ('<si><t xml:space="preserve"> kept </t></si>', " kept "),
        ("<si><r><t>two</t></r><r><rPr><b/></rPr><t> runs</t></r></si>", "two runs"),
        ("<si><t>word</t><rPh sb='0' eb='1'><t>sound</t></rPh></si>", "word"),
        ("<si><t>a &lt;b&gt; &amp;amp; &#228;</t></si>", "a <b> &amp; ä"),
        ("<si><t>two_x000D_\nlines</t></si>", "two\r\nlines"),
    ],
)
def test_shared_texts_are_read_with_their_runs_and_escapes(text: str, read_as: str) -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    book.add_worksheet().write_string(0, 0, "MARK")
    book.close()
    changed = _with_part(content.getvalue(), "xl/sharedStrings.xml", "<si><t>MARK</t></si>", text)
    sheets = read_package(changed, "a.xlsx", Limits())
    assert sheets is not None
    assert sheets[0].cells.rows() == [(read_as,)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<row r="1"', '<row s="3"'),
        ('<c r="A1" t="s">', '<c t="s" r="A1">'),
        ('<c r="A1" t="s">', '<c r="A2" t="s">'),
        ("<v>0</v>", "<v>7</v>"),
        ("<v>0</v>", "<v>0</v><v>1</v>"),
        ("<sheetData>", "<sheetData><!-- hello -->"),
        ("<v>0</v>", "<v><![CDATA[0]]></v>"),
    ],
)
def test_what_programs_do_not_write_is_left_to_the_library(old: str, new: str) -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    book.add_worksheet().write_string(0, 0, "text")
    book.close()
    changed = _with_part(content.getvalue(), "xl/worksheets/sheet1.xml", old, new)
    assert read_package(changed, "a.xlsx", Limits()) is None


def _with_cells(row: str) -> bytes:
    """A workbook whose only row holds these cells."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    book.add_worksheet().write_number(0, 0, 7)
    book.close()
    part = "xl/worksheets/sheet1.xml"
    return _with_part(content.getvalue(), part, '<c r="A1"><v>7</v></c>', row)


def _with_part(workbook: bytes, part: str, old: str, new: str) -> bytes:
    changed = io.BytesIO()
    with ZipFile(io.BytesIO(workbook)) as source, ZipFile(changed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name).decode()
            assert name != part or old in text
            target.writestr(name, text.replace(old, new, 1) if name == part else text)
    return changed.getvalue()

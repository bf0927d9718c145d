"""Workbooks: every sheet with cells is a table, hidden ones too; lines are worksheet rows.

What the author hid is read like the rest and said; merged cells count for all that they cover.

Cells come as text: numbers without a trailing `.0`, booleans as `true` and `false`, dates as
`2024-05-01 10:30:00`; errors such as `#N/A` as they stand. Formulas come as their last value.
"""

from collections.abc import Sequence
from dataclasses import replace

import fastexcel
import polars as pl

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.archive import check_extents, check_package, check_unpacked
from discovery_dagster.domain.readers.body import read_body
from discovery_dagster.domain.readers.by_library import DamagedError, read_by_library
from discovery_dagster.domain.readers.header import Cells, find_header
from discovery_dagster.domain.readers.header_rows import Header, complete_header
from discovery_dagster.domain.readers.merged import fill_merged, merged_cells
from discovery_dagster.domain.readers.records import (
    check_lengths,
    frame_of_cells,
    ignore_blank_records,
)
from discovery_dagster.domain.readers.sections import Section
from discovery_dagster.domain.readers.sheet_notes import sheet_notes
from discovery_dagster.domain.readers.sheet_purpose import ignore_by_purpose
from discovery_dagster.domain.readers.side_by_side import parts_of
from discovery_dagster.domain.readers.unnamed import has_address, name_columns
from discovery_dagster.domain.readers.worksheet import Worksheet, Worksheets
from discovery_dagster.domain.readers.xlsx import read_layouts, read_package
from discovery_dagster.domain.source_tables import FileReading, MergedCell, SourceTable

ZIP = b"PK\x03\x04"
#: Compound file: an old workbook (XLS), or the envelope of an encrypted new one [MS-OFFCRYPTO].
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: An OpenDocument spreadsheet names its type first, uncompressed (OpenDocument 1.3, part 2, 3.3).
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_HEAD = 128
_HEADER_SAMPLE = 100  # rows among which the header is looked for


def is_workbook(start: bytes) -> bool:
    """Whether a file that begins with `start` has to be a workbook to be readable."""
    return start.startswith((ZIP, COMPOUND))


def is_open_document(start: bytes) -> bool:
    """Whether a file that begins with `start` is an OpenDocument spreadsheet."""
    return start.startswith(ZIP) and _OPEN_DOCUMENT in start


def read_workbook(data: bytes, name: str, limits: Limits) -> FileReading:
    """Read all sheets of the workbook `data`.

    Raises:
        UnreadableFileError: `encrypted_workbook`, `corrupt_workbook`, `not_a_table`,
            `limit_exceeded`.
    """
    container = "ods" if is_open_document(data[:_HEAD]) else "xlsx"
    container = container if data.startswith(ZIP) else "xls"
    return reading_of_sheets(container, read_sheets(data, name, limits), name, limits)


def reading_of_sheets(
    container: str, sheets: Worksheets, name: str, limits: Limits, encoding: str | None = None
) -> FileReading:
    """Return the tables of the sheets of a workbook, whatever it was written in.

    Raises:
        UnreadableFileError: `not_a_table`, `limit_exceeded`.
    """
    tables = [
        (sheet, table)
        for sheet in sheets
        for part in parts_of(sheet)
        for table in _tables(part, name, limits)
    ]
    if not tables:
        raise UnreadableFileError("not_a_table", f"{name} has no sheet with a table in it.")
    return FileReading(
        container,
        tuple(table for _, table in tables),
        encoding,
        sheets=tuple(sheet.name for sheet in sheets),
        # What is true of a sheet is reported once, however many tables stand in it.
        notes=tuple(dict.fromkeys(note for each in tables for note in sheet_notes(*each))),
    )


def read_sheets(data: bytes, name: str, limits: Limits) -> Worksheets:
    """Return all sheets of the workbook `data`.

    Raises:
        UnreadableFileError: `encrypted_workbook`, `corrupt_workbook`, `limit_exceeded`.
    """
    if data.startswith(COMPOUND) and _ENCRYPTED in data:
        raise _encrypted(name)
    try:
        return list(_open(data, name, limits))
    except (fastexcel.FastExcelError, DamagedError) as error:
        if "password" in str(error).lower():
            raise _encrypted(name) from error
        raise UnreadableFileError(
            "corrupt_workbook", f"{name} is damaged: open it in Excel, save it again and retry."
        ) from error


def _encrypted(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        "encrypted_workbook", f"{name} is encrypted: save it without a password and retry."
    )


def _open(data: bytes, name: str, limits: Limits) -> Worksheets:
    """Read the cells of all sheets, XLSX by our own reader where it is written as programs do."""
    if is_open_document(data[:_HEAD]):
        check_unpacked(data, name, limits)
        return read_by_library(data)
    if data.startswith(ZIP):
        check_package(data, name, limits)
        sheets = read_package(data, name, limits)
        if sheets is not None:
            return sheets
        check_extents(data, name, limits)
        layouts = read_layouts(data)
        return [
            replace(sheet, layout=layouts.get(sheet.name, sheet.layout))
            for sheet in read_by_library(data)
        ]
    return read_by_library(data)


def _tables(sheet: Worksheet, name: str, limits: Limits) -> tuple[SourceTable, ...]:
    """Make tables of the rows of a sheet; none when it has no header."""
    rows = sheet.cells
    if rows.width:
        check_lengths(name, rows, rows.columns, limits)
    top = rows.head(_HEADER_SAMPLE).rows()
    header = _header(top)
    if header is None:
        return ()
    cells = rows.slice(header.last + 1)
    if rows.width == 1 and cells.is_empty():
        return ()
    check_limit(name, "columns", rows.width, limits.columns)
    cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
    first = header.last + 2
    lines = pl.int_range(first, first + cells.height, dtype=pl.UInt32, eager=True)
    records = ignore_blank_records(frame_of_cells(cells, lines))
    body = Section(header.cells, header.last + 1, records)
    tables = read_body(name, sheet.name, body, limits, ragged=False)
    return tuple(_as_laid_out(table, sheet, limits) for table in tables)


def _header(top: Sequence[Cells]) -> Header | None:
    """The header among the first rows; where there is none, the names of what has addresses."""
    names = name_columns(top) if top and has_address(" ".join(filter(None, top[0]))) else None
    if names is not None:
        return Header(names, -1)
    position = find_header(top)
    return None if position is None else complete_header(top, position)


def _as_laid_out(table: SourceTable, sheet: Worksheet, limits: Limits) -> SourceTable:
    """Give records what merged cells say; ignore them where the sheet is no table of things."""
    records, used = table.records, tuple[MergedCell, ...]()
    if sheet.first_column is not None:
        merged = merged_cells(sheet.layout.merged, records, sheet.first_column)
        records, used = fill_merged(records, merged, table.file, limits)
    records = ignore_by_purpose(sheet.name, records, hidden=sheet.layout.hidden)
    return replace(table, records=records, merged=used)

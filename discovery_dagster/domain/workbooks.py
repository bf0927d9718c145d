"""Tables as an XLSX workbook or a zip of CSV files. Text stays text: no cell becomes a formula."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any, Final

import polars as pl
import xlsxwriter

from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.tabular import write_cells

#: Limits of XLSX (Excel specifications and limits, Microsoft).
_ROWS, _COLUMNS, _CELL, _NAME = 1_048_576, 16_384, 32_767, 31
#: How a text ends that is longer than a cell holds.
_CUT: Final = " … [cut: a cell holds no more]"
_KEPT: Final = _CELL - len(_CUT)
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
    names: set[str] = set()
    cut = list[CutCell]()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        text = workbook.add_format({"num_format": "@"})
        bold = workbook.add_format({"bold": True, "num_format": "@"})
        for table in tables:
            _check(table)
            sheet = workbook.add_worksheet(_sheet_name(table.name, names))
            sheet.set_column(0, max(len(table.columns) - 1, 0), _WIDTH, text)
            sheet.freeze_panes(1, 0)
            for at, column in enumerate(table.columns):
                sheet.write_string(0, at, column, bold)
            for number, row in enumerate(table.rows, 1):
                for at, value in enumerate(row):
                    if isinstance(value, bool):
                        sheet.write_boolean(number, at, value)
                    elif isinstance(value, int | float):
                        sheet.write_number(number, at, value)
                    elif value is not None:
                        written = fitted(value)
                        sheet.write_string(number, at, written, text)
                        if written != value:
                            cut.append(CutCell(table.name, number - 1, table.columns[at]))
        if not names:
            workbook.add_worksheet("empty")
    return cut


def fitted(text: str) -> str:
    """Return `text`, cut with a mark where it is longer than a cell of a worksheet holds."""
    return text if len(text) <= _CELL else text[:_KEPT] + _CUT


def fitted_cells(texts: pl.Expr) -> pl.Expr:
    """Return the same of a column."""
    cut = pl.concat_str(texts.str.head(_KEPT), pl.lit(_CUT))
    return pl.when(texts.str.len_chars() > _CELL).then(cut).otherwise(texts)


def write_archive(out: IO[bytes], tables: Iterable[NamedTable]) -> None:
    """Write a zip with a CSV for each table."""
    names: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            written = io.StringIO(newline="")
            write_cells(written, [table.columns, *table.rows])
            stem = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "-", table.name).strip(". ") or "table"
            name = _unused(stem, names, 200)
            entry = zipfile.ZipInfo(f"{name}.csv", _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, written.getvalue())


def table_name(file: str, sheet: str | None) -> str:
    """Return what a person would call the table of a file and sheet."""
    stem = PurePath(file).stem
    return f"{stem} - {sheet}" if sheet else stem


def _check(table: NamedTable) -> None:
    if len(table.rows) >= _ROWS or len(table.columns) > _COLUMNS:
        raise TooLargeError(f"{table.name} has more rows or columns than a worksheet holds.")


def _sheet_name(name: str, used: set[str]) -> str:
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]+", "-", name).strip("' ") or "table"
    return _unused("History -" if plain.lower() == "history" else plain, used, _NAME)


def _unused(name: str, used: set[str], longest: int) -> str:
    """Return `name`, cut and numbered so that no other is the same but for its case."""
    chosen, number = name[:longest].strip("' "), 2
    while chosen.lower() in used:
        ending = f" ({number})"
        chosen, number = name[: longest - len(ending)].strip("' ") + ending, number + 1
    used.add(chosen.lower())
    return chosen

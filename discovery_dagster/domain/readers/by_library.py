"""Workbooks by fastexcel: old ones (XLS), and new ones that are written in an unusual way.

The library makes nothing of an error such as `#N/A`, but says where it stands and which it is, and
so the cell holds it as Excel shows it: an error is an issue, and an empty cell is none.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import fastexcel
import polars as pl

from discovery_dagster.domain.errors import is_panic
from discovery_dagster.domain.readers.worksheet import Layout, Worksheet, Worksheets

#: What the library calls errors (calamine's `CellErrorType`), as Excel shows them [MS-XLS, 2.5.10].
_ERRORS: Final[Mapping[str, str]] = {
    "Div0": "#DIV/0!",
    "GettingData": "#GETTING_DATA",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}
#: How it says what it could not read as text.
_REFUSED: Final = re.compile(r"but got '(?:Error\((\w+)\)|(.*?))'?$", re.DOTALL)


class DamagedError(Exception):
    """A workbook at which the library gave up."""


def read_by_library(data: bytes) -> Worksheets:
    """Return all sheets of the workbook `data`; the library says nothing of merged cells.

    Raises:
        fastexcel.FastExcelError: when it is damaged or encrypted.
        DamagedError: when it is damaged in a way that the library did not foresee.
    """
    try:
        reader = fastexcel.read_excel(data)
        return [_read(reader, name) for name in reader.sheet_names]
    except BaseException as error:
        if is_panic(error):
            raise DamagedError(str(error)) from error
        raise


def _read(reader: fastexcel.ExcelReader, name: str) -> Worksheet:
    # Without `skip_rows` leading blank rows vanish and rows are no longer the worksheet's.
    sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    batch, errors = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(batch)
    cells = frame if errors is None else _with_errors(frame, errors.errors)
    return Worksheet(name, cells, layout=Layout(hidden=sheet.visible != "visible"))


def _with_errors(frame: pl.DataFrame, errors: Sequence[fastexcel.CellError]) -> pl.DataFrame:
    """Put what could not be read as text where it stands."""
    by_column: dict[int, dict[int, str]] = {}
    for error in errors:
        row, column = error.position
        by_column.setdefault(column, {})[row] = _shown(error.detail)
    columns = [
        frame.to_series(column).scatter(list(cells), pl.Series(list(cells.values())))
        for column, cells in by_column.items()
    ]
    return frame.with_columns(columns)


def _shown(detail: str) -> str:
    refused = _REFUSED.search(detail)
    if refused is None:
        return detail
    error, other = refused.groups()
    return other if error is None else _ERRORS.get(error, f"#{error.upper()}!")

"""XLSX workbooks, read with whole arrays of positions instead of an event for each tag.

It tells errors (`#N/A`) from empty cells, and needs no second pass to guard memory. It reads what
common programs write; a workbook that is written in another way is left to the library.
"""

import io
import zipfile

import pyarrow as pa

from discovery_dagster.domain.readers.archive import DAMAGED
from discovery_dagster.domain.readers.limits import CellCount, Limits
from discovery_dagster.domain.readers.worksheet import Layout, Worksheets
from discovery_dagster.domain.readers.xlsx.package import Package
from discovery_dagster.domain.readers.xlsx.scanning import UnusualXmlError
from discovery_dagster.domain.readers.xlsx.sheets import read_layout, read_sheet

__all__ = ["read_layouts", "read_package"]

#: What XML that is damaged or unusual ends in; the library reads it, or says that it cannot.
_UNUSUAL = (UnusualXmlError, pa.ArrowInvalid, IndexError, OSError, *DAMAGED)


def read_package(data: bytes, name: str, limits: Limits) -> Worksheets | None:
    """Return the sheets of the workbook `data`, None when it is written in an unusual way.

    Raises:
        UnreadableFileError: `limit_exceeded`, when the rectangles of its sheets are too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            package = Package(archive)
            context = package.context()
            count = CellCount(name, "cells in its sheets", limits.sheet_cells)
            return [read_sheet(package, sheet, context, count) for sheet in package.sheets()]
    except _UNUSUAL:
        return None


def read_layouts(data: bytes) -> dict[str, Layout]:
    """Return what is hidden and merged in the sheets of a workbook that the library has to read.

    Nothing is known of the sheets when not even that is written as programs do.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            package = Package(archive)
            return {sheet.name: read_layout(package, sheet) for sheet in package.sheets()}
    except _UNUSUAL:
        return {}

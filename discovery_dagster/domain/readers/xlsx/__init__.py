"""XLSX workbooks, read with whole arrays of positions instead of an event for each tag.

It tells errors (`#N/A`) from empty cells, and needs no second pass to guard memory. It reads what
common programs write; a workbook that is written in another way is left to the library.
"""

import io
import zipfile
from typing import Final

import pyarrow as pa

from discovery_dagster.domain.file_limits import Limits, Tally, check_limit
from discovery_dagster.domain.readers.archive import DAMAGED
from discovery_dagster.domain.readers.worksheet import Layout, Worksheets
from discovery_dagster.domain.readers.xlsx.package import Package
from discovery_dagster.domain.readers.xlsx.scanning import UnusualXmlError
from discovery_dagster.domain.readers.xlsx.sheets import read_layout, read_sheet

__all__ = ["read_layouts", "read_package"]

#: Bytes of cells that each byte of a large workbook may come to, since cells share texts.
_BYTES_A_BYTE: Final = 4
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
            sheets = package.sheets()
            check_limit(name, "sheets", len(sheets), limits.archive_members)
            cells = Tally(name, "cells in its sheets", limits.sheet_cells)
            unpacked = sum(member.file_size for member in archive.infolist())
            most = limits.repeated_bytes + _BYTES_A_BYTE * unpacked
            texts = Tally(name, "bytes in its cells", most)
            return [read_sheet(package, sheet, context, cells, texts) for sheet in sheets]
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

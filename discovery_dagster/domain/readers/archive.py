"""Whether a zip archive is a workbook that can be unpacked safely, before anything unpacks it.

What stands in its sheets is the workbook reader's matter.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, Tally, check_limit

#: What reading a damaged archive ends in; places before the beginning are wrong arguments.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OverflowError,
)

_RATIO_FROM = 16 * 1024**2  # bytes unpacked, below which any compression is harmless
_CHUNK = 4 * 1024**2
_REFERENCE = re.compile(rb"""r\s*=\s*["']([A-Z]{0,3}[0-9]{1,12})["']""")
_CELLS = b"sheetData"  # what the cells of a sheet stand in
_COLUMNS = 16_384  # that a sheet may have (Microsoft, Excel specifications)
_OVERLAP = 64  # bytes, longer than a reference
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = b"0123456789"


def check_package(data: bytes, name: str, limits: Limits) -> None:
    """Refuse the archive `data` when it is no workbook or too large unpacked.

    Raises:
        UnreadableFileError: `corrupt_workbook`, `not_a_table`, `limit_exceeded`.
    """
    with _opened(data, name) as archive:
        _check_size(archive, len(data), name, limits)


def check_unpacked(data: bytes, name: str, limits: Limits) -> None:
    """Refuse the archive `data` when it is damaged or too large unpacked.

    Raises:
        UnreadableFileError: `corrupt_workbook`, `limit_exceeded`.
    """
    with _opened(data, name) as archive:
        check_sizes(archive, len(data), name, limits)


def check_extents(data: bytes, name: str, limits: Limits) -> None:
    """Refuse the workbook `data` when its sheets are too large.

    The library allocates the rectangle around a sheet's cells, so that two cells in opposite
    corners of a sheet of a few hundred bytes would take 400 GB; it is measured beforehand, in every
    part that has cells, whatever it is called.

    Raises:
        UnreadableFileError: `corrupt_workbook`, `limit_exceeded`.
    """
    with _opened(data, name) as archive:
        count = Tally(name, "cells in its sheets", limits.sheet_cells)
        for member in archive.infolist():
            count.add(_extent(archive, member, name))


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except (*DAMAGED, OSError) as error:
        raise UnreadableFileError(
            "corrupt_workbook", f"{name} is damaged or cut off: export or copy it again."
        ) from error


def _check_size(archive: zipfile.ZipFile, size: int, name: str, limits: Limits) -> None:
    members = archive.infolist()
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise UnreadableFileError(
            "not_a_table",
            f"{name} is an archive but no XLSX workbook: import its files or save it as XLSX.",
        )
    check_sizes(archive, size, name, limits)


def check_sizes(archive: zipfile.ZipFile, size: int, name: str, limits: Limits) -> None:
    """Look how much an archive of `size` bytes says that it unpacks to.

    Raises:
        UnreadableFileError: when that is more than `limits` allow, or many times its size.
    """
    unpacked = sum(member.file_size for member in archive.infolist())
    check_limit(name, "bytes unpacked", unpacked, limits.uncompressed_bytes)
    if unpacked > _RATIO_FROM:
        ratio = unpacked // max(size, 1)
        check_limit(name, "times its size when unpacked", ratio, limits.compression_ratio)


def _extent(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> int:
    """Return how many cells the rectangle from A1 to the last row and column has, 0 of no sheet."""
    rows, columns, is_sheet = 0, 0, False
    for chunk in _chunks(archive, member):
        is_sheet = is_sheet or _CELLS in chunk
        references = b" ".join(_REFERENCE.findall(chunk))
        numbers = set(references.translate(None, _LETTERS).split())
        letters = set(references.translate(None, _DIGITS).split())
        rows = max([rows, *map(int, numbers)])
        columns = max([columns, *map(_column_number, letters)])
        check_limit(name, "columns in a sheet", columns, _COLUMNS)
    return rows * columns if is_sheet else 0


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    before = b""
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            yield before + chunk
            before = chunk[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number

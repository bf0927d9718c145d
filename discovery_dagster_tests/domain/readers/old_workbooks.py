"""XLS workbooks for tests, since no library that is kept writes any: BIFF8 in a compound file.

Only what a reader needs is there [MS-XLS, MS-CFB]: one sheet of texts, numbers and errors.
"""

import struct
from collections.abc import Mapping, Sequence

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LEAST_STREAM = 4096  # a shorter one would stand in the sectors of small streams
#: Codes of errors [MS-XLS, 2.5.10].
ERRORS: Mapping[str, int] = {
    "#NULL!": 0x00,
    "#DIV/0!": 0x07,
    "#VALUE!": 0x0F,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
}


def old_workbook(
    rows: Sequence[Sequence[str | float | None]], first: tuple[int, int] = (0, 0)
) -> bytes:
    """Return an XLS workbook whose sheet `Servers` holds `rows`, those in `ERRORS` as errors.

    Args:
        rows: cells; None is an empty one.
        first: row and column of the first one, from 0.
    """
    cells = b"".join(
        _cell(first[0] + row, first[1] + column, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value is not None
    )
    sheet = _begin(0x10) + cells + _record(0x0A)
    name = b"Servers"
    bounds = struct.pack("<BBBB", 0, 0, len(name), 0) + name
    globals_size = len(_begin(0x05)) + 4 + 4 + len(bounds) + 4
    book = _begin(0x05) + _record(0x85, struct.pack("<I", globals_size) + bounds) + _record(0x0A)
    return _compound(book + sheet)


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if value in ERRORS:
        code = ERRORS[str(value)]
        if row % 2:  # as constants and as what formulas came to
            return _record(0x0205, place + bytes([code, 1]))
        result = bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF])
        return _record(0x06, place + result + bytes(6) + struct.pack("<H", 2) + bytes([0x1C, code]))
    if isinstance(value, str):
        return _record(0x0204, place + struct.pack("<HB", len(value), 0) + value.encode("latin-1"))
    return _record(0x0203, place + struct.pack("<d", value))


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 1997, 0, 0))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes) -> bytes:
    """Sector 0 is the allocation table, 1 the directory, and the stream follows."""
    stream = stream.ljust(_LEAST_STREAM, b"\0")
    count = -(-len(stream) // _SECTOR)
    chain = [_FAT, _END, *range(3, count + 2), _END]
    table = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3,
        0xFFFE, 9, 6, 0, 1, 1, 0, _LEAST_STREAM, _END, 0, _END, 0,
    ) + struct.pack("<109I", 0, *[_FREE] * 108)  # fmt: skip
    entries = _entry("Root Entry", 5, child=1) + _entry("Workbook", 2, 2, len(stream))
    directory = entries.ljust(_SECTOR, b"\0")
    return header + table + directory + stream.ljust(count * _SECTOR, b"\0")


def _entry(name: str, kind: int, start: int = _END, size: int = 0, child: int = _FREE) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    fixed = struct.pack(
        "<64sHBBIII16sIQQIQ", written.ljust(64, b"\0"), len(written), kind, 1, _FREE, _FREE, child,
        bytes(16), 0, 0, 0, start, size,
    )  # fmt: skip
    return fixed

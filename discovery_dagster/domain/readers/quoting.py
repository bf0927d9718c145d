"""One record of a delimited text, cell by cell, with quoted cells as in RFC 4180.

Where records begin and which of them need this slow way is the delimited reader's matter.
"""

import re
from functools import cache

_OPENING = re.compile(rb' *"')
_UTF8_WIDTH = 4  # bytes of a character at most


class CutOffError(Exception):
    """A quoted cell that may close in the text that follows."""


def scan_record(
    data: bytes, start: int, delimiter: bytes, limit: int, end: int | None = None
) -> tuple[list[str], int] | None:
    r"""Read the record of the UTF-8 text `data` that begins at `start`; lines end with `\n`.

    Beyond RFC 4180, spaces may stand around a quoted cell, and a quote inside an unquoted cell
    stands for itself.

    Args:
        data: the text.
        start: where the record begins.
        delimiter: between cells.
        limit: characters of a quoted cell.
        end: of the lines that are whole, where more text follows; no end where none does.

    Returns:
        The cells and where the next record begins; None when a quoted cell is not closed before a
        delimiter or line end, within `limit` characters.

    Raises:
        CutOffError: when one is not closed before `end`.
    """
    line_end = _line_end(data, start)
    cells: list[str] = []
    position = start
    while data.find(b'"', position, line_end) >= 0:
        opening = _OPENING.match(data, position)
        if opening:
            closed = _quoted_cell(data, opening.end(), delimiter, limit, end)
            if closed is None:
                return None
            cell, position = closed
            line_end = _line_end(data, position)
        else:
            behind = data.find(delimiter, position, line_end)
            behind = line_end if behind < 0 else behind
            cell, position = _decode(data[position:behind]), behind
            cell = cell.removesuffix("\r") if behind == line_end else cell
        cells.append(cell)
        if data[position : position + 1] != delimiter:
            return cells, min(line_end + 1, len(data))
        position += 1
    cells += _decode(data[position:line_end].removesuffix(b"\r")).split(delimiter.decode())
    return cells, min(line_end + 1, len(data))


def write_record(cells: list[str], delimiter: str) -> bytes:
    """Return the line of a record, quoted where its cells need it."""
    special = _special(delimiter)
    written = [
        '"' + cell.replace('"', '""') + '"' if special.search(cell) else cell for cell in cells
    ]
    return (delimiter.join(written) + "\n").encode()


def _line_end(data: bytes, position: int) -> int:
    end = data.find(b"\n", position)
    return len(data) if end < 0 else end


def _quoted_cell(
    data: bytes, position: int, delimiter: bytes, limit: int, end: int | None
) -> tuple[str, int] | None:
    """Read on behind an opening quote: the cell, and the place behind it."""
    start = position
    furthest = start + _UTF8_WIDTH * limit + 1
    last = furthest if end is None else min(furthest, end)
    while (quote := data.find(b'"', position, last)) >= 0:
        if data[quote + 1 : quote + 2] == b'"':
            position = quote + 2
            continue
        behind = _closing(delimiter).match(data, quote + 1)
        if behind is None:
            return None
        cell = _decode(data[start:quote]).replace('""', '"')
        return (cell, behind.end()) if len(cell) <= limit else None
    if last < furthest and end is not None:
        raise CutOffError
    return None


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "replace")


@cache
def _special(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'["\n\r{re.escape(delimiter)}]')


@cache
def _closing(delimiter: bytes) -> re.Pattern[bytes]:
    return re.compile(rb" *(?=%b|\r?\n|\r?\Z)" % re.escape(delimiter))

"""One record of a delimited file, cell by cell, with quoted cells as in RFC 4180.

Where lines are and which of them need this slow way is the delimited reader's matter.
"""

import re
from functools import cache
from typing import Protocol


class Lines(Protocol):
    """Texts of lines by their number; an empty line may be null."""

    def __len__(self) -> int:
        """How many lines there are."""

    def __getitem__(self, at: int) -> str | None:
        """The text of a line."""


_OPENING = re.compile(' *"')


def scan_record(
    lines: Lines, start: int, delimiter: str, limit: int
) -> tuple[list[str], int] | None:
    r"""Read the record that begins at `lines[start]`; lines end where `\n` stood.

    Beyond RFC 4180, spaces may stand around a quoted cell, and a quote inside an unquoted cell
    stands for itself.

    Returns:
        The cells and the position of the line below the record; None when a quoted cell is not
        closed before a delimiter or line end, within `limit` characters.
    """
    cells: list[str] = []
    at, position = start, 0
    while True:
        line = lines[at] or ""
        opening = _OPENING.match(line, position)
        if opening:
            closed = _quoted_cell(lines, at, opening.end(), delimiter, limit)
            if closed is None:
                return None
            cell, at, position = closed
            line = lines[at] or ""
        else:
            end = line.find(delimiter, position)
            cell = line[position:].removesuffix("\r") if end < 0 else line[position:end]
            position = len(line) if end < 0 else end
        cells.append(cell)
        if not line.startswith(delimiter, position):
            return cells, at + 1
        position += len(delimiter)


def well_formed(delimiter: str) -> str:
    """Return the pattern of a line that is a whole record, with quotes as in RFC 4180 alone."""
    cell = f'(?:[^"{re.escape(delimiter)}]*|"(?:[^"]|"")*")'
    return f"^{cell}(?:{re.escape(delimiter)}{cell})*$"


def _quoted_cell(
    lines: Lines, at: int, position: int, delimiter: str, limit: int
) -> tuple[str, int, int] | None:
    """Read on behind an opening quote: the cell, its last line, and the place behind it there."""
    parts: list[str] = []
    size = 0
    while at < len(lines) and size <= limit:
        line = lines[at] or ""
        quote = line.find('"', position)
        if quote < 0:
            parts.append(line[position:] + "\n")
            size += len(parts[-1])
            at, position = at + 1, 0
        elif line.startswith('""', quote):
            parts.append(line[position : quote + 1])
            size += len(parts[-1])
            position = quote + 2
        else:
            parts.append(line[position:quote])
            behind = _closing(delimiter).match(line, quote + 1)
            return ("".join(parts), at, behind.end()) if behind else None
    return None


@cache
def _closing(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf" *(?={re.escape(delimiter)}|\r?$)")

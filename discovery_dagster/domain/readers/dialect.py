"""How a delimited text is written: its delimiter, its header, and where its records begin.

It is inferred from the first lines alone; reading the records is the delimited reader's matter.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from discovery_dagster.domain.readers.cut_off import is_cut_off
from discovery_dagster.domain.readers.header import find_header
from discovery_dagster.domain.readers.header_rows import complete_header
from discovery_dagster.domain.readers.headerless import known_log
from discovery_dagster.domain.readers.quoting import scan_record
from discovery_dagster.domain.readers.unnamed import has_address, name_columns, name_only_column

SPACE = " "
#: Stands for the delimiter of a table of one column: it does not occur in text.
NO_DELIMITER = "\x1f"

_SPACES = re.compile("[ \\t]+")
DELIMITERS = (",", ";", "\t", "|")
_STATED = re.compile(r'"?sep=([\t -~])"?\r?')  # Excel's first line, which says the delimiter
_SAMPLE_CELL = 10_000  # characters of a quoted cell in the sample
#: A header in a comment: Zeek logs (tab) and W3C extended logs (space).
_ANNOUNCED = re.compile(r"#fields(?P<delimiter>\t|: )(?P<names>.*)", re.IGNORECASE)
_SAME_WORDS_SHARE = 0.9  # of the lines that must have as many words as the header
_ENOUGH_LINES = 3  # below a header, so that all of them tell how many columns there are
_NAME_LENGTH = 64  # characters of the name of an only column
_UNNAMED = 60  # lines that tell a table without a header
_ONE_WIDTH_SHARE = 0.5  # of the lines that must be as wide as the header where it is not the first


@dataclass(frozen=True)
class Dialect:
    """A delimited text's ways; lines are physical and count from 1, 0 where there is no header."""

    delimiter: str
    header: tuple[str, ...]
    header_line: int
    body_line: int  # first line below the header
    quoting: bool = True  # cells may stand in quotes
    comments: bool = False  # lines below the header that begin with `#` are comments


#: How well a dialect fits: shares of records that it splits and that are as wide as the header,
#: and the number of delimiters that it explains.
_Rated = tuple[tuple[float, float, int], Dialect]


def find_dialect(lines: Sequence[str]) -> Dialect | None:
    """Infer the dialect from the first lines of a text; None when none looks like a header."""
    first, announced = _skip_comments(lines)
    if announced is not None:
        return announced
    headerless = known_log(lines)
    if headerless is not None:
        delimiter, names = headerless
        comments = any(line.startswith("#") for line in lines)
        return Dialect(delimiter, names, 0, 1, quoting=False, comments=comments)
    unnamed = _unnamed(lines, first)
    if unnamed is not None:
        return unnamed
    stated = _STATED.fullmatch(lines[first]) if first < len(lines) else None
    if stated:
        candidates = [_rate(lines, first + 1, stated[1])]
    else:
        candidates = [_rate(lines, first, delimiter) for delimiter in DELIMITERS]
    dialects = [candidate for candidate in candidates if candidate is not None]
    if dialects:
        return max(dialects, key=itemgetter(0))[1]
    return _spaced(lines, first) or _one_column(lines, first)


def words(line: str) -> list[str]:
    """Split a line of columns that are set apart by spaces."""
    return _SPACES.split(line.strip(" \t\r"))


def _skip_comments(lines: Sequence[str]) -> tuple[int, Dialect | None]:
    """Position of the first line that is no comment, and what a comment announced."""
    for at, line in enumerate(lines):
        text = line.strip()
        announced = _ANNOUNCED.fullmatch(text)
        if announced:
            delimiter = announced["delimiter"].strip(":") or SPACE
            names = tuple(announced["names"].split(delimiter))
            return at, Dialect(delimiter, names, at + 1, at + 2, quoting=False, comments=True)
        # A first column may be called `#`.
        if text and (not text.startswith("#") or text[1:2] in {*DELIMITERS}):
            return at, None
    return len(lines), None


def _unnamed(lines: Sequence[str], first: int) -> Dialect | None:
    """Read records with addresses whose columns nothing names."""
    if first >= len(lines) or not has_address(lines[first]):
        return None
    comments = any(line.startswith("#") for line in lines)
    body = [line for line in lines[first : first + _UNNAMED] if not (comments and line[:1] == "#")]
    for delimiter in (each for each in DELIMITERS if each in lines[first]):
        names = name_columns([cells for _, cells, _ in _records(body, 0, delimiter)])
        if names is not None:
            return Dialect(delimiter, names, 0, first + 1, comments=comments)
    records = [words(line) for line in body if line.strip()]
    names = name_columns(records) if len({len(cells) for cells in records}) == 1 else None
    if names is None:
        return None
    return Dialect(SPACE, names, 0, first + 1, quoting=False, comments=comments)


def _rate(lines: Sequence[str], first: int, delimiter: str) -> _Rated | None:
    """Read the sample with `delimiter`: how well it fits, and the dialect it gives."""
    if not any(delimiter in line for line in lines):
        return None
    # Consoles draw lines of other signs above and below a header.
    records = [each for each in _records(lines, first, delimiter) if _has_text(each[1])]
    position = find_header([cells for _, cells, _ in records])
    if position is None:
        return None
    names = complete_header([cells for _, cells, _ in records], position)
    header_at, header = records[names.last][0], names.cells
    body_at = records[names.last][2]
    widths = [len(cells) for _, cells, _ in records]
    share = widths.count(len(header)) / len(widths)
    if len(header) < 2 or (position and share < _ONE_WIDTH_SHARE):
        return None
    explained = sum(min(width, len(header)) - 1 for width in widths)
    split = sum(width > 1 for width in widths) / len(widths)
    return (split, share, explained), Dialect(
        delimiter, tuple(cell or "" for cell in header), header_at + 1, body_at + 1
    )


def _has_text(cells: Sequence[str]) -> bool:
    return any(character.isalnum() for cell in cells for character in cell)


def _records(
    lines: Sequence[str], first: int, delimiter: str
) -> Iterator[tuple[int, list[str], int]]:
    """Where each record of the sample begins, its cells, and where the next one may."""
    data = "\n".join(lines[first:]).encode()
    at, start = first, 0
    while at < len(lines):
        end = start + len(lines[at].encode()) + 1
        if lines[at].strip():
            scanned = scan_record(data, start, delimiter.encode(), _SAMPLE_CELL)
            cells, behind = scanned or ([lines[at]], end)
            after = at + 1 + data.count(b"\n", end, behind)
            yield at, cells, after
            at, end = after, behind
        else:
            at += 1
        start = end


def _spaced(lines: Sequence[str], first: int) -> Dialect | None:
    """Columns set apart by spaces, as in flow logs; lines have as many words, or are cut off."""
    records = [(at, words(lines[at])) for at in range(first, len(lines)) if lines[at].strip()]
    if not records or len(records[0][1]) < 3 or find_header([records[0][1]]) is None:
        return None
    at, header = records[0]
    body = [cells for _, cells in records[1:]]
    header = _joined_last(header, body)
    whole = [cells for cells in body if len(cells) == len(header)]
    cut_off = sum(is_cut_off(cells, whole) for cells in body)
    if 1 + len(whole) + cut_off < _SAME_WORDS_SHARE * len(records):
        return None
    return Dialect(SPACE, tuple(header), at + 1, at + 2, quoting=False)


def _joined_last(header: list[str], body: Sequence[list[str]]) -> list[str]:
    """Join the last words of a header that has more than every line: `Mounted on`."""
    widths = {len(cells) for cells in body}
    width = max(widths, default=0)
    if len(body) < _ENOUGH_LINES or len(widths) > 1 or not 3 < width < len(header) <= width + 2:
        return header
    return [*header[: width - 1], " ".join(header[width - 1 :])]


def _one_column(lines: Sequence[str], first: int) -> Dialect | None:
    """A list of single cells below their name; prose and markup are none."""
    records = [at for at in range(first, len(lines)) if lines[at].strip()]
    if len(records) < 2:
        return None
    unnamed = name_only_column([lines[at] for at in records[:_UNNAMED]])
    if unnamed is not None:
        return Dialect(NO_DELIMITER, (unnamed,), 0, records[0] + 1)
    name = lines[records[0]].strip()
    is_prose = len(name) > _NAME_LENGTH or name[-1] in ".!?"
    if is_prose or any(map(name.count, DELIMITERS)) or find_header([[name]]) is None:
        return None
    return Dialect(NO_DELIMITER, (name,), records[0] + 1, records[0] + 2)

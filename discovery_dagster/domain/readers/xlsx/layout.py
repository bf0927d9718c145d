"""What stands around the cells of a worksheet: hidden columns before them, merged cells behind."""

import re
from collections.abc import Iterator
from typing import Final

from discovery_dagster.domain.readers.worksheet import Range

_HIDDEN: Final = re.compile(rb"""\shidden=["'](?:1|true)["']""")
_COLUMN: Final = re.compile(rb"<col\s[^<>]*>")
_ROW: Final = re.compile(rb'<row r="(\d+)"[^<>]*>')
_BOUND: Final = re.compile(rb"""\s(min|max)=["'](\d{1,5})["']""")
_MERGED: Final = re.compile(rb"""<mergeCell\s[^<>]*?\bref=["']([^"']*)["']""")


def hidden_columns(head: bytes) -> tuple[int, ...]:
    """Return the numbers of the columns that the part before the cells declares as hidden."""
    return tuple(number for tag in _hidden(_COLUMN, head) for number in _columns(tag))


def hidden_rows(rows: bytes) -> tuple[int, ...]:
    """Return the numbers of the rows of a piece that are hidden, by hand or by a filter."""
    if b" hidden=" not in rows:  # one look at each piece, and no more at nearly all
        return ()
    return tuple(int(tag[1]) for tag in _hidden(_ROW, rows))


def merged_ranges(behind: bytes) -> tuple[Range, ...]:
    """Return the ranges that the part behind the cells declares as merged."""
    named = (Range.parse(each.decode("ascii", "replace")) for each in _MERGED.findall(behind))
    return tuple(each for each in named if each is not None)


def _hidden(pattern: re.Pattern[bytes], xml: bytes) -> Iterator[re.Match[bytes]]:
    return (tag for tag in pattern.finditer(xml) if _HIDDEN.search(tag[0]))


def _columns(tag: re.Match[bytes]) -> range:
    bounds = {name: int(number) for name, number in _BOUND.findall(tag[0])}
    return range(bounds.get(b"min", 1), bounds.get(b"max", 0) + 1)

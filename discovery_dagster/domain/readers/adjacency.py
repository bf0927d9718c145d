"""Graphs as lines of text: a thing, and what it leads to.

    web: cart, auth            web -> cart            web cart auth
    cart: redis                cart -> redis          cart redis

As networkx writes adjacency lists, and as people write them down. No header tells such, so it is
recognised by the names themselves: enough of those on the right stand on the left of another line.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_records,
    ignored_record,
    rejected_record,
    source_table,
)
from discovery_dagster.domain.source_tables import READ, FileReading

_NAME: Final = r"[\w@][\w.@/-]*(?: [\w@][\w.@/-]*){0,3}"
_WORD: Final = r"[\w@][\w.@/-]*"
#: Signs between a thing and what it leads to, with their lists on the right.
_MARKED: Final = re.compile(
    rf"^(?P<left>{_NAME})\s*(?:--?>|=>|→|:(?!/))\s*(?P<right>{_NAME}(?:\s*[,;|]\s*{_NAME})*)?[,;]?$"
)
_BARE: Final = (
    re.compile(rf"^(?P<left>{_WORD})(?P<right>(?: +{_WORD})*)$"),
    re.compile(rf"^(?P<left>{_NAME})(?P<right>(?:\s*,\s*{_NAME})*),*$"),
)
_SEPARATORS: Final = re.compile("[,;|]")
_HEADER: Final = ("Name", "Depends on")
_LINES: Final = 200  # that have to look like it
_FEWEST: Final = 2
_BOTH_SIDES: Final = 0.5  # least share of names on the right that stand on the left, without signs


def is_adjacency(start: str) -> bool:
    """Whether a text that starts like this is lines of a graph."""
    lines = start.splitlines()[:_LINES]
    return not _is_outline(lines) and _pattern(_filled(lines)) is not None


def read_adjacency(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the lines of `text`, of which `is_adjacency` holds."""
    lines = text.splitlines()
    pattern = _pattern(_filled(lines[:_LINES]))
    records = frame_of_records(
        (_record(number, line.strip(), pattern) for number, line in enumerate(lines, 1)),
        len(_HEADER),
    )
    return FileReading("graph", (source_table(name, None, _HEADER, 0, records, limits),), encoding)


def _record(number: int, line: str, pattern: re.Pattern[str] | None) -> Record:
    if not line:
        return ignored_record(number, "blank_line")
    if line.startswith("#"):
        return ignored_record(number, "comment")
    match = pattern.match(line) if pattern else None
    if match is None:
        return rejected_record(number, "no_line_of_the_graph", line)
    return number, READ, None, None, [match["left"], "\n".join(_names(match))]


def _is_outline(lines: Sequence[str]) -> bool:
    """Whether a line that ends in a colon heads lines further in, as in YAML."""
    return any(
        above.rstrip().endswith(":") and _indentation(below) > _indentation(above)
        for above, below in pairwise(line for line in lines if line.strip())
    )


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _filled(lines: Sequence[str]) -> list[str]:
    stripped = (line.strip() for line in lines)
    return [line for line in stripped if line and not line.startswith("#")]


def _pattern(lines: Sequence[str]) -> re.Pattern[str] | None:
    """How the lines are written, None where they are of no graph."""
    if len(lines) < _FEWEST:
        return None
    for pattern, share in ((_MARKED, 0.0), *((bare, _BOTH_SIDES) for bare in _BARE)):
        matches = [pattern.match(line) for line in lines]
        matched = [match for match in matches if match]
        if len(matched) < len(lines):
            continue
        left = {match["left"].lower() for match in matched}
        right = [[name.lower() for name in _names(match)] for match in matched]
        named = {name for names in right for name in names}
        both = len(named & left)
        ragged = len({len(names) for names in right}) > 1
        if not both or both < share * len(named):
            continue
        if pattern is _MARKED or (ragged and not _is_header(matched)):
            return pattern
    return None


def _is_header(lines: Sequence[re.Match[str]]) -> bool:
    """Whether the first line names columns: a known header that is no name further down."""
    first, *below = ([match["left"], *_names(match)] for match in lines)
    names = {name.lower() for line in below for name in line}
    return any(
        name.lower() not in names and find_meaning(name, section)
        for name in first
        for section in (synonyms.ASSETS, synonyms.RELATIONS)
    )


def _names(match: re.Match[str]) -> list[str]:
    right = (match["right"] or "").strip(" ,;|")
    if match.re is _BARE[0]:
        return right.split()
    return [name for part in _SEPARATORS.split(right) if (name := part.strip())]

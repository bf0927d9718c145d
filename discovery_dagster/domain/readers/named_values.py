"""What a machine says of itself, a name and a value a line, as `systeminfo` prints it.

Host Name:                 LAB-07             Host Name . . . . . . . : LAB-07
OS Name:                   Microsoft Windows  IPv4 Address. . . . . . : 10.2.3.4

All of it is one record. A name that stands several times has all of its values, and a line without
a name belongs to the one above it.
"""

import re
from collections.abc import Iterator
from typing import Final

from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import field_of
from discovery_dagster.domain.readers.records import frame_of_records, read_record, source_table
from discovery_dagster.domain.source_tables import FileReading

_PAIR: Final = re.compile(r"\s*(?P<name>[^\W_][^:\n]{0,80}?)(?: ?\.)*+ ?:(?: (?P<value>.*))?$")
_LEADERS: Final = ". . "
_FEWEST: Final = 5  # pairs
_MOST: Final = 0.6  # least share of the lines that are pairs
_HOSTS: Final = frozenset({"hostname", "fqdn"})


def is_named_values(start: str) -> bool:
    """Whether a text that starts like this is one: it names a host, and most lines are pairs."""
    lines = [line for line in start.splitlines() if line.strip()]
    names = [name for _, name, _ in _pairs(start) if name is not None]
    hosts = [name for name in names if field_of(name, synonyms.ASSETS) in _HOSTS]
    return len(names) >= max(_FEWEST, _MOST * len(lines)) and len(hosts) == 1


def has_leaders(start: str) -> bool:
    """Whether names and values are linked by dots, which no other notation does."""
    linked = sum(_LEADERS in line and ": " in line for line in start.splitlines())
    return linked >= _FEWEST and is_named_values(start)


def read_named_values(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read `text` as one record, of the line that names the host first.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    cells: dict[str, list[str]] = {}
    lines = dict[str, int]()
    last = None
    for line, key, value in _pairs(text):
        last = key or last
        if last is not None and value:
            cells.setdefault(last, []).append(value)
            lines.setdefault(last, line)
    check_limit(name, "columns", len(cells), limits.columns)
    header = list(cells)
    record = read_record(
        min(lines.values(), default=1), ["; ".join(cells[key]) for key in header], len(header)
    )
    frame = frame_of_records([record], len(header))
    return FileReading("text", (source_table(name, None, header, 0, frame, limits),), encoding)


def _pairs(text: str) -> Iterator[tuple[int, str | None, str]]:
    """The line, the name and the value of each line that is not empty."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        pair = _PAIR.match(line)
        if pair is None:
            yield number, None, line.strip()
        else:
            yield number, pair["name"].strip(), (pair["value"] or "").strip()

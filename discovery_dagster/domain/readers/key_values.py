"""Logs of which each line is keys with their values, as FortiGate and CEF write them.

    date=2024-05-01 time=10:00:01 srcip=10.1.1.10 dstip=10.1.2.20 dstport=5432 action="accept"

What stands before the first key (a syslog header) belongs to none. `date` and `time` that stand
apart are one moment.
"""

import re
from collections.abc import Iterator
from typing import Final

from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_records,
    ignored_record,
    read_record,
    rejected_record,
    source_table,
)
from discovery_dagster.domain.source_tables import FileReading

_PAIR: Final = re.compile(r"(?:^|(?<=[\s|]))([A-Za-z][\w.-]*)=(\"(?:[^\"\\]|\\.)*\"|[^\s\"]*)")
_LINES: Final = 50
_LEAST: Final = 4  # pairs of a line
_SHARE: Final = 0.8  # of the lines
_OTHERS: Final = re.compile(r"[{\[]|<[A-Za-z!?/]")  # JSON and XML
_MOMENT: Final = ("date", "time")


def is_key_values(start: str) -> bool:
    """Whether a text that starts like this is such a log."""
    lines = [line for line in start.splitlines()[:_LINES] if line.strip()]
    if len(lines) > 1 and len(start) >= _CUT:
        lines.pop()
    with_pairs = sum(len(_PAIR.findall(line)) >= _LEAST for line in lines)
    return bool(lines) and not _OTHERS.match(start) and with_pairs >= _SHARE * len(lines)


_CUT: Final = 65_536  # characters of a beginning


def read_key_values(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the lines of `text`.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    rows = list(_rows(text))
    header = list(dict.fromkeys(key for _, _, cells in rows for key in cells))
    check_limit(name, "columns", len(header), limits.columns)
    records = frame_of_records(
        (_record(number, line, cells, header) for number, line, cells in rows), len(header)
    )
    return FileReading("text", (source_table(name, None, header, 0, records, limits),), encoding)


def _rows(text: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        cells: dict[str, str] = {}
        for key, value in _PAIR.findall(line):
            cells.setdefault(key, value[1:-1] if value.startswith('"') else value)
        if all(key in cells for key in _MOMENT):
            day, hour = (cells.pop(key) for key in _MOMENT)
            cells = {"date time": f"{day} {hour}", **cells}
        yield number, line, cells


def _record(number: int, line: str, cells: dict[str, str], header: list[str]) -> Record:
    if cells:
        return read_record(number, [cells.get(key) for key in header], len(header))
    if not line.strip():
        return ignored_record(number, "blank_line")
    return rejected_record(number, "no_pairs", line)

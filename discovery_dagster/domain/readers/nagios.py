"""Objects of Nagios (Icinga 1, Naemon, Shinken): `define host { … }`, one a table of its kind.

Source: Nagios Core's documentation, "Object Definitions": a directive a line, comments behind `;`.
"""

import re
from typing import Final

from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.records import frame_of_records, read_record, source_table
from discovery_dagster.domain.source_tables import FileReading, SourceTable

_DEFINE: Final = re.compile(r"^[^\S\n]*+define\s+(\w+)\s*\{", re.MULTILINE)
_HOSTS: Final = re.compile(r"^[^\S\n]*+define\s+host\s*\{", re.MULTILINE)


def is_nagios(start: str) -> bool:
    """Whether a text that starts like this is such objects, hosts among them."""
    return _HOSTS.search(start) is not None


def read_nagios(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the objects in `text`; each kind is a table, called `nagios.` and the kind.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    objects: dict[str, list[tuple[int, dict[str, str]]]] = {}
    current: dict[str, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition(";")[0].strip()
        begins = _DEFINE.match(content)
        if begins:
            current = {}
            objects.setdefault(begins[1], []).append((number, current))
        elif content.startswith("}"):
            current = None
        elif current is not None and content and not content.startswith("#"):
            key, *value = content.split(None, 1)
            current.setdefault(key, "".join(value))
    tables = (_table(kind, rows, name, limits) for kind, rows in objects.items())
    return FileReading("text", tuple(tables), encoding)


def _table(
    kind: str, rows: list[tuple[int, dict[str, str]]], name: str, limits: Limits
) -> SourceTable:
    header = list(dict.fromkeys(key for _, cells in rows for key in cells)) or ["name"]
    check_limit(name, "columns", len(header), limits.columns)
    records = frame_of_records(
        (
            read_record(line, [cells.get(key) for key in header], len(header))
            for line, cells in rows
        ),
        len(header),
    )
    return source_table(name, f"nagios.{kind}", header, 0, records, limits)

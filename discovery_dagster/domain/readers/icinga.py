"""Objects of Icinga 2's configuration: `object Host "web01" { … }`, one a table of its kind.

Source: Icinga 2's documentation, "Language Reference": assignments a line, blocks inside braces,
comments behind `//`, `#` and inside `/* */`. What is computed is kept as it is written; blocks
inside an object, such as `vars.disks["/"] = { … }`, say nothing of it here. Rules (`apply`) and
templates make no object themselves.
"""

import re
from typing import Final

from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.records import frame_of_records, read_record, source_table
from discovery_dagster.domain.source_tables import FileReading, SourceTable
from discovery_dagster.domain.words import fold

_OBJECT: Final = re.compile(r'^object[^\S\n]++(\w++)[^\S\n]++"([^"\n]*+)"', re.MULTILINE)
_ASSIGNED: Final = re.compile(r"^([\w.]++)\s*+\+?=\s*+(\S.*+)$")
_TEXT: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"')


def is_icinga(start: str) -> bool:
    """Whether a text that starts like this has such objects."""
    return _OBJECT.search(start) is not None


def read_icinga(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the objects in `text`; each kind is a table, called `icinga.` and the kind.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    objects: dict[str, list[tuple[int, dict[str, str]]]] = {}
    current: dict[str, str] | None = None
    depth = 0
    for number, line in enumerate(_without_comments(text).splitlines(), 1):
        content = line.strip()
        if content.startswith(("//", "#")):
            continue
        begins = _OBJECT.match(content) if depth == 0 else None
        if begins:
            current = {"name": begins[2]}
            objects.setdefault(begins[1], []).append((number, current))
        elif current is not None and depth == 1:
            assigned = _ASSIGNED.match(content)
            if assigned and not assigned[2].endswith("{"):
                current.setdefault(assigned[1], _value(assigned[2]))
        bare = _TEXT.sub("", content)
        depth = max(depth + bare.count("{") - bare.count("}"), 0)
        current = current if depth else None
    tables = (_table(kind, rows, name, limits) for kind, rows in objects.items())
    return FileReading("text", tuple(tables), encoding)


def _without_comments(text: str) -> str:
    """The text without what stands inside `/* */`, on the same lines."""
    kept, at = list[str](), 0
    while (begins := text.find("/*", at)) >= 0:
        ends = text.find("*/", begins + 2)
        ends = len(text) if ends < 0 else ends + 2
        kept += [text[at:begins], "\n" * text.count("\n", begins, ends)]
        at = ends
    return "".join([*kept, text[at:]])


def _value(written: str) -> str:
    """A text without its quotes, and a list of texts as its elements; anything else as it is."""
    texts = _TEXT.findall(written)
    is_text = written.startswith(('"', "["))
    return "; ".join(texts) if texts and is_text else written


def _table(
    kind: str, rows: list[tuple[int, dict[str, str]]], name: str, limits: Limits
) -> SourceTable:
    header = list(dict.fromkeys(key for _, cells in rows for key in cells))
    check_limit(name, "columns", len(header), limits.columns)
    records = frame_of_records(
        (
            read_record(line, [cells.get(key) for key in header], len(header))
            for line, cells in rows
        ),
        len(header),
    )
    return source_table(name, f"icinga.{fold(kind)}", header, 0, records, limits)

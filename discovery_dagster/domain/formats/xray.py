"""Segments of AWS X-Ray: as its API gives them (`BatchGetTraces`), or as services write them.

Source: the X-Ray segment documents of its developer guide. A segment is the work of one service;
its subsegments are parts of that work, of which those with a namespace called something else.
Another segment names such a part as its parent, and then says itself what was called.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_DOCUMENT: Final = "Document"
_OWN: Final = ("trace_id", "id", "name", "start_time")
_CALLING: Final = frozenset({"remote", "aws"})
_DEEPEST: Final = 50


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give segments the columns of spans, and name what they called that wrote no segment."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    header = set(table.header)
    if _DOCUMENT in header:
        segments = [_object(cell) for cell in cells_of(table, _DOCUMENT)]
    elif header.issuperset(_OWN) and not header & {"service", "service_name", "resource"}:
        names = [name for name in (*_OWN, "parent_id", "subsegments") if name in header]
        cells = pl.DataFrame({name: cells_of(table, name) for name in names})
        segments = [{**row, "subsegments": _list(row)} for row in cells.iter_rows(named=True)]
    else:
        return table
    if not any("trace_id" in segment for segment in segments):
        return table
    parts = [list(_parts(segment, 0)) for segment in segments]
    enclosing = {
        part.get("id"): segment.get("id")
        for segment, own in zip(segments, parts, strict=True)
        for part in own
    }
    answered = {segment.get("parent_id") for segment in segments}
    columns = {
        "xray trace": [segment.get("trace_id") for segment in segments],
        "xray segment": [segment.get("id") for segment in segments],
        "xray parent": [_enclosing(segment.get("parent_id"), enclosing) for segment in segments],
        "xray service": [segment.get("name") for segment in segments],
        "xray called": [_called(own, answered) for own in parts],
        "xray start": [segment.get("start_time") for segment in segments],
    }
    return add_columns(
        table,
        {name: pl.Series(map(_text, cells), dtype=pl.String) for name, cells in columns.items()},
    )


def _object(cell: str | None) -> dict[str, Any]:
    try:
        value = json.loads(cell or "null")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _list(row: Mapping[str, str | None]) -> list[Any]:
    return list(_object(f'{{"all": {row.get("subsegments") or "[]"}}}').get("all") or [])


def _parts(segment: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """The subsegments of a segment, those inside others among them."""
    inner = segment.get("subsegments")
    for part in inner if isinstance(inner, list) and depth < _DEEPEST else ():
        if isinstance(part, Mapping):
            yield part
            yield from _parts(part, depth + 1)


def _enclosing(parent: Any, enclosing: Mapping[Any, Any]) -> Any:
    return enclosing.get(parent, parent) if isinstance(parent, str) else None


def _called(parts: Sequence[Mapping[str, Any]], answered: set[Any]) -> str | None:
    """What a segment called that wrote none itself; a database is called `orders@host`."""
    names = (
        str(part.get("name") or "").rpartition("@")[2]
        for part in parts
        if part.get("namespace") in _CALLING and part.get("id") not in answered
    )
    return "\n".join(dict.fromkeys(name for name in names if name)) or None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) else None

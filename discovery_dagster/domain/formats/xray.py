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
_TRACE: Final = r"^1-[0-9a-f]{8}-[0-9a-f]{24}$"  # a time and a number
_CALLING: Final = frozenset({"remote", "aws"})
_DEEPEST: Final = 50


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give segments the columns of spans, and name what they called that wrote no segment."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    segments = _segments(table)
    if not any("trace_id" in segment for segment in segments):
        return table
    parts = [list(_parts(segment, 0)) for segment in segments]
    enclosing = {
        _text(part.get("id")): _text(segment.get("id"))
        for segment, own in zip(segments, parts, strict=True)
        for part in own
    }
    parents = [_text(segment.get("parent_id")) for segment in segments]
    columns = {
        "xray trace": [_text(segment.get("trace_id")) for segment in segments],
        "xray segment": [_text(segment.get("id")) for segment in segments],
        "xray parent": [parent and enclosing.get(parent, parent) for parent in parents],
        "xray service": [_text(segment.get("name")) for segment in segments],
        "xray called": [_called(own, set(parents)) for own in parts],
        "xray start": [_text(segment.get("start_time")) for segment in segments],
    }
    return add_columns(
        table, {name: pl.Series(cells, dtype=pl.String) for name, cells in columns.items()}
    )


def _segments(table: SourceTable) -> list[dict[str, Any]]:
    """The segments of a table, one a record; none where it is no table of segments."""
    header = set(table.header)
    if _DOCUMENT in header:
        documents = cells_of(table, _DOCUMENT)
        is_object = documents.str.starts_with("{").fill_null(value=False)
        return [_object(cell) for cell in documents] if is_object.any() else []
    if not header.issuperset(_OWN) or not cells_of(table, "trace_id").str.contains(_TRACE).any():
        return []
    names = [name for name in (*_OWN, "parent_id", "subsegments") if name in header]
    cells = pl.DataFrame({name: cells_of(table, name) for name in names})
    return [{**row, "subsegments": _list(row)} for row in cells.iter_rows(named=True)]


def _object(cell: str | None) -> dict[str, Any]:
    try:
        value = json.loads(cell or "null")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _list(row: Mapping[str, str | None]) -> Any:
    return _object(f'{{"all": {row.get("subsegments") or "[]"}}}').get("all")


def _parts(segment: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """The subsegments of a segment, those inside others among them."""
    inner = segment.get("subsegments")
    for part in inner if isinstance(inner, list) and depth < _DEEPEST else ():
        if isinstance(part, Mapping):
            yield part
            yield from _parts(part, depth + 1)


def _called(parts: Sequence[Mapping[str, Any]], answered: set[str | None]) -> str | None:
    """What a segment called that wrote none itself; a database is called `orders@host`."""
    names = (
        str(part.get("name") or "").rpartition("@")[2]
        for part in parts
        if _text(part.get("namespace")) in _CALLING and _text(part.get("id")) not in answered
    )
    return "\n".join(dict.fromkeys(name for name in names if name)) or None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) else None

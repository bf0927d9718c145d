"""JSON: arrays of objects, objects that hold such arrays, and objects line by line (NDJSON).

Where they stand in the text is found in `json_scan`, what one object says in `json_record`.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, Tally, check_limit, limit_exceeded
from discovery_dagster.domain.readers.json_keyed import edges_in, keyed_array, things_in
from discovery_dagster.domain.readers.json_nesting import (
    NOTHING_INSIDE,
    are_lists,
    around_records,
    unnest,
)
from discovery_dagster.domain.readers.json_parting import part
from discovery_dagster.domain.readers.json_record import RepeatedKeyError, TooDeepError, flatten
from discovery_dagster.domain.readers.json_scan import (
    BLANK_LINE,
    Array,
    Element,
    Outline,
    array_of_lines,
    is_by_line,
    scan,
)
from discovery_dagster.domain.readers.json_subjects import is_thing, is_thing_by_parts, shape_of
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_records,
    ignore_blank_records,
    ignored_record,
    rejected_record,
    source_table,
)
from discovery_dagster.domain.source_tables import READ, FileReading, SourceTable


def read_json(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the JSON or NDJSON `text`; several lists of objects in one object are several tables.

    Raises:
        UnreadableFileError: `invalid_json`, `not_a_table`, `limit_exceeded`.
    """
    try:
        by_line = is_by_line(text)
        arrays = [array_of_lines(text)] if by_line else _arrays(text)
        arrays = _without_only_key([inner for array in arrays for inner in _parted(array)])
        count = Tally.of_sparse(name, len(text), limits)
        tables = [_table(array, name, limits, count) for array in arrays]
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        raise UnreadableFileError(
            "invalid_json", f"{name} is no valid JSON (line {error.lineno}): {message}."
        ) from error
    except (RecursionError, TooDeepError) as error:
        raise limit_exceeded(name, "levels of nesting", limits.json_depth) from error
    if not tables:
        raise UnreadableFileError(
            "not_a_table", f"{name} holds no objects: export it as a list of objects."
        )
    return FileReading("ndjson" if by_line else "json", tuple(tables), encoding)


def _arrays(text: str) -> list[Array]:
    """Return the tables of a document: lists of objects, things, and objects by their names."""
    document = scan(text)
    if isinstance(document, Array):
        return [document] if document.has_objects else []
    arrays = [array for array in document.arrays if array.has_objects]
    around = around_records(text, [array.key for array in arrays])
    if around is not None:
        return [Array(None, around.line, [around])]
    thing = _thing(document)
    if thing is not None:
        return [thing]
    if not arrays and document.arrays and not any(array.elements for array in document.arrays):
        return []
    whole = [] if arrays else [_only(document)]
    return _by_name(text, arrays or whole) or whole or list(_in_envelope(document))


def _thing(document: Outline) -> Array | None:
    """Return the record that a document is, also when it only wraps one object that is a thing.

    What wraps an object with lists is an envelope; otherwise the two are one record.
    """
    if is_thing(shape_of(document)):
        return _only(document)
    inner = [member for _, member in document.members if isinstance(member, Array | Outline)]
    if len(inner) != 1 or not isinstance(inner[0], Outline):
        return None
    thing = _thing(inner[0])
    return thing if thing is None or shape_of(inner[0]).lists else _only(document)


def _only(outline: Outline) -> Array:
    element = outline.element()
    return Array(None, element.line, [element])


def _in_envelope(outline: Outline) -> Iterator[Array]:
    """Give the lists of objects in `outline`, and the objects in it that are things with lists."""
    if outline.arrays and (is_thing(shape := shape_of(outline)) or is_thing_by_parts(shape)):
        yield replace(_only(outline), key=outline.key)
        return
    for _, member in outline.members:
        if isinstance(member, Outline):
            yield from _in_envelope(member)
        elif isinstance(member, Array) and member.has_objects:
            yield member


def _by_name(text: str, arrays: list[Array]) -> list[Array]:
    """Return the arrays of a document that are objects by the names of things, and those beside."""
    if not _is_document(arrays, text) and any(_is_most(array, text) for array in arrays):
        return []
    things, edges = things_in(text) or _members(arrays, text), edges_in(text)
    named = [array for array in (things, edges) if array is not None]
    inside = tuple(f"{array.key}." if array.key else "" for array in named)
    others = [] if _is_document(arrays, text) or not named else arrays
    return [*named, *(each for each in others if not (each.key or "").startswith(inside))]


def _is_most(array: Array, text: str) -> bool:
    return sum(len(element.text) for element in array.elements) > len(text) / 2


def _parted(array: Array) -> list[Array]:
    """Return the records inside `array` where they are known to stand, or its elements parted."""
    elements = unnest(array.elements)
    inner = replace(array, elements=elements)
    known = elements is not array.elements and not are_lists(array.elements)
    return [inner] if known else part(inner)


def _without_only_key(arrays: list[Array]) -> list[Array]:
    return [replace(arrays[0], key=None)] if len(arrays) == 1 else arrays


def _members(arrays: list[Array], text: str) -> Array | None:
    """Return the members of the object that the document is as the records, where they are."""
    return keyed_array(arrays[0].elements[0]) if _is_document(arrays, text) else None


def _is_document(arrays: list[Array], text: str) -> bool:
    return len(arrays) == 1 and [each.text for each in arrays[0].elements] == [text.strip()]


def _table(array: Array, name: str, limits: Limits, count: Tally) -> SourceTable:
    elements = array.elements
    rows = [_row(element, limits) for element in elements]
    # A dictionary keeps the order in which the columns were first seen.
    columns = dict.fromkeys(column for row in rows if isinstance(row, dict) for column in row)
    header = list(columns) or [""]
    check_limit(name, "columns", len(header), limits.columns)
    count.add(len(header) * len(rows))
    records = frame_of_records(
        (_record(element, row, header) for element, row in zip(elements, rows, strict=True)),
        len(header),
    )
    return source_table(name, array.key, header, array.line, ignore_blank_records(records), limits)


def _row(element: Element, limits: Limits) -> dict[str, str | None] | str:
    """Return the cells of an object by column, or the reason why it is not read."""
    if element.reason:
        return element.reason
    if not isinstance(element.value, dict):
        return "not_an_object"
    try:
        return flatten(element.value, limits.json_depth)
    except RepeatedKeyError:
        return "duplicate_key"


def _record(element: Element, row: dict[str, str | None] | str, header: list[str]) -> Record:
    if isinstance(row, dict):
        return element.line, READ, None, None, [row.get(column) for column in header]
    if row in {BLANK_LINE, NOTHING_INSIDE}:
        return ignored_record(element.line, row)
    return rejected_record(element.line, row, element.text)

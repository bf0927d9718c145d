"""All rows of a list as a file, written while they are read: memory holds a batch."""

import json
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO, StringIO
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from discovery_dagster.api.spooling import Parts
from discovery_dagster.domain.tabular import write_cells
from discovery_dagster.store.reading.listing import Row

Batches = Iterable[list[Row]]


#: Rows that are compressed together; each group costs its readers a look at every column.
_ROW_GROUP = 10_000


class Form(NamedTuple):
    """A file format: its media type, and what writes the rows of a model."""

    media_type: str
    write: Callable[[Batches, type[BaseModel]], Parts]


def _csv(batches: Batches, item: type[BaseModel]) -> Parts:
    columns = list(item.model_fields)
    yield _lines([columns])
    for rows in batches:
        yield _lines([row.get(column) for column in columns] for row in rows)


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    text = StringIO(newline="")
    write_cells(text, rows)
    return text.getvalue().encode()


def _ndjson(batches: Batches, item: type[BaseModel]) -> Parts:
    for rows in batches:
        yield b"".join(_json(_selected(row, item)).encode() + b"\n" for row in rows)


def _parquet(batches: Batches, item: type[BaseModel]) -> Parts:
    schema = pa.schema(
        [(name, _arrow(field.annotation)) for name, field in item.model_fields.items()]
    )
    sink, gathered = BytesIO(), list[pa.RecordBatch]()
    with pq.ParquetWriter(sink, schema) as writer:
        for rows in batches:
            plain = [_plain(_selected(row, item), schema) for row in rows]
            gathered.append(pa.RecordBatch.from_pylist(plain, schema))
            if sum(batch.num_rows for batch in gathered) >= _ROW_GROUP:
                writer.write_table(pa.Table.from_batches(gathered, schema))
                gathered.clear()
                yield _taken(sink)
        if gathered:
            writer.write_table(pa.Table.from_batches(gathered, schema))
    yield _taken(sink)


FORMS: Mapping[str, Form] = {
    "csv": Form("text/csv; charset=utf-8", _csv),
    "ndjson": Form("application/x-ndjson", _ndjson),
    "parquet": Form("application/vnd.apache.parquet", _parquet),
}


def _selected(row: Row, item: type[BaseModel]) -> Row:
    return {name: row.get(name) for name in item.model_fields}


def _plain(row: Row, schema: pa.Schema) -> Row:
    """Structures that a client's columns give their shape are JSON texts."""
    return {
        name: _json(value)
        if value is not None and not isinstance(value, str) and pa.types.is_string(field.type)
        else value
        for (name, value), field in zip(row.items(), schema, strict=True)
    }


_ARROW: Mapping[Any, pa.DataType] = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    list[str]: pa.list_(pa.string()),
}


def _arrow(annotation: Any) -> pa.DataType:
    if get_origin(annotation) is UnionType:
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return _ARROW.get(annotation, pa.string())


def _taken(sink: BytesIO) -> bytes:
    """Take out what was written so far; the writer counts positions itself."""
    written = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return written


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)

"""Models of rows, made from the tables that are shown."""

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl
from pydantic import BaseModel, Field, create_model

from discovery_dagster.domain.tables import Column, Table

_TYPES: Mapping[pl.DataType, Any] = {
    pl.String(): str,
    pl.Boolean(): bool,
    pl.UInt32(): int,
    pl.Int32(): int,
    pl.Int64(): int,
    pl.Float64(): float,
    pl.List(pl.String()): list[str],
    pl.List(pl.UInt32()): list[int],
}


def row_model(
    name: str,
    table: Table,
    doc: str,
    *,
    nullable: Collection[str] = (),
    types: Mapping[str, Any] | None = None,
    examples: Mapping[str, Any] | None = None,
) -> type[BaseModel]:
    """Make the model of a table's rows.

    Args:
        name: of the model in the API's description.
        table: with the columns that become fields.
        doc: what the model is.
        nullable: further columns that may be null, in rows that earlier versions made.
        types: of columns that hold objects, or anything.
        examples: of the values of columns.
    """
    fields: dict[str, Any] = {}
    for field, column in table.columns.items():
        kind = (types or {}).get(field) or _type(column)
        if (column.nullable or field in nullable) and kind is not Any:
            kind = kind | None
        example = [examples[field]] if examples and field in examples else None
        fields[field] = (kind, Field(description=_description(column), examples=example))
    return create_model(name, __doc__=doc, **fields)


def _type(column: Column) -> Any:
    if column.json:
        return dict[str, Any]
    return list[dict[str, Any]] if column.fields else _TYPES[column.type]


def _description(column: Column) -> str:
    return f"{column.doc} In {column.unit}." if column.unit else column.doc

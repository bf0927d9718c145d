"""The two ends of a relation or a flow: named things, addresses, or both."""

from dataclasses import dataclass, replace

import polars as pl

from discovery_dagster.domain import synonyms
from discovery_dagster.domain.canonical.cells import TableCells
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.values.addresses import is_address, read_address
from discovery_dagster.domain.words import replace_words


@dataclass(frozen=True)
class Endpoints:
    """Records with one or both of their ends, and the problems of those that lack one.

    Each end has, after `source` or `target` itself, `_address`, `_type` and `_names_asset`.
    """

    frame: pl.DataFrame
    problems: pl.DataFrame


def find_endpoints(cells: TableCells, table_format: TableFormat) -> Endpoints:
    """Find both ends of each record. A name that is an address is one, and names nothing."""
    sources = find_end(cells, "source", table_format)
    targets = find_end(replace(cells, frame=sources.frame), "target", table_format)
    return Endpoints(
        targets.frame.with_columns(pl.lit(table_format.evidence).alias("kind")),
        pl.concat([sources.problems, targets.problems]),
    )


def find_end(cells: TableCells, end: str, table_format: TableFormat) -> Endpoints:
    """Find one end of each record, `source` or `target`; a `name` is that of the source."""
    frame = cells.frame
    if end == "source" and end not in frame.columns and "name" in frame.columns:
        frame = frame.rename({"name": "source"})
    frame = frame.with_columns(_end(frame, end, table_format))
    missing = frame.filter(pl.col(end).is_null() & pl.col(f"{end}_address").is_null())
    fields = (end, f"{end}_address", "name") if end == "source" else (end, f"{end}_address")
    problems = problem(
        missing,
        field=end,
        column=cells.header_of(*fields),
        code=f"no_{end}",
        message=pl.lit(f"The record names no {end}."),
        value=pl.lit(None, dtype=pl.String),
    )
    return Endpoints(frame, problems)


def same_thing() -> pl.Expr:
    """Whether both ends are the same: by name where both have one, else by address."""
    names = pl.col("source").str.to_lowercase() == pl.col("target").str.to_lowercase()
    addresses = pl.col("source_address") == pl.col("target_address")
    nameless = pl.col("source").is_null() & pl.col("target").is_null()
    return (names | (nameless & addresses)).fill_null(False)


def problem(
    frame: pl.DataFrame,
    *,
    field: str,
    column: str | None,
    code: str,
    message: pl.Expr,
    value: pl.Expr,
) -> pl.DataFrame:
    """Return a problem for each row of `frame`, as `PROBLEM`."""
    return frame.select(
        "row",
        pl.lit(field).alias("field"),
        pl.lit(column, dtype=pl.String).alias("column"),
        pl.lit(code).alias("code"),
        message.alias("message"),
        value.alias("value"),
    )


def _end(frame: pl.DataFrame, end: str, table_format: TableFormat) -> list[pl.Series]:
    nothing = pl.Series([None] * frame.height, dtype=pl.String)
    has = set(frame.columns)
    name = frame[end] if end in has else nothing
    address = frame[f"{end}_address"] if f"{end}_address" in has else nothing
    bare = is_address(name)
    address = address.fill_null(read_address(name.set(~bare, None)).values)
    name = name.set(bare, None)
    stated = frame[f"{end}_type"] if f"{end}_type" in has else nothing
    known = replace_words(stated, synonyms.type_words())
    if table_format.endpoint_type is not None:
        known = known.fill_null(table_format.endpoint_type)
    return [
        name.alias(end),
        address.alias(f"{end}_address"),
        known.alias(f"{end}_type"),
        name.is_not_null().alias(f"{end}_names_asset"),
    ]

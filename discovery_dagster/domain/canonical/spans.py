"""Spans of traces: the services that they are the work of, and who called whom.

A service calls another where a span of the one is the parent, within a trace, of a span of the
other.
"""

from dataclasses import replace

import polars as pl

from discovery_dagster.domain.canonical.assets import build_assets
from discovery_dagster.domain.canonical.cells import TableCells
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.tables import RELATION_RECORDS

#: Columns that a table of spans may lack.
_OPTIONAL = {
    name: pl.String()
    for name in (
        "trace_id",
        "span_id",
        "parent_id",
        "record_kind",
        "detail",
        "first_seen",
        "peer",
        "caller",
    )
}
_CALLING = pl.col("record_kind").str.to_lowercase().str.contains("client|producer|^[34]$")
_SERVER = pl.col("record_kind").str.to_lowercase().str.contains("server|^2$|consumer")


def build_spans(
    cells: TableCells, table_format: TableFormat
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Build a service for each name, and a relation for each pair of services that called.

    Returns:
        Asset records as `build_assets`, each at its first span; relation records
        (`tables.RELATION_RECORDS` without their place, with `row` and `line` of the first call);
        problems of spans that name no service, as `PROBLEM`.
    """
    names = [name for name in ("name", "workload") if name in cells.frame.columns]
    name = pl.coalesce(names) if names else pl.lit(None, dtype=pl.String)
    frame = cells.frame.with_columns(name.alias("name")).with_columns(
        pl.lit(None, dtype=dtype).alias(field)
        for field, dtype in _OPTIONAL.items()
        if field not in cells.frame.columns
    )
    # Application Insights writes the server and the database, `sql01 | orders`.
    frame = frame.with_columns(pl.col("peer").str.replace(r" \| .*", ""))
    nothing = pl.Series([None] * frame.height, dtype=pl.String)
    built = build_assets(replace(cells, frame=frame), nothing, table_format, Kind.ASSETS)
    assets, problems = built.assets, built.problems
    services = assets.unique("name", keep="first", maintain_order=True)
    calls_by_kind = [_find_calls(frame), _find_peers(frame), _find_callers(frame)]
    if "called" in frame.columns:
        calls_by_kind.append(_find_called(frame))
    calls = pl.concat(calls_by_kind, how="diagonal")
    return services, _relate(calls, table_format, services["name"]), problems


def _find_calls(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each span: `target` is its service, `source` the caller or null.

    Client and server may share one span, as in Zipkin: then the server's half is the parent of
    what it called, and the client's half calls the server. A span with several parents, one a
    line, was called by each.
    """
    # The server's half first; of equals, the first of the table.
    order = frame.with_columns(_SERVER.fill_null(False).alias("server")).sort(
        "server", descending=True, maintain_order=True
    )
    keys = ["trace_id", "span_id"]
    parents = order.unique(keys, keep="first", maintain_order=True).select(
        "trace_id", pl.col("span_id").alias("parent_id"), pl.col("name").alias("source")
    )
    clients = (
        order.filter(~pl.col("server"))
        .unique(keys, keep="first", maintain_order=True)
        .select(*keys, pl.col("name").alias("client"))
    )
    called = (
        frame.with_columns(pl.col("parent_id").str.split("\n"))
        .explode("parent_id")
        .join(parents, on=["trace_id", "parent_id"], how="left", maintain_order="left")
        .join(clients, on=keys, how="left", maintain_order="left")
    )
    # Only a server's half is called by the other half of its span.
    half = pl.when(_SERVER.fill_null(False)).then(pl.coalesce("caller", "client"))
    return called.with_columns(source=pl.coalesce(half, "source")).rename({"name": "target"})


def _find_peers(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each client span whose server reported no span of its own.

    Where it did, that span names what was called.
    """
    parents = frame.select("trace_id", span_id="parent_id").drop_nulls()
    halves = frame.filter(_SERVER.fill_null(False)).select("trace_id", "span_id")
    calling = frame.filter(_CALLING.fill_null(True), pl.col("peer").is_not_null())
    alone = calling.join(parents, on=["trace_id", "span_id"], how="anti")
    alone = alone.join(halves, on=["trace_id", "span_id"], how="anti")
    return alone.with_columns(source="name", target="peer")


def _find_called(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each thing that a span says it called and that told no span."""
    called = frame.explode("called").filter(pl.col("called").is_not_null())
    return called.with_columns(source="name", target="called").drop("called")


def _find_callers(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each server's span that names its peer and whose caller told no span."""
    spans = frame.select("trace_id", "span_id").drop_nulls().unique()
    serving = frame.filter(_SERVER.fill_null(False), pl.col("peer").is_not_null())
    alone = serving.join(
        spans, left_on=["trace_id", "parent_id"], right_on=["trace_id", "span_id"], how="anti"
    )
    halves = frame.filter(~_SERVER.fill_null(False)).select("trace_id", "span_id")
    alone = alone.join(halves, on=["trace_id", "span_id"], how="anti")
    return alone.with_columns(source="peer", target="name")


def _relate(calls: pl.DataFrame, table_format: TableFormat, services: pl.Series) -> pl.DataFrame:
    """Relate callers to what they called; what traces nothing itself may be no service."""
    of_service = pl.when(pl.col("target").is_in(services.implode())).then(
        pl.lit(table_format.asset_type)
    )
    related = (
        calls.filter(pl.col("source") != pl.col("target"))
        .group_by("source", "target", maintain_order=True)
        .agg(
            pl.col("row", "line", "detail").first(),
            pl.len().cast(pl.Int64).alias("count"),
            pl.col("first_seen").min(),
            pl.col("first_seen").max().alias("last_seen"),
        )
        .with_columns(
            pl.lit(table_format.evidence).alias("kind"),
            pl.lit(table_format.relation).alias("relation"),
            pl.lit("parent span").alias("phrase"),
            pl.lit(table_format.asset_type).alias("source_type"),
            of_service.alias("target_type"),
            pl.lit(True).alias("source_names_asset"),
            pl.lit(True).alias("target_names_asset"),
        )
    )
    columns = {name: dtype for name, dtype in RELATION_RECORDS.items() if name in _OWN}
    return related.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in columns.items()
        if name not in related.columns
    )


#: Columns of a relation record but its place.
_OWN = RELATION_RECORDS.keys() - {"file", "sheet"}

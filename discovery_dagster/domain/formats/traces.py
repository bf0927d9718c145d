"""Spans of distributed traces: tables of them, and the JSON of Jaeger, Zipkin and OpenTelemetry.

Sources: Jaeger's query API, Zipkin's API version 2, the OTLP specification's JSON encoding.
"""

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.tables import SourceTable

_COLUMNS = {
    "trace id": Rule("trace_id"),
    "span id": Rule("span_id"),
    "parent id": Rule("parent_id"),
    "parent span id": Rule("parent_id"),
    "parent span": Rule("parent_id"),
    "service name": Rule("name"),
    "service": Rule("name", order=1),
    "process service name": Rule("name", order=2),
    "resource service name": Rule("name", order=3),
    "application": Rule("name", order=4),
    "pod name": Rule("workload"),
    "pod": Rule("workload", order=1),
    "cmdb id": Rule("workload", order=2),
    "operation name": Rule("detail"),
    "operation": Rule("detail", order=1),
    "name": Rule("detail", order=2),
    "kind": Rule("record_kind"),
    "span kind": Rule("record_kind", order=1),
    "start time unix nano": Rule("first_seen"),
    "start time": Rule("first_seen", order=1),
    "timestamp": Rule("first_seen", order=2),
}

SPANS = TableFormat(
    name="traces.spans",
    kind=Kind.SPANS,
    headers=tuple(
        frozenset({"trace id", "span id", service})
        for service in (
            "service name",
            "service",
            "process service name",
            "resource service name",
            "application",
            "pod name",
            "pod",
            "cmdb id",
        )
    ),
    columns=_COLUMNS,
    asset_type="service",
    relation="depends_on",
    evidence="observed",
    synonyms=False,
)

ZIPKIN = TableFormat(
    name="zipkin.spans",
    kind=Kind.SPANS,
    headers=(frozenset({"trace id", "id", "local endpoint service name"}),),
    columns={
        "trace id": Rule("trace_id"),
        "id": Rule("span_id"),
        "parent id": Rule("parent_id"),
        "kind": Rule("record_kind"),
        "local endpoint service name": Rule("name"),
        "name": Rule("detail"),
        "timestamp": Rule("first_seen"),
    },
    asset_type="service",
    relation="depends_on",
    evidence="observed",
    synonyms=False,
)

FORMATS = (SPANS, ZIPKIN)

_PARENT = r'"refType":"CHILD_OF"[^}]*"spanID":"([^"]*)"|"spanID":"([^"]*)"[^}]*"refType":"CHILD_OF"'
_SERVICE = r'"key":"service\.name","value":\{"stringValue":"([^"]*)"'


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give spans the columns that Jaeger and OpenTelemetry keep elsewhere in their documents."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    header = set(table.header)
    if {"spanID", "processID"} <= header:
        return add_columns(table, {"parentSpanID": _jaeger_parent(table), **_jaeger_service(table)})
    if {"spanId", "resource.attributes"} <= header:
        service = cells_of(table, "resource.attributes").str.extract(_SERVICE, 1)
        return add_columns(table, {"serviceName": service})
    return table


def _jaeger_parent(table: SourceTable) -> pl.Series:
    nothing = pl.Series([None] * table.records.height, dtype=pl.String)
    own = cells_of(table, "parentSpanID") if "parentSpanID" in table.header else nothing
    if "references" not in table.header:
        return own
    found = cells_of(table, "references").str.extract_groups(_PARENT)
    return found.struct.field("1").fill_null(found.struct.field("2")).fill_null(own)


def _jaeger_service(table: SourceTable) -> dict[str, pl.Series]:
    """The name of the process that a span names by its key within the trace."""
    processes = {
        name.removeprefix("processes.").removesuffix(".serviceName"): cells_of(table, name)
        for name in table.header
        if name.startswith("processes.") and name.endswith(".serviceName")
    }
    if not processes:
        return {}
    key = cells_of(table, "processID")
    columns = pl.DataFrame({"key": key, **{f"p:{at}": cells for at, cells in processes.items()}})
    chosen = columns.select(
        pl.coalesce(pl.when(pl.col("key") == at).then(pl.col(f"p:{at}")) for at in processes)
    )
    return {"serviceName": chosen.to_series()}

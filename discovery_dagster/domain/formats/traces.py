"""Spans of distributed traces: tables of them, and the JSON of Jaeger, Zipkin and OpenTelemetry.

Sources: Jaeger's query API, Zipkin's API version 2, the OTLP specification's JSON encoding.
"""

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of, with_header
from discovery_dagster.domain.source_tables import SourceTable

_TRACE = ("trace id", "traceid", "trace", "operation id", "trace id low", "context trace id",
          "trace trace id")  # fmt: skip
_SPAN = ("span id", "spanid", "span", "segment id", "context span id", "trace span id",
         "transaction id", "id")  # fmt: skip
_PARENT_SPAN = ("parent id", "parent span id", "parentid", "parentspanid", "parent span",
                "operation parent id", "parent segment id", "reference parent span id",
                "trace parent id", "parent", "pid")  # fmt: skip
_SERVICE_NAMES = ("service name", "servicename", "service", "process service name",
                  "resource service name", "resource attributes service name", "application",
                  "application name", "app", "app name", "cloud role name", "local service name",
                  "microservice", "service code")  # fmt: skip
_WORKLOADS = ("pod name", "podname", "pod", "cmdb id", "service instance", "service instance name",
              "container name", "workload", "instance")  # fmt: skip


#: A span called `id` is distinguished from a record's own id by a column of its parent's beside it.
_PARENT_IDS = tuple((parent,) for parent in _PARENT_SPAN)


def _rules(field: str, headers: tuple[str, ...]) -> dict[str, Rule]:
    """The headers of one field, the preferred first."""
    return {header: Rule(field, order=order) for order, header in enumerate(headers)}


_COLUMNS = {
    **_rules("trace_id", _TRACE),
    **_rules("span_id", _SPAN),
    **_rules("parent_id", _PARENT_SPAN),
    **_rules("name", _SERVICE_NAMES),
    **_rules("workload", _WORKLOADS),
    "peer service": Rule("peer"),
    "service target name": Rule("peer", order=1),  # Elastic's, newer and older
    "span destination service resource": Rule("peer", order=2),
    "target": Rule("peer", order=3),  # Application Insights'
    "peer": Rule("peer", order=4),
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
        frozenset({trace, span, *beside, service})
        for trace in _TRACE
        for span, parents in (
            (span, ((),)) if span != "id" else (span, _PARENT_IDS) for span in _SPAN
        )
        for beside in parents
        for service in (*_SERVICE_NAMES, *_WORKLOADS)
    ),
    columns=_COLUMNS,
    asset_type="service",
    relation="depends_on",
    evidence="observed",
    synonyms=False,
)

FORMATS = (SPANS,)

#: Whom a client of Zipkin's first API called.
_SERVER_ADDRESS = r'"key":"sa"[^{}]*"endpoint":\{[^}]*"serviceName":"([^"]*)"'
_REFERENCE = r"\{[^{}]*\}"
_REFERRED = r'"spanID":"([^"]*)"'


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give spans the columns that Jaeger and OpenTelemetry keep elsewhere in their documents."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    header = set(table.header)
    if "spanID" in header and header & {"processID", "process.serviceName"}:
        peer = {"peerService": _jaeger_peer(table)} if "tags" in header else {}
        parent = {"parentSpanID": _jaeger_parent(table)}
        return add_columns(table, {**parent, **_jaeger_service(table), **peer})
    if {"segmentId", "spanId", "parentSpanId", "refs"} <= header:
        return _skywalking(table)
    if {"spanId", "resource.attributes"} <= header:
        service = cells_of(table, "resource.attributes").str.extract(
            _attribute(r"service\.name"), 1
        )
        peer = {"peerService": _peer(table)} if "attributes" in header else {}
        return add_columns(table, {"serviceName": service, **peer})
    if {"traceId", "id", "annotations"} <= header and "localEndpoint.serviceName" not in header:
        return _zipkin_1(table)
    return table


def _skywalking(table: SourceTable) -> SourceTable:
    """Give spans of SkyWalking ids of their own: they are numbered in each segment, from 0.

    The first span of a segment names its parents, which are in other segments, by `refs`.
    """
    segment, number = cells_of(table, "segmentId"), cells_of(table, "spanId")
    within = cells_of(table, "parentSpanId").replace("-1", None)
    across = cells_of(table, "refs").str.extract_all(_REFERENCE)
    parts = [
        across.list.eval(pl.element().str.extract(rf'"{name}":"?([^",}}]+)', 1))
        for name in ("parentSegmentId", "parentSpanId")
    ]
    pairs = [
        "\n".join(map(":".join, zip(*each, strict=True))) if each[0] is not None else None
        for each in zip(*parts, strict=True)
    ]
    parent = (segment + ":" + within).fill_null(pl.Series(pairs, dtype=pl.String))
    kinds = {"Entry": "SERVER", "Exit": "CLIENT"}
    kind = {"kind": cells_of(table, "type").replace(kinds)} if "type" in table.header else {}
    added = {"spanId": segment + ":" + number, "parentSpanId": parent.replace("", None), **kind}
    without = [column for column in table.header if column != "segmentId"]
    return with_header(add_columns(table, added), {name: name for name in [*without, *kind]})


def _peer(table: SourceTable) -> pl.Series:
    """What a client span of OpenTelemetry called: a named peer, or the host of a database."""
    attributes = cells_of(table, "attributes")
    peer = attributes.str.extract(_attribute(r"peer\.service"), 1)
    host = attributes.str.extract(_attribute(r"(?:server\.address|net\.peer\.name)"), 1)
    database = attributes.str.contains(r'"key":"db\.system').fill_null(False)
    return peer.fill_null(host.set(~database, None))


def _jaeger_peer(table: SourceTable) -> pl.Series:
    """What a client span of Jaeger called, as `_peer`; its tags tell it."""
    tags = cells_of(table, "tags")
    peer = tags.str.extract(_tag(r"peer\.service"), 1)
    host = tags.str.extract(_tag(r"(?:server\.address|net\.peer\.name|peer\.hostname)"), 1)
    database = tags.str.contains(r'"key":"db\.(?:system|type)').fill_null(False)
    return peer.fill_null(host.set(~database, None))


def _tag(key: str) -> str:
    return rf'"key":"{key}"[^}}]*"value":"([^"]*)"'


def _zipkin_1(table: SourceTable) -> SourceTable:
    """Give spans of Zipkin's first API, with annotations of both halves, the form of its second."""
    annotations = cells_of(table, "annotations")
    client, server = (annotations.str.extract(_annotation(f"{half}[rs]"), 1) for half in "cs")
    kind = server.is_null().replace_strict({True: "CLIENT", False: "SERVER"})
    any_service = annotations.str.extract(r'"serviceName":"([^"]*)"', 1)
    # A span that both halves reported is the server's, called by the client.
    both = client.set(server.is_null(), None)
    return add_columns(
        table,
        {
            "localEndpoint.serviceName": server.fill_null(client).fill_null(any_service),
            "kind": kind,
            "caller": both,
            **_zipkin_1_peer(table, server),
        },
    )


def _zipkin_1_peer(table: SourceTable, server: pl.Series) -> dict[str, pl.Series]:
    """Whom a client called, where the server's half does not tell it."""
    if "binaryAnnotations" not in table.header:
        return {}
    called = cells_of(table, "binaryAnnotations").str.extract(_SERVER_ADDRESS, 1)
    return {"remoteEndpoint.serviceName": called.set(server.is_not_null(), None)}


def _attribute(key: str) -> str:
    return rf'"key":"{key}","value":\{{"stringValue":"([^"]*)"'


def _annotation(value: str) -> str:
    """Service of the endpoint of an annotation, whichever of the two stands first."""
    return rf'"value":"{value}","endpoint":\{{[^}}]*"serviceName":"([^"]*)"'


def _jaeger_parent(table: SourceTable) -> pl.Series:
    """The spans that a span is a child of, or follows where it is nobody's child, one a line.

    So Jaeger's own model finds the parent of a span (`getParentSpanID`); a span may have several.
    """
    nothing = pl.Series([None] * table.records.height, dtype=pl.String)
    own = cells_of(table, "parentSpanID") if "parentSpanID" in table.header else nothing
    if "references" not in table.header:
        return own
    references = cells_of(table, "references").str.extract_all(_REFERENCE)
    kinds = (_referred(references, kind) for kind in ("CHILD_OF", "FOLLOWS_FROM"))
    return pl.select(pl.coalesce(*kinds, own)).to_series()


def _referred(references: pl.Series, kind: str) -> pl.Series:
    chosen = pl.element().filter(pl.element().str.contains(f'"refType":"{kind}"', literal=True))
    spans = references.list.eval(chosen.str.extract(_REFERRED, 1)).list.drop_nulls()
    return spans.list.join("\n").replace("", None)


def _jaeger_service(table: SourceTable) -> dict[str, pl.Series]:
    """The name of the process that a span names by its key within the trace."""
    if "processID" not in table.header:
        return {}
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

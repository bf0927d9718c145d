"""Records inside others: hits of Elasticsearch, flows of Hubble, series of Prometheus.

    {"_index": "spans", "_source": {"traceID": ...}}     {"node_name": ..., "flow": {"source": ...}}

What a record is, such as a span of Jaeger, is its own format's matter.
"""

from dataclasses import replace
from typing import Final

from discovery_dagster.domain.source_tables import SourceTable

_AROUND: Final = ("_source.", "flow.", "metric.")


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call what records say of themselves as they call it."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    header = list(table.header)
    for at, column in enumerate(header):
        around = next((word for word in _AROUND if column.startswith(word)), "")
        if column.removeprefix(around) not in header:
            header[at] = column.removeprefix(around)
    return replace(table, header=tuple(header))

"""Documents that Elasticsearch or OpenSearch answer with: each stands inside a hit, as `_source`.

What a document is, such as a span of Jaeger, is its own format's matter.
"""

from dataclasses import replace

from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.tables import SourceTable

#: What comes of it is a plain list of documents.
FORMATS: tuple[TableFormat, ...] = ()

_INSIDE = "_source."


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call what documents say of themselves as they call it."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    header = tuple(column.removeprefix(_INSIDE) for column in table.header)
    return replace(table, header=header) if len(set(header)) == len(header) else table

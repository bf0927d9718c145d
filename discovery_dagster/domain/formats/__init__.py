"""The formats that Discovery knows. To add one, write its module and name it in `_MODULES`."""

from typing import Final

from discovery_dagster.domain.formats import (
    aws_discovery,
    aws_migration,
    aws_vpc,
    azure_flows,
    azure_import,
    azure_migrate,
    connections,
    corrections,
    device42,
    dynamodb,
    gcp_vpc,
    generic,
    glpi,
    google_migration_center,
    graphs,
    itop,
    jaeger,
    konveyor,
    microservices,
    netbox,
    netflow,
    rvtools,
    servicenow,
    traces,
    zeek,
)
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.tables import SourceTable

__all__ = ["FORMATS", "UNRECOGNISED", "Kind", "TableFormat", "format_named", "recognise", "reshape"]

_MODULES = (
    aws_discovery,
    aws_migration,
    aws_vpc,
    azure_import,
    azure_migrate,
    connections,
    corrections,
    device42,
    gcp_vpc,
    glpi,
    itop,
    google_migration_center,
    konveyor,
    microservices,
    netflow,
    rvtools,
    servicenow,
    zeek,
    azure_flows,
    dynamodb,
    netbox,
    traces,
    jaeger,
    graphs,
    generic,
)

#: Every format by name, in the order in which equally specific ones win.
FORMATS: Final = {known.name: known for module in _MODULES for known in module.FORMATS}

_RESHAPES: Final = tuple(
    module.reshape
    for module in (
        azure_flows,
        azure_import,
        device42,
        dynamodb,
        google_migration_center,
        graphs,
        netbox,
        traces,
    )
)

#: A table beside others of its file that no format knows.
UNRECOGNISED: Final = TableFormat(
    name="unrecognised",
    kind=Kind.IGNORED,
    reason="No column names a host, an application or two ends of a connection.",
)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Return the tables of a file as formats know them, where it spreads records over several."""
    for rebuild in _RESHAPES:
        tables = rebuild(tables)
    return tables


def recognise(table: SourceTable) -> TableFormat | None:
    """Return the most specific format of `table`, or None when nothing can be made of it.

    Headers decide, in any order, and the sheet's name where a tool fixes it.
    """
    fits = [(known.specificity(table), known) for known in FORMATS.values()]
    best = max(fits, key=lambda fit: fit[0])
    return best[1] if best[0] else None


def format_named(name: str) -> TableFormat:
    """Return the format called `name`.

    Raises:
        KeyError: when there is none.
    """
    return UNRECOGNISED if name == UNRECOGNISED.name else FORMATS[name]

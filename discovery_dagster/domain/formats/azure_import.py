"""Azure Migrate: the CSV that it imports servers from, and its assessment of machines.

Mandatory headers of the import carry a star, which folding drops.
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, sum_of
from discovery_dagster.domain.source_tables import SourceTable

_DISKS = "size of all disks in gb"
_DISK = r"disk \d+ size(?: in gb)?"

IMPORT = TableFormat(
    name="azure_migrate.import",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"server name", "cores", "memory in mb", "os name"}),
        frozenset({"server name", "cores", "memory in mb"}),
    ),
    columns={
        "server name": Rule("name"),
        "ip address": Rule("ip_addresses"),
        "ip addresses": Rule("ip_addresses"),
        "mac address": Rule("mac_addresses"),
        "mac addresses": Rule("mac_addresses"),
        "cores": Rule("cpu_cores"),
        "memory in mb": Rule("memory_gb", unit="MB"),
        "os name": Rule("os_name"),
        "os version": Rule("os_version"),
        "os architecture": Rule("unmapped"),
        "server type": Rule("declared_type"),
        "storage in use in gb": Rule("unmapped"),  # what is used, not what there is
        _DISKS: Rule("storage_gb", unit="GB"),
    },
)

ASSESSMENT = TableFormat(
    name="azure_migrate.assessment",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"machine", "azure vm readiness"}),
        frozenset({"machine", "vm readiness", "recommended size"}),
        frozenset({"machine", "recommended size", "operating system"}),
    ),
    columns={
        "machine": Rule("name"),
        "vm host": Rule("runs_on", target_type="server"),
        "operating system": Rule("os_name"),
        "cores": Rule("cpu_cores"),
        "memory mb": Rule("memory_gb", unit="MB"),
        "memory in mb": Rule("memory_gb", unit="MB", order=1),
        "storage gb": Rule("storage_gb", unit="GB"),
        "storage in gb": Rule("storage_gb", unit="GB", order=1),
        "ip address": Rule("ip_addresses"),
        "mac address": Rule("mac_addresses"),
    },
)

FORMATS = (IMPORT, ASSESSMENT)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give servers the size of all their disks, which the import has one by one."""
    return tuple(_with_total(table) if IMPORT.specificity(table) else table for table in tables)


def _with_total(table: SourceTable) -> SourceTable:
    total = sum_of(table, _DISK)
    return table if total is None else add_columns(table, {_DISKS: total})

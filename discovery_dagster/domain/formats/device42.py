"""Device42: its list of devices, as the CSV export and the API's device fields name them.

Columns as Device42's API documents them (`/api/1.0/devices/`): memory in MB, disks in GB each,
cores for each processor.
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, product_of
from discovery_dagster.domain.source_tables import SourceTable

_CORES, _DISKS = "cpu cores of all processors", "size of all disks in gb"

#: What is multiplied, as the export and as the API name it.
_FACTORS = (
    (_CORES, ("cpucount", "cpucore")),
    (_CORES, ("cpu count", "cpu core")),
    (_DISKS, ("hddcount", "hddsize")),
    (_DISKS, ("hdd count", "hdd size")),
)

DEVICES = TableFormat(
    name="device42.devices",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "serial no", "service level"}),
        frozenset({"name", "serial no", "in service"}),
        frozenset({"name", "hw model", "service level"}),
        frozenset({"device name", "serial no", "virtual host name"}),
    ),
    columns={
        "name": Rule("name"),
        "device name": Rule("name", order=1),
        "type": Rule("declared_type"),
        "device type": Rule("declared_type", order=1),
        "serial no": Rule("serial_number"),
        "uuid": Rule("smbios_uuid"),
        "device id": Rule("provider_id"),
        "service level": Rule("environment"),
        "in service": Rule("unmapped"),  # whether it is in use, not in which state it is
        "virtual host": Rule("runs_on", target_type="server"),
        "virtual host name": Rule("runs_on", target_type="server"),
        "hardware": Rule("model"),
        "hw model": Rule("model", order=1),
        "manufacturer": Rule("vendor"),
        "os": Rule("os_name"),
        "osver": Rule("os_version"),
        "osversion": Rule("os_version", order=1),
        "memory": Rule("memory_gb", unit="MB"),
        "ram": Rule("memory_gb", unit="MB", order=1),
        "cpucount": Rule("unmapped"),  # sockets
        "cpu count": Rule("unmapped"),
        "cpucore": Rule("unmapped"),  # of each of them
        "cpu core": Rule("unmapped"),
        _CORES: Rule("cpu_cores"),
        "hddsize": Rule("unmapped"),  # of each disk
        "hdd size": Rule("unmapped"),
        _DISKS: Rule("storage_gb", unit="GB"),
        "building": Rule("location"),
        "customer": Rule("unmapped"),  # whose it is, not who answers for it
        "asset no": Rule("asset_tag"),
        "notes": Rule("description"),
    },
)

FORMATS = (DEVICES,)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give devices the cores of all their processors and the size of all their disks."""
    return tuple(_with_totals(table) if DEVICES.specificity(table) else table for table in tables)


def _with_totals(table: SourceTable) -> SourceTable:
    added = {}
    for name, columns in _FACTORS:
        product = product_of(table, *columns)
        if product is not None:
            added[name] = product
    return add_columns(table, added)

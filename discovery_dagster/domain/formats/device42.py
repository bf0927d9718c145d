"""Device42: its list of devices, as the CSV export and the API's device fields name them.

Columns as Device42's API documents them (`/api/1.0/devices/`): memory in MB, disks in GB each,
cores for each processor.
"""

from typing import Final

from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, product_of
from discovery_dagster.domain.source_tables import SourceTable

DEVICES: Final = declared("device42.devices")

_CORES, _DISKS = "cpu cores of all processors", "size of all disks in gb"

#: What is multiplied, as the export and as the API name it.
_FACTORS = (
    (_CORES, ("cpucount", "cpucore")),
    (_CORES, ("cpu count", "cpu core")),
    (_DISKS, ("hddcount", "hddsize")),
    (_DISKS, ("hdd count", "hdd size")),
)


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

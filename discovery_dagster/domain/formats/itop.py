"""iTop: servers and virtual machines, as its CSV export heads them.

Attributes of other objects stand as `Brand->Name` (Combodo's iTop, class `Server` of the data
model). CPU and RAM are free text. A version belongs to a family and may be called by its number.
"""

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_FAMILY = "OS family->Name"
_VERSION = "OS version->Name"

_COMMON = {
    "name": Rule("name"),
    "full name": Rule("unmapped"),
    "organization name": Rule("unmapped"),  # whose it is
    "status": Rule("status"),
    "business criticality": Rule("criticality"),
    "os family name": Rule("os_name", order=1),
    "os version name": Rule("os_name"),  # such as `Windows Server 2019`, or `2019`
    "management ip": Rule("ip_addresses"),
    "ip": Rule("ip_addresses"),
    "cpu": Rule("cpu_cores"),
    "ram": Rule("memory_gb"),
    "description": Rule("description"),
    "move to production date": Rule("unmapped"),
}

SERVERS = TableFormat(
    name="itop.servers",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "brand name", "os family name"}),
        frozenset({"name", "organization name", "brand name"}),
        frozenset({"name", "organization name", "rack name"}),
    ),
    columns={
        **_COMMON,
        "location name": Rule("location"),
        "brand name": Rule("vendor"),
        "model name": Rule("model"),
        "serial number": Rule("serial_number"),
        "asset number": Rule("unmapped"),
        "rack name": Rule("unmapped"),
    },
)

VIRTUAL_MACHINES = TableFormat(
    name="itop.virtual_machines",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "virtual host name", "os family name"}),
        frozenset({"name", "organization name", "virtual host name"}),
    ),
    columns={**_COMMON, "virtual host name": Rule("runs_on", target_type="server")},
    asset_type="virtual_machine",
)

#: Its XML export: objects of any class, with the attributes' own codes.
OBJECTS = TableFormat(
    name="itop.objects",
    kind=Kind.ASSETS,
    sheets=frozenset({"itop objects"}),
    columns={
        **_COMMON,
        "class": Rule("declared_type"),
        "osfamily name": Rule("os_name", order=1),
        "osversion name": Rule("os_name", order=2),
        "managementip": Rule("ip_addresses"),
        "business criticity": Rule("criticality"),
        "serialnumber": Rule("serial_number"),
        "asset number": Rule("asset_tag"),
        "location name": Rule("location"),
        "brand name": Rule("vendor"),
        "model name": Rule("model"),
        "virtualhost name": Rule("runs_on", target_type="server"),
        "system name": Rule("runs_on", target_type="server"),
        "id": Rule("unmapped"),
        "alias": Rule("unmapped"),
        "org name": Rule("unmapped"),
        "finalclass": Rule("unmapped"),
        "friendlyname": Rule("unmapped"),
    },
)

FORMATS = (SERVERS, VIRTUAL_MACHINES, OBJECTS)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call versions that are numbers after their family: `Windows` and `2019`."""
    return tuple(_with_versions(table) for table in tables)


def _with_versions(table: SourceTable) -> SourceTable:
    if not {_FAMILY, _VERSION} <= set(table.header):
        return table
    family, version = cells_of(table, _FAMILY), cells_of(table, _VERSION)
    numbered = version.str.contains(r"^\s*v?\d").fill_null(False)
    both = pl.select(pl.concat_str(family, version, separator=" ")).to_series()
    return add_columns(table, {_VERSION: both.zip_with(numbered, version).fill_null(version)})

"""iTop: servers and virtual machines, as its CSV export heads them.

Attributes of other objects stand as `Brand->Name` (Combodo's iTop, class `Server` of the data
model). CPU and RAM are free text.
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat

_COMMON = {
    "name": Rule("name"),
    "full name": Rule("unmapped"),
    "organization name": Rule("unmapped"),  # whose it is
    "status": Rule("status"),
    "business criticality": Rule("criticality"),
    "os family name": Rule("os_name", order=1),
    "os version name": Rule("os_name"),  # such as `Windows Server 2019`
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

FORMATS = (SERVERS, VIRTUAL_MACHINES)

"""AWS Application Discovery Service: its import template, and tables of its agents in Athena.

Columns as AWS documents them (Migration Hub import template; "Exploring data in Amazon Athena").
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat

IMPORT = TableFormat(
    name="aws.discovery_import",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"external id", "host name"}),
        frozenset({"external id", "ip address"}),
        frozenset({"host name", "os name", "ram total size in mb"}),
        frozenset({"vmware mo ref id", "vmware vcenter id"}),
        frozenset({"vmware vm name", "cpu number of cores"}),
    ),
    columns={
        "vmware vm name": Rule("name"),
        "host name": Rule("hostname"),
        "external id": Rule("provider_id"),
        "server id": Rule("provider_id", order=1),
        "sm bios id": Rule("smbios_uuid"),
        "smbios id": Rule("smbios_uuid", order=1),
        "ip address": Rule("ip_addresses"),
        "mac address": Rule("mac_addresses"),
        "cpu number of cores": Rule("cpu_cores"),
        "cpu number of logical cores": Rule("cpu_cores", order=1),
        "cpu number of processors": Rule("unmapped"),  # sockets
        "ram total size in mb": Rule("memory_gb", unit="MB"),
        "os name": Rule("os_name"),
        "os version": Rule("os_version"),
        "applications": Rule("applications"),
        "application wave": Rule("unmapped"),
        "vmware mo ref id": Rule("unmapped"),  # unique within its vCenter only
        "vmware vcenter id": Rule("unmapped"),
    },
)

CONNECTIONS = TableFormat(
    name="aws.discovery_connections",
    kind=Kind.FLOWS,
    headers=(
        # Flow logs of other tools have these three, too, but their source is who sent the packets.
        frozenset({"source ip", "destination ip", "destination port", "ip version"}),
        frozenset({"agent id", "source ip", "destination ip", "destination port"}),
    ),
    columns={
        "source ip": Rule("source_address"),
        "source port": Rule("source_port"),
        "destination ip": Rule("target_address"),
        "destination port": Rule("port"),
        "transport protocol": Rule("protocol"),
        "protocol": Rule("protocol", order=1),
        "timestamp": Rule("first_seen"),
        "connection count": Rule("count"),
        "count": Rule("count", order=1),
    },
    relation="connects_to",
    evidence="observed",
    synonyms=False,
    directed=True,
)

OS_INFO = TableFormat(
    name="aws.discovery_os_info",
    kind=Kind.ASSETS,
    headers=(frozenset({"agent id", "host name", "os name"}),),
    columns={
        "agent id": Rule("provider_id"),
        "host name": Rule("hostname"),
        "os name": Rule("os_name"),
        "os version": Rule("os_version"),
    },
)

INTERFACES = TableFormat(
    name="aws.discovery_network_interfaces",
    kind=Kind.DETAILS,
    headers=(frozenset({"agent id", "ip address", "mac address", "netmask"}),),
    columns={
        "agent id": Rule("provider_id"),
        "ip address": Rule("ip_addresses"),
        "mac address": Rule("mac_addresses"),
    },
    synonyms=False,
)

AGENT_DETAILS = tuple(
    TableFormat(name=f"aws.discovery_{name}", kind=Kind.IGNORED, headers=headers, reason=reason)
    for name, headers, reason in (
        (
            "processes",
            (frozenset({"agent id", "agent created process id", "cmd line"}),),
            "This table lists processes inside machines; no asset is read from it.",
        ),
        (
            "performance",
            (frozenset({"agent id", "total cpu usage pct"}),),
            "This table holds measurements of use; no asset is read from it.",
        ),
    )
)

FORMATS = (IMPORT, CONNECTIONS, OS_INFO, INTERFACES, *AGENT_DETAILS)

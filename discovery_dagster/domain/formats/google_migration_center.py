"""The four tables that Google's Migration Center imports, as its collectors write them."""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat, TypePatterns

MACHINES = TableFormat(
    name="google.vm_info",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"machine id", "machine name", "allocated processor core count"}),
        frozenset({"machine id", "machine name", "memory gib"}),
        frozenset({"machine id", "machine name", "memory mib"}),
        frozenset({"machine id", "machine name", "primary ip address"}),
    ),
    columns={
        "machine id": Rule("provider_id"),
        "machine name": Rule("name"),
        "primary ip address": Rule("ip_addresses"),
        "public ip address": Rule("ip_addresses"),
        "ip address list semi colon delimited": Rule("ip_addresses"),
        "primary mac address": Rule("mac_addresses"),
        "total disk allocated gib": Rule("storage_gb", unit="GiB"),
        "total disk used gib": Rule("unmapped"),
        "machine type label": Rule("model"),
        "allocated processor core count": Rule("cpu_cores"),
        "memory gib": Rule("memory_gb", unit="GiB"),
        "memory mib": Rule("memory_gb", unit="MiB"),
        "hosting location": Rule("location"),
        "os name": Rule("os_name"),
        "os type": Rule("os_name", order=1),
        "os version": Rule("os_version"),
        "machine status": Rule("status"),
        "is physical": Rule("declared_type"),
    },
    type_patterns=TypePatterns("declared_type", {"true": "server", "false": "virtual_machine"}),
    synonyms=False,
)

DISKS = TableFormat(
    name="google.disk_info",
    kind=Kind.IGNORED,
    headers=(frozenset({"machine id", "disk label", "size in gib"}),),
    reason="This table lists single disks, whose sum the machine's own record has.",
)

PERFORMANCE = TableFormat(
    name="google.perf_info",
    kind=Kind.IGNORED,
    headers=(frozenset({"machine id", "time stamp", "cpu utilization percentage"}),),
    reason="This table holds measurements of use; no asset is read from it.",
)

TAGS = TableFormat(
    name="google.tag_info",
    kind=Kind.IGNORED,
    headers=(frozenset({"machine id", "key", "value"}),),
    reason="This table holds free tags of machines, whose meaning nobody states.",
)

FORMATS = (MACHINES, DISKS, PERFORMANCE, TAGS)

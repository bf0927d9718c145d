"""Virtual machines as Proxmox VE, OpenStack and libvirt list them.

Sources: Proxmox VE's API, `/cluster/resources` (sizes in bytes; `cpu`, `mem` and `disk` are what is
used now); OpenStackClient's `server list --long`; libvirt's domain XML, whose memory is in KiB
where it says no unit.
"""

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns

_NO_GUESTS = {
    "node": "The host is named by its guests; it is listed with the nodes.",
    "storage": "It is a place for disks, not a machine.",
    "sdn": "It is a virtual network.",
    "pool": "It is a group of machines.",
}

PROXMOX = TableFormat(
    name="proxmox.resources",
    kind=Kind.ASSETS,
    headers=(frozenset({"vmid", "node", "name"}), frozenset({"maxcpu", "maxmem", "node"})),
    columns={
        "name": Rule("name"),
        "vmid": Rule("unmapped"),  # is another machine's in another cluster
        "id": Rule("unmapped"),
        "node": Rule("runs_on", target_type="server"),
        "type": Rule("declared_type"),
        "status": Rule("status"),
        "maxcpu": Rule("cpu_cores"),
        "cpus": Rule("cpu_cores", order=1),
        "maxmem": Rule("memory_gb", unit="B"),
        "maxdisk": Rule("storage_gb", unit="B"),
        "cpu": Rule("unmapped"),
        "mem": Rule("unmapped"),
        "disk": Rule("unmapped"),
        "tags": Rule("unmapped"),
        "pool": Rule("unmapped"),
    },
    type_patterns=TypePatterns("declared_type", {"lxc": "container", "qemu": "virtual_machine"}),
    exclusions=tuple(
        Exclusion("type", frozenset({kind}), reason) for kind, reason in _NO_GUESTS.items()
    ),
    asset_type="virtual_machine",
)

OPENSTACK = TableFormat(
    name="openstack.servers",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"id", "name", "status", "networks", "flavor"}),
        frozenset({"id", "name", "status", "networks", "flavor name"}),
        frozenset({"id", "name", "status", "power state", "flavor name"}),
    ),
    columns={
        "id": Rule("provider_id"),
        "name": Rule("name"),
        "status": Rule("status"),
        "power state": Rule("status", order=1),
        "host": Rule("runs_on", target_type="server"),
        "availability zone": Rule("location"),
        "image name": Rule("os_name"),
        "image": Rule("os_name", order=1),
    },
    asset_type="virtual_machine",
)

LIBVIRT = TableFormat(
    name="libvirt.domains",
    kind=Kind.ASSETS,
    sheets=frozenset({"libvirt domains"}),
    columns={
        "name": Rule("name"),
        "description": Rule("description"),
        "uuid": Rule("smbios_uuid"),
        "memory": Rule("memory_gb", unit="KiB"),
        "vcpu": Rule("cpu_cores"),
        "mac": Rule("mac_addresses"),
        "os": Rule("os_name"),
        "type": Rule("unmapped"),  # of virtualisation
    },
    asset_type="virtual_machine",
    synonyms=False,
)

FORMATS = (PROXMOX, OPENSTACK, LIBVIRT)

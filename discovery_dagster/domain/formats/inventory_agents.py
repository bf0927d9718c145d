"""What inventory agents of OCS Inventory, FusionInventory and GLPI write, one machine a document.

Source: the protocol of OCS Inventory and FusionInventory (`HARDWARE`, `BIOS`, `NETWORKS`, …), whose
memory is in MB. `CPUS/CORE` is of one processor; where there are several the sum is said by none.
`VMSYSTEM` says `Physical`, or by what a machine is virtualised.
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat, TypePatterns

_VIRTUAL = ("vmware", "kvm", "qemu", "hyper-v", "virtualbox", "xen", "virtual machine", "parallels",
            "vz", "lxc", "docker", "openvz")  # fmt: skip

MACHINES = TableFormat(
    name="inventory_agent.machines",
    kind=Kind.ASSETS,
    sheets=frozenset({"inventory agent machines"}),
    columns={
        "name": Rule("name"),
        "fqdn": Rule("fqdn"),
        "dns domain": Rule("domain"),
        "os full name": Rule("os_name"),
        "os name": Rule("os_name", order=1),
        "os version": Rule("os_version"),
        "memory": Rule("memory_gb", unit="MB"),
        "uuid": Rule("smbios_uuid"),
        "vm system": Rule("declared_type"),
        "ip address": Rule("ip_addresses"),
        "default address": Rule("ip_addresses"),
        "mac address": Rule("mac_addresses"),
        "serial": Rule("serial_number"),
        "manufacturer": Rule("vendor"),
        "model": Rule("model"),
        "asset tag": Rule("asset_tag"),
        "description": Rule("description"),
    },
    type_patterns=TypePatterns(
        "declared_type", {**dict.fromkeys(_VIRTUAL, "virtual_machine"), "physical": "server"}
    ),
    synonyms=False,
)

GUESTS = TableFormat(
    name="inventory_agent.guests",
    kind=Kind.ASSETS,
    sheets=frozenset({"inventory agent guests"}),
    columns={
        "name": Rule("name"),
        "host": Rule("runs_on", target_type="server"),
        "uuid": Rule("smbios_uuid"),
        "status": Rule("status"),
        "memory": Rule("memory_gb", unit="MB"),
        "vcpu": Rule("cpu_cores"),
    },
    asset_type="virtual_machine",
    synonyms=False,
)

FORMATS = (MACHINES, GUESTS)

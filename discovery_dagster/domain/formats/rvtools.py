"""The tabs of RVTools' workbook (VMware vSphere), or of its per-tab files.

RVTools writes memory and disks in MiB; older versions head the same numbers MB. What tabs say of
parts of machines is in `rvtools_facts`.
"""

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.words import fold

#: Excel writes truth values in the language of its user.
_TRUE = frozenset(reference.load("booleans")["true"])

#: Records of machines that are none.
NO_MACHINES = (
    Exclusion("template", _TRUE, "It is a template, not a machine."),
    Exclusion(
        "srm placeholder",
        _TRUE,
        "It is a placeholder of Site Recovery Manager for a machine elsewhere.",
    ),
)

VINFO = TableFormat(
    name="rvtools.vinfo",
    kind=Kind.ASSETS,
    headers=(frozenset({"vm", "powerstate", "cpus", "memory"}),),
    sheets=frozenset({"vinfo"}),
    columns={
        "vm": Rule("name"),
        "dns name": Rule("fqdn"),
        "powerstate": Rule("status"),
        "template": Rule("record_kind"),
        "srm placeholder": Rule("record_kind"),
        "cpus": Rule("cpu_cores"),
        "memory": Rule("memory_gb", unit="MiB"),
        "provisioned mib": Rule("storage_gb", unit="MiB"),
        "provisioned mb": Rule("storage_gb", unit="MiB"),
        "total disk capacity mib": Rule("storage_gb", unit="MiB", order=1),
        "primary ip address": Rule("ip_addresses"),
        "host": Rule("runs_on", target_type="server"),
        "cluster": Rule("runs_on", target_type="cluster"),
        "datacenter": Rule("location"),
        "os according to the vmware tools": Rule("os_name"),
        "os according to the configuration file": Rule("os_name", order=1),
        "annotation": Rule("description"),
        "smbios uuid": Rule("smbios_uuid"),
        "vm uuid": Rule("smbios_uuid", order=1),
        "guest state": Rule("unmapped"),
        "vi sdk server": Rule("scope"),
        "folder": Rule("unmapped"),
        "vm id": Rule("unmapped"),
    },
    asset_type="virtual_machine",
    exclusions=NO_MACHINES,
)

VHOST = TableFormat(
    name="rvtools.vhost",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"host", "esx version"}),
        frozenset({"host", "cpu model", "cores"}),
    ),
    sheets=frozenset({"vhost"}),
    columns={
        "host": Rule("name"),
        "cluster": Rule("member_of", target_type="cluster"),
        "datacenter": Rule("location"),
        "cores": Rule("cpu_cores"),
        "memory": Rule("memory_gb", unit="MiB"),
        "memory mb": Rule("memory_gb", unit="MiB"),
        "vendor": Rule("vendor"),
        "model": Rule("model"),
        "esx version": Rule("os_name"),
        "service tag": Rule("serial_number"),
        "serial number": Rule("serial_number", order=1),
        "uuid": Rule("smbios_uuid"),
        "domain": Rule("domain"),
        "vi sdk server": Rule("scope"),
        "cpu": Rule("unmapped"),  # sockets
        "vms": Rule("unmapped"),
    },
    asset_type="server",
)

VCLUSTER = TableFormat(
    name="rvtools.vcluster",
    kind=Kind.ASSETS,
    headers=(frozenset({"name", "num hosts", "total cpu"}),),
    sheets=frozenset({"vcluster"}),
    columns={
        "cluster": Rule("name"),
        "name": Rule("name", order=1),
        "vi sdk server": Rule("scope"),
        "config status": Rule("unmapped"),
        "num cpu cores": Rule("unmapped"),  # of all hosts together
        "total memory": Rule("unmapped"),
    },
    asset_type="cluster",
)

VNETWORK = TableFormat(
    name="rvtools.vnetwork",
    kind=Kind.DETAILS,
    headers=(frozenset({"vm", "mac address", "adapter"}),),
    sheets=frozenset({"vnetwork"}),
    columns={
        "vm": Rule("name"),
        "template": Rule("record_kind"),
        "srm placeholder": Rule("record_kind"),
        "mac address": Rule("mac_addresses"),
        "ipv4 address": Rule("ip_addresses"),
        "ipv6 address": Rule("ip_addresses"),
        "ip address": Rule("ip_addresses"),
        "smbios uuid": Rule("smbios_uuid"),
        "vm uuid": Rule("smbios_uuid", order=1),
        "vi sdk server": Rule("scope"),
    },
    asset_type="virtual_machine",
    exclusions=NO_MACHINES,
    synonyms=False,
)

_OTHER_TABS = {
    "vSource": "the vCenter servers that were asked",
    "vRP": "resource pools",
    "vHBA": "host bus adapters",
    "vNIC": "network adapters of hosts",
    "vSwitch": "virtual switches",
    "vPort": "port groups",
    "dvSwitch": "distributed virtual switches",
    "dvPort": "distributed port groups",
    "vSC_VMK": "network interfaces of host kernels",
    "vDatastore": "datastores, which no record of a machine names",
    "vMultiPath": "paths to storage",
    "vLicense": "licences",
    "vFileInfo": "files on datastores",
    "vHealth": "findings of RVTools' health check",
    "vMetaData": "facts about the export itself",
}

FORMATS = (
    VINFO,
    VHOST,
    VCLUSTER,
    VNETWORK,
    *(
        TableFormat(
            name=f"rvtools.{tab.lower()}",
            kind=Kind.IGNORED,
            sheets=frozenset({fold(tab)}),
            reason=f"This tab lists {what}; no asset is read from it.",
        )
        for tab, what in _OTHER_TABS.items()
    ),
)

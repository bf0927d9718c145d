"""Hosts that are managed: Ansible's inventories and facts, and PuppetDB's inventory.

Sources: Ansible's documentation (inventory, `setup` module), PuppetDB's query API (`inventory`).
Puppet's environment is one of its code, not of the machine. Bridges of containers and of libvirt
have the same address on every host.
"""

from collections.abc import Mapping

import polars as pl

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

HOSTS = TableFormat(
    name="ansible.hosts",
    kind=Kind.ASSETS,
    sheets=frozenset({"ansible hosts"}),
    columns={
        "name": Rule("name"),
        "address": Rule("ip_addresses"),
        "connects to": Rule("aliases"),
        "groups": Rule("unmapped"),
        "env": Rule("environment"),
        "environment": Rule("environment", order=1),
        "stage": Rule("environment", order=2),
        "application": Rule("applications"),
        "app": Rule("applications"),
        "owner": Rule("business_owner"),
        "site": Rule("location"),
        "location": Rule("location", order=1),
        "datacenter": Rule("location", order=2),
    },
    exclusions=(
        Exclusion(
            "name",
            frozenset({"localhost", "127.0.0.1"}),
            "It is the machine on which Ansible itself runs.",
        ),
    ),
)

_VIRTUAL = TypePatterns(
    "declared_type",
    {
        **dict.fromkeys(
            ("vmware", "kvm", "virtualbox", "xenu", "xen", "hyperv", "hyper-v", "qemu", "ovirt",
             "rhev", "virtualpc", "gce", "ec2", "azure", "openstack", "parallels", "bhyve",
             "nutanix ahv", "guest"),
            "virtual_machine",
        ),
        **dict.fromkeys(("docker", "lxc", "podman", "container", "openvz"), "container"),
        "physical": "server",
    },
)  # fmt: skip

_FACTS: Mapping[str, Rule] = {
    "hostname": Rule("hostname"),
    "nodename": Rule("unmapped"),
    "fqdn": Rule("fqdn"),
    "domain": Rule("domain"),
    "addresses": Rule("ip_addresses"),
    "default ipv4 address": Rule("ip_addresses"),
    "default ipv4 macaddress": Rule("mac_addresses"),
    "distribution": Rule("os_name"),
    "os name": Rule("os_name", order=1),
    "distribution version": Rule("os_version"),
    "memtotal mb": Rule("memory_gb", unit="MiB"),
    "processor vcpus": Rule("cpu_cores"),
    "product serial": Rule("serial_number"),
    "product uuid": Rule("smbios_uuid"),
    "product name": Rule("model"),
    "system vendor": Rule("vendor"),
    "machine": Rule("unmapped"),
}
_PREFIXES = ("ansible ", "ansible facts ansible ", "ansible facts ")

FACTS = TableFormat(
    name="ansible.facts",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"inventory host", "ansible status"}),
        *(frozenset({f"{prefix}hostname", f"{prefix}distribution"}) for prefix in _PREFIXES),
    ),
    columns={
        "inventory host": Rule("name"),
        "inventory hostname": Rule("name", order=1),
        "addresses": Rule("ip_addresses"),
        "virtualisation": Rule("declared_type"),
        **{f"{prefix}{fact}": rule for prefix in _PREFIXES for fact, rule in _FACTS.items()},
    },
    type_patterns=_VIRTUAL,
    synonyms=False,
)

#: Facts of Puppet, as PuppetDB's inventory calls them; `values` where facts are exported.
_PUPPET_FACTS: Mapping[str, Rule] = {
    "facts environment": Rule("unmapped"),
    "facts networking fqdn": Rule("fqdn"),
    "facts fqdn": Rule("fqdn", order=1),
    "facts networking hostname": Rule("hostname"),
    "facts hostname": Rule("hostname", order=1),
    "facts networking ip": Rule("ip_addresses"),
    "facts ipaddress": Rule("ip_addresses"),
    "facts networking mac": Rule("mac_addresses"),
    "facts macaddress": Rule("mac_addresses"),
    "facts os name": Rule("os_name"),
    "facts operatingsystem": Rule("os_name", order=1),
    "facts os release full": Rule("os_version"),
    "facts operatingsystemrelease": Rule("os_version", order=1),
    "facts memory system total bytes": Rule("memory_gb", unit="B"),
    "facts memorysize mb": Rule("memory_gb", unit="MiB", order=1),
    "facts memorysize": Rule("memory_gb", order=2),
    "facts processors count": Rule("cpu_cores"),
    "facts processorcount": Rule("cpu_cores", order=1),
    "facts dmi product serial number": Rule("serial_number"),
    "facts serialnumber": Rule("serial_number", order=1),
    "facts dmi product uuid": Rule("smbios_uuid"),
    "facts uuid": Rule("smbios_uuid", order=1),
    "facts dmi manufacturer": Rule("vendor"),
    "facts manufacturer": Rule("vendor", order=1),
    "facts dmi product name": Rule("model"),
    "facts productname": Rule("model", order=1),
    "facts virtual": Rule("declared_type"),
}

PUPPET = TableFormat(
    name="puppet.inventory",
    kind=Kind.ASSETS,
    headers=tuple(
        frozenset({"certname", f"{facts} {name}"})
        for facts in ("facts", "values")
        for name in ("hostname", "fqdn", "networking fqdn")
    ),
    columns={
        "certname": Rule("fqdn", order=2),
        "environment": Rule("unmapped"),
        **_PUPPET_FACTS,
        **{f"values {fact.removeprefix('facts ')}": rule for fact, rule in _PUPPET_FACTS.items()},
    },
    type_patterns=_VIRTUAL,
    synonyms=False,
)

FORMATS = (HOSTS, FACTS, PUPPET)
_ADDRESSES = ("ansible_all_ipv4_addresses", "ansible_facts.ansible_all_ipv4_addresses",
              "ansible_facts.all_ipv4_addresses")  # fmt: skip
_KINDS = ("virtualization_type", "virtualization_role")
_BRIDGES = r"(?:^|; )(?:172\.17\.0\.1|192\.168\.122\.1)\b"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Take addresses of bridges from those of hosts; tell guests from what hosts them."""
    return tuple(_reshape(table) if FACTS.specificity(table) else table for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    added = dict[str, pl.Series]()
    listed = next((name for name in _ADDRESSES if name in table.header), None)
    if listed is not None:
        own = cells_of(table, listed).str.replace_all(_BRIDGES, "")
        added["addresses"] = own.str.strip_chars_start("; ")
    for prefix in ("ansible_", "ansible_facts.ansible_", "ansible_facts."):
        kind, role = (f"{prefix}{name}" for name in _KINDS)
        if {kind, role} <= set(table.header):
            guest = (cells_of(table, role) == "guest").fill_null(False)
            none = cells_of(table, role).is_in(["NA", "host"]).fill_null(False)
            kinds = cells_of(table, kind).set(none, "physical")
            added["virtualisation"] = kinds.set(~(guest | none), None)
    return add_columns(table, added)

"""Hosts that are managed: Ansible's inventories and facts, and PuppetDB's inventory.

Sources: Ansible's documentation (inventory, `setup` module), PuppetDB's query API (`inventory`).
Puppet's environment is one of its code, not of the machine. Bridges of containers and of libvirt
have the same address on every host.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

FACTS: Final = declared("ansible.facts")


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

"""GLPI: its list of computers, as the CSV export of a search heads it, and its agents' inventories.

Headers as GLPI's search options name them (`Computer`, `rawSearchOptions`), in English and French;
inventories in JSON as the project's `inventory_format` describes them.
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.cloud import with_values_inside
from discovery_dagster.domain.source_tables import SourceTable

COMPUTERS = TableFormat(
    name="glpi.computers",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "entity", "serial number"}),
        frozenset({"name", "serial number", "operating system name"}),
        frozenset({"nom", "entite", "numero de serie"}),
        frozenset({"nom", "numero de serie", "systeme d exploitation nom"}),
    ),
    columns={
        "entity": Rule("unmapped"),  # whose it is
        "entite": Rule("unmapped"),
        "alternate username": Rule("unmapped"),
        "usager": Rule("unmapped"),
        "inventory number": Rule("asset_tag"),
        "numero d inventaire": Rule("asset_tag"),
        "components processor": Rule("unmapped"),  # its model
        "composants processeur": Rule("unmapped"),
        "last update": Rule("unmapped"),
        "derniere modification": Rule("unmapped"),
        "operating system name": Rule("os_name"),
        "systeme d exploitation nom": Rule("os_name"),
        "operating system version": Rule("os_version"),
        "systeme d exploitation version": Rule("os_version"),
        "types": Rule("declared_type"),
        "manufacturers": Rule("vendor"),
    },
)

_KINDS = {
    "networkequipment": "network_device",
    **dict.fromkeys(
        ("printer", "phone", "laptop", "notebook", "desktop", "tablet", "tower", "all in one"),
        "other",
    ),
    **dict.fromkeys(("rack mount", "blade", "main server", "server"), "server"),
}

INVENTORY = TableFormat(
    name="glpi.inventory",
    kind=Kind.ASSETS,
    headers=(frozenset({"deviceid", "content versionclient"}),),
    columns={
        "content hardware name": Rule("name"),
        "content network device name": Rule("name", order=1),
        "content operatingsystem fqdn": Rule("fqdn"),
        "content hardware chassis type": Rule("declared_type"),
        "itemtype": Rule("declared_type", order=1),
        "content hardware memory": Rule("memory_gb", unit="MiB"),
        "content hardware uuid": Rule("smbios_uuid"),
        "content operatingsystem full name": Rule("os_name"),
        "content operatingsystem name": Rule("os_name", order=1),
        "content operatingsystem version": Rule("os_version"),
        "content bios ssn": Rule("serial_number"),
        "content bios smanufacturer": Rule("vendor"),
        "content bios smodel": Rule("model"),
        "content bios assettag": Rule("asset_tag"),
        "content network device serial": Rule("serial_number", order=1),
        "content network device manufacturer": Rule("vendor", order=1),
        "content network device model": Rule("model", order=1),
        "content network device location": Rule("location"),
        "content network device ips": Rule("ip_addresses"),
        "content network device mac": Rule("mac_addresses"),
        "addresses inside": Rule("ip_addresses"),
        "macs inside": Rule("mac_addresses"),
    },
    type_patterns=TypePatterns("declared_type", _KINDS),
    synonyms=False,
)

FORMATS = (COMPUTERS, INVENTORY)

_INSIDE = {
    "addresses inside": (("content.networks",), frozenset({"ipaddress", "ipaddress6"})),
    "macs inside": (("content.networks",), frozenset({"mac"})),
}


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Add the addresses that an inventory lists with its interfaces."""
    return tuple(
        with_values_inside(table, _INSIDE) if INVENTORY.specificity(table) else table
        for table in tables
    )

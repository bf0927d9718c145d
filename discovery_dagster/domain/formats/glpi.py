"""GLPI: its list of computers, as the CSV export of a search heads it, and its agents' inventories.

Headers as GLPI's search options name them (`Computer`, `rawSearchOptions`), in English and French;
inventories in JSON as the project's `inventory_format` describes them.
"""

from typing import Final

from discovery_dagster.domain.formats.cloud import with_values_inside
from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.source_tables import SourceTable

INVENTORY: Final = declared("glpi.inventory")


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

"""Azure Migrate: the CSV that it imports servers from, and its assessment of machines.

Mandatory headers of the import carry a star, which folding drops.
"""

from typing import Final

from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, sum_of
from discovery_dagster.domain.source_tables import SourceTable

IMPORT: Final = declared("azure_migrate.import")

_DISKS = "size of all disks in gb"
_DISK = r"disk \d+ size(?: in gb)?"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give servers the size of all their disks, which the import has one by one."""
    return tuple(_with_total(table) if IMPORT.specificity(table) else table for table in tables)


def _with_total(table: SourceTable) -> SourceTable:
    total = sum_of(table, _DISK)
    return table if total is None else add_columns(table, {_DISKS: total})

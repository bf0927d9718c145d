"""Azure flow logs of network security groups and of virtual networks.

Each record is one tuple of a list, a text with commas, whose places Azure documents ("Flow logging
for network security groups", "Virtual network flow logs").
"""

import polars as pl

from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_TUPLE = "flowTuples"
_PLACES = ("time", "source", "destination", "source_port", "destination_port", "protocol",
           "direction", "decision")  # fmt: skip


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Part the tuples into a column for each of their places."""
    return tuple(_parted(table) if _TUPLE in table.header else table for table in tables)


def _parted(table: SourceTable) -> SourceTable:
    parts = cells_of(table, _TUPLE).str.split(",").to_frame("parts")
    columns = parts.select(
        pl.col("parts").list.get(at, null_on_oob=True).alias(f"flow_{place}")
        for at, place in enumerate(_PLACES)
    )
    return add_columns(table, {column.name: column for column in columns})

"""Azure flow logs of network security groups and of virtual networks.

Each record is one tuple of a list, a text with commas, whose places Azure documents ("Flow logging
for network security groups", "Virtual network flow logs").
"""

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_TUPLE = "flowTuples"
_PLACES = ("time", "source", "destination", "source_port", "destination_port", "protocol",
           "direction", "decision")  # fmt: skip

FORMATS = (
    TableFormat(
        name="azure.flow_log",
        kind=Kind.FLOWS,
        headers=(frozenset({"flow tuples", "flow source", "flow decision"}),),
        columns={
            "flow time": Rule("first_seen"),
            "flow source": Rule("source_address"),
            "flow destination": Rule("target_address"),
            "flow source port": Rule("source_port"),
            "flow destination port": Rule("port"),
            "flow protocol": Rule("protocol"),
            "flow decision": Rule("record_kind"),
        },
        relation="connects_to",
        evidence="observed",
        synonyms=False,
        directed=True,
    ),
)


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

"""Records that end before the others of their table do: what their format makes of them.

A list that leaves out empty cells is as good as one that writes them. An observation of which the
port or the outcome is cut off is none: it is unknown whether anything was connected.
"""

from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.readers.cut_off import reject_cut_off
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold

#: Fields that a flow cannot do without where its table has them.
_NEEDED: Final = frozenset(
    {"source", "target", "source_address", "target_address", "port", "protocol", "record_kind"}
)


def reject_incomplete_flows(table: SourceTable, table_format: TableFormat) -> SourceTable:
    """Reject the flows of `table` that seem cut off and lack what their format needs."""
    if not table.cut_off or table_format.kind is not Kind.FLOWS:
        return table
    missing = [
        pl.col(cell_column(at)).is_null()
        for at, column in enumerate(table.header)
        if (rule := table_format.columns.get(fold(column))) is not None and rule.field in _NEEDED
    ]
    lines = table.records.filter(
        pl.col("line").is_in(sorted(table.cut_off)),
        pl.any_horizontal(pl.lit(value=False), *missing),
    )["line"]
    return replace(table, records=reject_cut_off(table.records, lines.to_list()))

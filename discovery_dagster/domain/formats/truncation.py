"""Records that end before their table does: what their format makes of them.

A list that leaves out empty cells is as good as one that writes them. An observation of which the
port or the outcome is cut off is none: nobody knows whether anything was connected.
"""

from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.tables import (
    READ,
    REJECTED,
    TOO_FEW_CELLS,
    SourceTable,
    cell_column,
)
from discovery_dagster.domain.words import fold

#: Fields that a flow cannot do without where its table has them.
_NEEDED: Final = frozenset(
    {"source", "target", "source_address", "target_address", "port", "protocol", "record_kind"}
)


def judge_cut_off(table: SourceTable, table_format: TableFormat) -> SourceTable:
    """Reject the records of `table` that seem cut off where they lack what their format needs."""
    records = table.records
    cut_off = (pl.col("outcome") == READ) & (pl.col("reason") == TOO_FEW_CELLS)
    if not (records["reason"] == TOO_FEW_CELLS).any():
        return table
    needed = [
        pl.col(cell_column(at)).is_null()
        for at, column in enumerate(table.header)
        if table_format.kind is Kind.FLOWS
        and (rule := table_format.columns.get(fold(column))) is not None
        and rule.field in _NEEDED
    ]
    refused = cut_off & pl.any_horizontal(pl.lit(value=False), *needed)
    judged = records.with_columns(
        outcome=pl.when(refused).then(pl.lit(REJECTED)).otherwise("outcome"),
        reason=pl.when(~cut_off | refused).then("reason"),
    )
    return replace(table, records=judged)

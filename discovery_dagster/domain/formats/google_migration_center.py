"""The four tables that Google's Migration Center imports, as its collectors write them.

Disks and tags name their machine by its id alone, which `reference/identifiers.yaml` says is one
id in all of them.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, as_text, column_of
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.values.quantities import read_numbers

DISKS: Final = declared("google.disk_info")
TAGS: Final = declared("google.tag_info")

_ALL_DISKS: Final = "size of all disks of the machine in GiB"
_MOST_KEYS: Final = 200  # of tags that become columns; beyond them keys are names, not kinds


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Give each disk the size of all disks of its machine, and each key of tags a column."""
    return tuple(map(_reshaped, tables))


def _reshaped(table: SourceTable) -> SourceTable:
    if DISKS.specificity(table):
        return _with_all_disks(table)
    return _with_keys(table) if TAGS.specificity(table) else table


def _with_all_disks(table: SourceTable) -> SourceTable:
    disks = pl.DataFrame(
        {
            "machine": column_of(table, "machine id").str.strip_chars(),
            "size": read_numbers(column_of(table, "size in gib").str.strip_chars()),
        }
    )
    total = pl.when(pl.col("size").is_not_null()).then(pl.col("size").sum().over("machine"))
    return add_columns(table, {_ALL_DISKS: as_text(disks.select(total).to_series())})


def _with_keys(table: SourceTable) -> SourceTable:
    keys = column_of(table, "key").str.strip_chars().replace("", None)
    values = column_of(table, "value")
    distinct = keys.drop_nulls().unique(maintain_order=True).to_list()
    if len(distinct) > _MOST_KEYS:
        return table
    taken = set(table.header)
    return add_columns(
        table,
        {
            f"{key} (tag)" if key in taken else key: values.set((keys != key).fill_null(True), None)
            for key in distinct
        },
    )

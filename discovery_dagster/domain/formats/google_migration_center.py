"""The four tables that Google's Migration Center imports, as its collectors write them.

Disks and tags name their machine by its id alone, which `reference/identifiers.yaml` says is one
id in all of them.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.reshaping import add_columns, as_text, column_of
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.values.quantities import read_numbers
from discovery_dagster.domain.words import fold

_ALL_DISKS: Final = "size of all disks of the machine in GiB"
_MOST_KEYS: Final = 200  # of tags that become columns; beyond them keys are names, not kinds

MACHINES = TableFormat(
    name="google.vm_info",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"machine id", "machine name", "allocated processor core count"}),
        frozenset({"machine id", "machine name", "memory gib"}),
        frozenset({"machine id", "machine name", "memory mib"}),
        frozenset({"machine id", "machine name", "primary ip address"}),
    ),
    columns={
        "machine id": Rule("provider_id"),
        "machine name": Rule("name"),
        "primary ip address": Rule("ip_addresses"),
        "public ip address": Rule("ip_addresses"),
        "ip address list semi colon delimited": Rule("ip_addresses"),
        "primary mac address": Rule("mac_addresses"),
        "total disk allocated gib": Rule("storage_gb", unit="GiB"),
        "total disk used gib": Rule("unmapped"),
        "machine type label": Rule("model"),
        "allocated processor core count": Rule("cpu_cores"),
        "memory gib": Rule("memory_gb", unit="GiB"),
        "memory mib": Rule("memory_gb", unit="MiB"),
        "hosting location": Rule("location"),
        "os name": Rule("os_name"),
        "os type": Rule("os_name", order=1),
        "os version": Rule("os_version"),
        "machine status": Rule("status"),
        "is physical": Rule("declared_type"),
    },
    type_patterns=TypePatterns("declared_type", {"true": "server", "false": "virtual_machine"}),
)

DISKS = TableFormat(
    name="google.disk_info",
    kind=Kind.DETAILS,
    headers=(frozenset({"machine id", "disk label", "size in gib"}),),
    columns={
        "machine id": Rule("provider_id"),
        fold(_ALL_DISKS): Rule("storage_gb", unit="GiB"),
        "disk label": Rule("ignored"),
        "size in gib": Rule("ignored"),  # of one disk; the machine has the sum
        "used in gib": Rule("ignored"),
        "storage type label": Rule("ignored"),
    },
    synonyms=False,
)

PERFORMANCE = TableFormat(
    name="google.perf_info",
    kind=Kind.IGNORED,
    headers=tuple(
        frozenset({"machine id", "time stamp", measured})
        for measured in ("cpu utilization percentage", "memory utilization percentage",
                         "available memory bytes", "disk read operations per sec",
                         "network bytes per sec sent")
    ),
    reason="This table holds measurements of use; no asset is read from it.",
)  # fmt: skip

TAGS = TableFormat(
    name="google.tag_info",
    kind=Kind.DETAILS,
    headers=(frozenset({"machine id", "key", "value"}),),
    columns={
        "machine id": Rule("provider_id"),
        "key": Rule("ignored"),  # its values are headers of the columns that are added
        "value": Rule("ignored"),
    },
)

FORMATS = (MACHINES, DISKS, PERFORMANCE, TAGS)


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

"""RVTools' tabs of the parts of machines, as facts about the machines.

What a machine has several of is summed or counted for it, so that every record of one machine says
the same: raw device mappings, used space of its partitions, snapshots, connected media and devices,
the state of its tools, memory and processor in use. Source: RVTools' documentation of its tabs;
sizes are in MiB, headed MB by older versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, as_text, column_of
from discovery_dagster.domain.formats.rvtools import NO_MACHINES
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.values.quantities import read_numbers
from discovery_dagster.domain.words import fold

_TRUE: Final = frozenset(fold(word) for word in reference.load("booleans")["true"])
_MACHINE: Final = ("vm uuid", "smbios uuid", "vm")


@dataclass(frozen=True)
class _Facts:
    """What a tab says of a machine: by the header of each new column, folded ones of the tab.

    `counted` are yes or no, or, without a header, the records; `summed` are numbers; `kept` stand
    in one record a machine; `first` are the least of several texts.
    """

    counted: Mapping[str, str | None] = field(default_factory=dict)
    summed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def headers(self) -> frozenset[str]:
        """The folded headers of all new columns."""
        named = (*self.counted, *self.summed, *self.kept, *self.first)
        return frozenset(map(fold, named))


_TABS: Final[Mapping[str, _Facts]] = {
    "vDisk": _Facts(
        counted={"Raw device mappings": "raw", "Thin disks": "thin"},
        kept={},
    ),
    "vPartition": _Facts(
        summed={
            "Partitions capacity MiB": ("capacity mib", "capacity mb"),
            "Partitions used MiB": ("consumed mib", "consumed mb"),
        }
    ),
    "vSnapshot": _Facts(
        counted={"Snapshots": None},
        summed={"Snapshots MiB": ("size mib total", "size mb total", "size mib", "size mb")},
        first={"Oldest snapshot": ("date time",)},
    ),
    "vTools": _Facts(
        kept={
            "VMware Tools": ("tools",),
            "VMware Tools version": ("tools version",),
            "VMware Tools upgradeable": ("upgradeable",),
            "Hardware version": ("vm version",),
        }
    ),
    "vCD": _Facts(counted={"Connected CD drives": "connected"}),
    "vFloppy": _Facts(counted={"Connected floppy drives": "connected"}),
    "vUSB": _Facts(counted={"Connected USB devices": "connected"}),
    "vMemory": _Facts(
        kept={
            "Memory active MiB": ("active",),
            "Memory consumed MiB": ("consumed",),
            "Memory ballooned MiB": ("ballooned",),
            "Memory swapped MiB": ("swapped",),
            "Memory reservation MiB": ("reservation",),
        }
    ),
    "vCPU": _Facts(
        kept={
            "Processor use MHz": ("overall",),
            "Processor ready %": ("cpu ready %",),
            "Processor limit MHz": ("limit",),
            "Processor reservation MHz": ("reservation",),
        }
    ),
}

FORMATS = tuple(
    TableFormat(
        name=f"rvtools.{tab.lower()}",
        kind=Kind.DETAILS,
        sheets=frozenset({fold(tab)}),
        columns={
            "vm": Rule("name"),
            "template": Rule("record_kind"),
            "srm placeholder": Rule("record_kind"),
            "smbios uuid": Rule("smbios_uuid"),
            "vm uuid": Rule("smbios_uuid", order=1),
            "vi sdk server": Rule("scope"),
        },
        asset_type="virtual_machine",
        exclusions=NO_MACHINES,
        facts=facts.headers,
        synonyms=False,
    )
    for tab, facts in _TABS.items()
)
_BY_NAME: Final = {known.name: _TABS[tab] for tab, known in zip(_TABS, FORMATS, strict=True)}
_ON_SHEET: Final = 100  # only the tab's name tells it


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Add to the records of each such tab what all of one machine's say together."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    known = next((each for each in FORMATS if each.specificity(table) > _ON_SHEET), None)
    header = {fold(column) for column in table.header}
    if known is None or not header & {"vm"}:
        return table
    machine = column_of(table, next(name for name in _MACHINE if name in header))
    return add_columns(table, _facts(table, header, machine, _BY_NAME[known.name]))


def _facts(
    table: SourceTable, header: set[str], machine: pl.Series, facts: _Facts
) -> dict[str, pl.Series]:
    columns: dict[str, pl.Series] = {}
    for name, counted in facts.counted.items():
        if counted is None:
            columns[name] = _over(machine, machine.is_not_null().cast(pl.Int64), "sum")
        elif counted in header:
            is_so = [fold(cell or "") in _TRUE for cell in column_of(table, counted)]
            columns[name] = _over(machine, pl.Series(is_so).cast(pl.Int64), "sum")
    for name, headers in facts.summed.items():
        column = next((each for each in headers if each in header), None)
        if column is not None:
            columns[name] = _over(machine, read_numbers(column_of(table, column)), "sum")
    for least, group in ((False, facts.kept), (True, facts.first)):
        for name, headers in group.items():
            column = next((each for each in headers if each in header), None)
            if column is not None:
                cells = column_of(table, column)
                columns[name] = _over(machine, cells, "min") if least else cells
    return columns


def _over(machine: pl.Series, values: pl.Series, how: str) -> pl.Series:
    """The sum or least of the values of each machine, for each of its records, as text."""
    frame = pl.DataFrame({"machine": machine, "value": values})
    value = pl.col("value").sum() if how == "sum" else pl.col("value").min()
    result = frame.select(value.over("machine")).to_series()
    return result if how == "min" else as_text(result)

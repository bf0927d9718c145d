"""RVTools' tabs of the parts of machines, as facts about the machines.

What a machine has several of is summed or counted for it, so that every record of one machine says
the same: raw device mappings, shared and largest disks, used space of its partitions, snapshots,
connected media and devices, the state of its tools, memory and processor in use. Source: RVTools'
documentation of its tabs; sizes are in MiB, headed MB by older versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, as_text, column_of
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.values.quantities import read_numbers
from discovery_dagster.domain.words import fold

_MACHINES: Final = declared("rvtools.vinfo")
_TRUE: Final = frozenset(fold(word) for word in reference.load("booleans")["true"])
_MACHINE: Final = ("vm uuid", "smbios uuid", "vm")


@dataclass(frozen=True)
class _Facts:
    """What a tab says of a machine: by the header of each new column, folded ones of the tab.

    `counted` are yes or no, or, without a header, the records; `fitting` are texts of a pattern,
    which are counted; `summed` are numbers, and `largest` the largest of them; `kept` stand in one
    record a machine; `first` are the least of several texts.
    """

    counted: Mapping[str, str | None] = field(default_factory=dict)
    fitting: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    summed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    largest: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def headers(self) -> frozenset[str]:
        """The folded headers of all new columns."""
        named = (*self.counted, *self.fitting, *self.summed, *self.largest, *self.kept, *self.first)
        return frozenset(map(fold, named))


_TABS: Final[Mapping[str, _Facts]] = {
    "vDisk": _Facts(
        counted={"Raw device mappings": "raw", "Thin disks": "thin"},
        fitting={
            "Independent disks": ("disk mode", "(?i)independent"),
            "Shared disks": ("sharing mode", "(?i)multi-?writer"),
        },
        largest={"Largest disk MiB": ("capacity mib", "capacity mb")},
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
        exclusions=_MACHINES.exclusions,
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
    header = set(table.folded_header)
    if known is None or not header & {"vm"}:
        return table
    machine = column_of(table, next(name for name in _MACHINE if name in header))
    return add_columns(table, _facts(table, header, machine, _BY_NAME[known.name]))


def _facts(
    table: SourceTable, header: set[str], machine: pl.Series, facts: _Facts
) -> dict[str, pl.Series]:
    columns = dict[str, pl.Series]()
    for name, counted in facts.counted.items():
        if counted is None:
            columns[name] = _over(machine, machine.is_not_null().cast(pl.Int64), "sum")
        elif counted in header:
            is_so = [fold(cell or "") in _TRUE for cell in column_of(table, counted)]
            columns[name] = _over(machine, pl.Series(is_so).cast(pl.Int64), "sum")
    for name, (column, pattern) in facts.fitting.items():
        if column in header:
            fits = column_of(table, column).str.contains(pattern).fill_null(value=False)
            columns[name] = _over(machine, fits.cast(pl.Int64), "sum")
    parts = (("sum", facts.summed), ("max", facts.largest), ("min", facts.first))
    for how, group in parts:
        for name, cells in _cells(table, header, group).items():
            values = cells if how == "min" else read_numbers(cells)
            columns[name] = _over(machine, values, how)
    return columns | _cells(table, header, facts.kept)


def _cells(
    table: SourceTable, header: set[str], headers: Mapping[str, tuple[str, ...]]
) -> dict[str, pl.Series]:
    """The cells of the first header of each fact that the tab has."""
    present = {
        name: next((each for each in group if each in header), None)
        for name, group in headers.items()
    }
    return {
        name: column_of(table, column) for name, column in present.items() if column is not None
    }


def _over(machine: pl.Series, values: pl.Series, how: str) -> pl.Series:
    """The sum, largest or least of the values of each machine, for each of its records, as text."""
    frame = pl.DataFrame({"machine": machine, "value": values})
    value = {
        "sum": pl.col("value").sum(),
        "max": pl.col("value").max(),
        "min": pl.col("value").min(),
    }[how]
    result = frame.select(value.over("machine")).to_series()
    return result if how == "min" else as_text(result)

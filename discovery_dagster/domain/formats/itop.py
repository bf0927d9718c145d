"""iTop: servers and virtual machines, as its CSV export heads them.

Attributes of other objects stand as `Brand->Name` (Combodo's iTop, class `Server` of the data
model). CPU and RAM are free text. A version belongs to a family and may be called by its number.
"""

import polars as pl

from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_FAMILY = "OS family->Name"
_VERSION = "OS version->Name"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call versions that are numbers after their family: `Windows` and `2019`."""
    return tuple(_with_versions(table) for table in tables)


def _with_versions(table: SourceTable) -> SourceTable:
    if not {_FAMILY, _VERSION} <= set(table.header):
        return table
    family, version = cells_of(table, _FAMILY), cells_of(table, _VERSION)
    numbered = version.str.contains(r"^\s*v?\d").fill_null(False)
    both = pl.select(pl.concat_str(family, version, separator=" ")).to_series()
    return add_columns(table, {_VERSION: both.zip_with(numbered, version).fill_null(version)})

"""The grain of a table as a row of `tables.TABLE_GRAINS`, and back."""

from collections.abc import Mapping
from typing import Any

from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.grain import Grain, TableGrain
from discovery_dagster.domain.source_tables import SourceTable


def describe_grain(
    number: int,
    table: SourceTable,
    table_format: TableFormat,
    grain: TableGrain,
    taught: str | None = None,
) -> dict[str, object]:
    """Return the row of a table; `taught` is the declaration of a format that a person taught."""
    return {
        "table": number,
        "file": table.file,
        "sheet": table.sheet,
        "format": table_format.name,
        "grain": grain.grain.value,
        "status": grain.status,
        "confidence": grain.confidence,
        "method": grain.method,
        "reason": grain.reason,
        "evidence": list(grain.evidence),
        "name_column": None if grain.name is None else table.header[grain.name],
        "name_position": grain.name,
        "columns": list(table.header),
        "beside": sorted(grain.beside),
        "taught": taught,
    }


def grain_of(row: Mapping[str, Any]) -> TableGrain:
    """Return the grain that `describe_grain` described."""
    return TableGrain(
        Grain(row["grain"]),
        row["reason"],
        row["confidence"],
        row["method"],
        row["status"],
        tuple(row["evidence"]),
        row["name_position"],
        frozenset(row["beside"]),
    )

"""From source tables and their mapping to typed records, each physical record accounted for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from discovery_dagster.domain import frames
from discovery_dagster.domain.canonical.accounts import Place
from discovery_dagster.domain.canonical.tables import TableRecords, read_table
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.frames import conform, empty
from discovery_dagster.domain.tables import SourceTable


@dataclass(frozen=True)
class CanonicalRecords:
    """Frames as `frames.ASSET_RECORDS`, `RELATION_RECORDS`, `RECORD_OUTCOMES` and `ISSUES`."""

    assets: pl.DataFrame
    relations: pl.DataFrame
    outcomes: pl.DataFrame
    issues: pl.DataFrame


def _unheard(done: int, total: int) -> None:
    """Progress that nobody follows."""


def canonicalise(
    tables: Sequence[tuple[SourceTable, TableFormat]],
    mapping: pl.DataFrame,
    progress: Callable[[int, int], None] = _unheard,
) -> CanonicalRecords:
    """Read every record of every table in canonical fields and units.

    Args:
        tables: with their formats, in the order of their numbers.
        mapping: of all of them, as `frames.FIELD_MAPPING`; only what is accepted is used.
        progress: told the records done and those there are.

    Returns:
        Exactly one outcome for each physical record; asset and relation records of the accepted
        ones; issues of accepted and rejected ones.
    """
    total = sum(table.records.height for table, _ in tables)
    done, read = 0, list[TableRecords]()
    for number, (table, table_format) in enumerate(tables):
        progress(done, total)
        own = mapping.filter(pl.col("table") == number)
        read.append(read_table(Place(number, table), table_format, own))
        done += table.records.height
    progress(done, total)
    assets = pl.concat([pl.DataFrame(schema=_unnumbered()), *(part.assets for part in read)])
    return CanonicalRecords(
        conform(assets.with_row_index("record"), frames.ASSET_RECORDS),
        pl.concat([empty(frames.RELATION_RECORDS), *(part.relations for part in read)]),
        pl.concat([empty(frames.RECORD_OUTCOMES), *(part.outcomes for part in read)]),
        pl.concat([empty(frames.ISSUES), *(part.issues for part in read)]),
    )


def _unnumbered() -> dict[str, pl.DataType | type[pl.DataType]]:
    return {name: dtype for name, dtype in frames.ASSET_RECORDS.items() if name != "record"}

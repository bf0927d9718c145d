"""From source tables and their mapping to typed records, each physical record accounted for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from discovery_dagster.domain.canonical.accounts import Place
from discovery_dagster.domain.canonical.applications import declare
from discovery_dagster.domain.canonical.ids import name_ends
from discovery_dagster.domain.canonical.references import resolve_references
from discovery_dagster.domain.canonical.rows import Rows
from discovery_dagster.domain.canonical.tables import TableRecords, read_table
from discovery_dagster.domain.canonical.windows_names import read_backslashes
from discovery_dagster.domain.dictionary import NO_DICTIONARY, Dictionary
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.tables import (
    ASSET_RECORDS,
    ISSUES,
    OVERRIDE_LINES,
    RECORD_OUTCOMES,
    RELATION_RECORDS,
    AssetRecords,
    FieldMapping,
    Frame,
    Issues,
    OverrideLines,
    RecordOutcomes,
    RelationRecords,
    StepTable,
    conform,
    empty,
)


@dataclass(frozen=True)
class CanonicalRecords:
    """The records as frames of `ASSET_RECORDS` and so on, of the same names."""

    assets: AssetRecords
    relations: RelationRecords
    overrides: OverrideLines
    outcomes: RecordOutcomes
    issues: Issues


def _ignore_progress(done: int, total: int) -> None:
    """Progress that nobody follows."""


def canonicalise(
    tables: Sequence[tuple[SourceTable, TableFormat]],
    mapping: FieldMapping,
    progress: Callable[[int, int], None] = _ignore_progress,
    elsewhere: Mapping[int, Rows] = MappingProxyType({}),
    dictionary: Dictionary = NO_DICTIONARY,
) -> CanonicalRecords:
    """Read every record of every table in canonical fields and units.

    Args:
        tables: with their formats, in the order of their numbers.
        mapping: of all of them, as `tables.FIELD_MAPPING`; only what is accepted is used.
        progress: told the records done and those there are.
        elsewhere: the records of tables of flows that are not in the table, by its number.
        dictionary: of the client.

    Returns:
        Exactly one outcome for each physical record; asset and relation records and lines of
        decisions of the accepted ones; issues of accepted and rejected ones.
    """
    sizes = [
        elsewhere[number].height if number in elsewhere else table.records.height
        for number, (table, _) in enumerate(tables)
    ]
    total = sum(sizes)
    done, assets_read, read = 0, 0, list[TableRecords]()
    for number, (table, table_format) in enumerate(tables):
        progress(done, total)
        own = mapping.filter(pl.col("table") == number)
        place = Place(number, table)
        records = read_table(place, table_format, own, elsewhere.get(number), dictionary)
        read.append(records.numbered_from(assets_read))
        assets_read += records.assets.height
        done += sizes[number]
    progress(done, total)
    assets = pl.concat([pl.DataFrame(schema=_unnumbered()), *(part.assets for part in read)])
    relations = _joined([part.relations for part in read], RELATION_RECORDS)
    numbered = conform(assets.with_row_index("record"), ASSET_RECORDS)
    numbered, relations = read_backslashes(numbered, relations)
    numbered, relations = declare(
        numbered, resolve_references(name_ends(relations, numbered), numbered)
    )
    return CanonicalRecords(
        numbered,
        relations,
        _joined([part.overrides for part in read], OVERRIDE_LINES),
        _joined([part.outcomes for part in read], RECORD_OUTCOMES),
        _joined([part.issues for part in read], ISSUES),
    )


def _joined(parts: Sequence[pl.DataFrame], table: StepTable[Frame]) -> Frame:
    """Return all parts as one; a single one as it is, since it may be long."""
    filled = [part for part in parts if part.height]
    nothing: pl.DataFrame = empty(table)
    joined = filled[0] if len(filled) == 1 else pl.concat([nothing, *filled])
    return conform(joined, table)


def _unnumbered() -> dict[str, pl.DataType | type[pl.DataType]]:
    return {name: dtype for name, dtype in ASSET_RECORDS.items() if name != "record"}

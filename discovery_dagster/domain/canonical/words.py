"""The words of vocabularies that tables hold: what a client's dictionary may explain."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.canonical.accounts import Place, decide_outcomes, numbered_records
from discovery_dagster.domain.canonical.assets import matched_type
from discovery_dagster.domain.canonical.cells import MappedColumn, accepted_columns, written_cells
from discovery_dagster.domain.dictionary import key_of
from discovery_dagster.domain.dictionary.fields import field_of
from discovery_dagster.domain.dictionary.vocabulary import known_meanings, near_meaning
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.tables import SOURCE_WORDS, FieldMapping, SourceWords, conform
from discovery_dagster.domain.values.secret_records import hide_by_records

#: What is no record of a thing or a relation in words: decisions have words of their own.
_WORDLESS: Final = frozenset({Kind.FLOWS, Kind.CORRECTIONS, Kind.OVERRIDES})
_NAMES: Final = ("name", "hostname", "fqdn", "source", "target")
_SHOWN: Final = 3  # names beside a word
_MOST: Final = 200  # words of one column whose likeness to known words is looked at


def source_words(
    tables: Sequence[tuple[SourceTable, TableFormat]], mapping: FieldMapping
) -> SourceWords:
    """Return the distinct words of each table, as its records will be read.

    Args:
        tables: with their formats, in the order of their numbers.
        mapping: of all of them, as `tables.FIELD_MAPPING`; only what is accepted is used.

    Returns:
        `tables.SOURCE_WORDS`, by table, column and first occurrence.
    """
    rows = list[dict[str, Any]]()
    for number, (table, table_format) in enumerate(tables):
        if table_format.kind in _WORDLESS:
            continue
        columns = accepted_columns(mapping.filter(pl.col("table") == number), table_format)
        worded = [column for column in columns if field_of(column.field)]
        if worded:
            rows += _words_of(Place(number, table), table_format, columns, worded)
    return conform(pl.DataFrame(rows, schema=dict(SOURCE_WORDS)), SOURCE_WORDS)


def _words_of(
    place: Place,
    table_format: TableFormat,
    columns: Sequence[MappedColumn],
    worded: Sequence[MappedColumn],
) -> list[dict[str, Any]]:
    readings = decide_outcomes(numbered_records(place.table), place.table, table_format)
    open_ = readings.filter(pl.col("outcome").is_null())["row"]
    records = hide_by_records(numbered_records(place.table), place.table.header)
    records = records.filter(pl.col("row").is_in(open_.implode()))
    naming = [column for name in _NAMES for column in columns if column.field == name]
    names = pl.DataFrame(
        {str(at): written_cells(records, each, table_format) for at, each in enumerate(naming)}
    )
    name = names.select(pl.coalesce(pl.all())).to_series() if naming else None
    rows = list[dict[str, Any]]()
    for column in worded:
        cells = written_cells(records, column, table_format)
        named = cells.clear(len(cells)) if name is None else name
        counted = (
            pl.DataFrame({"word": cells, "name": named})
            .drop_nulls("word")
            .group_by("word", maintain_order=True)
            .agg(
                rows=pl.len(),
                names=pl.col("name").drop_nulls().unique(maintain_order=True).head(_SHOWN),
            )
        )
        rows += _spelled(counted, place, column, table_format)
    return rows


def _spelled(
    counted: pl.DataFrame, place: Place, column: MappedColumn, table_format: TableFormat
) -> list[dict[str, Any]]:
    """A row for each word, its spellings together."""
    field = field_of(column.field) or ""
    known = _known(field, column, counted["word"], table_format)
    words = dict[str, dict[str, Any]]()
    for row in counted.iter_rows(named=True):
        key = key_of(row["word"])
        same = words.get(key)
        if same is not None:
            same["rows"] += row["rows"]
            same["names"] = list(dict.fromkeys([*same["names"], *row["names"]]))[:_SHOWN]
            continue
        meaning = known.get(row["word"])
        looked_at = meaning is None and len(words) < _MOST
        words[key] = {
            "table": place.number,
            "file": place.table.file,
            "sheet": place.table.sheet,
            "column": column.header,
            "field": field,
            "word": row["word"],
            "key": key,
            "rows": row["rows"],
            "names": row["names"],
            "meaning": meaning,
            "near": near_meaning(field, row["word"]) if looked_at else None,
        }
    return list(words.values())


def _known(
    field: str, column: MappedColumn, words: pl.Series, table_format: TableFormat
) -> dict[str, str]:
    """What the words mean without a dictionary; the patterns of a format hold first."""
    known = known_meanings(field, words.to_list(), table_format.phrases)
    patterns = table_format.type_patterns
    if column.field != "declared_type" or patterns is None or patterns.field != column.field:
        return known
    matched = pl.DataFrame({"word": words, "type": matched_type(words, patterns)}).drop_nulls()
    return known | dict(matched.iter_rows())

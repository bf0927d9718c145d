"""Sheets that are no tables of things: values to choose from, and explanations.

Templates and forms keep them beside their tables, hidden as a rule. Their columns are lists that
have nothing to do with each other, so that a row of them is no record.
"""

import re
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.readers.records import cells_of, with_ignored
from discovery_dagster.domain.source_tables import READ
from discovery_dagster.domain.words import fold

CHOICES: Final = "list_of_choices"
EXPLANATION: Final = "explanation"

#: Addresses of networks, which stand in tables of things and in no list to choose from.
_ADDRESS: Final = r"^\s*(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5})\b"
_NUMBER: Final = re.compile(r"(?<!\d)\d+$")  # that spreadsheets put behind the name of a copy


def ignore_by_purpose(name: str, records: pl.DataFrame, *, hidden: bool) -> pl.DataFrame:
    """Return `records`, all ignored when the sheet is no table of things.

    A name alone does not decide about a sheet that people see: its columns have to be lists, too.
    A hidden sheet without such a name is one of lists where the first column, which names the
    records of a table, is shorter than another one.

    Args:
        name: of the sheet.
        records: as `SourceTable.records`.
        hidden: whether its author hid it.
    """
    purpose = _purpose(name, records, hidden=hidden)
    if purpose is None:
        return records
    rows = (records["outcome"] == READ).arg_true().to_list()
    return with_ignored(records, dict.fromkeys(rows, purpose))


def _purpose(name: str, records: pl.DataFrame, *, hidden: bool) -> str | None:
    word = fold(_NUMBER.sub("", name))
    if not hidden and word not in _words("explanations") | _words("choices"):
        return None
    cells = records.filter(pl.col("outcome") == READ).select(cells_of(records))
    if cells.is_empty() or _has_addresses(cells):
        return None
    if word in _words("explanations"):
        return EXPLANATION
    lengths = _lengths_of_lists(cells)
    if word in _words("choices"):
        return CHOICES if hidden or lengths else None
    return CHOICES if hidden and lengths and lengths[0] < max(lengths) else None


def _lengths_of_lists(cells: pl.DataFrame) -> list[int]:
    """How long the columns are that are lists without gaps; empty when one is none.

    A list to choose from has each value once, as the columns of a table of things rarely have.
    """
    filled = [column for column in cells if column.null_count() < cells.height]
    if len(filled) < 2:
        return []
    lengths = [column.len() - column.null_count() for column in filled]
    lists = (
        column.head(length).null_count() == 0 and column.head(length).n_unique() == length
        for column, length in zip(filled, lengths, strict=True)
    )
    return lengths if all(lists) else []


def _has_addresses(cells: pl.DataFrame) -> bool:
    return any(
        2 * int(column.str.contains(_ADDRESS).sum()) > column.len() - column.null_count() > 0
        for column in cells
    )


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(fold(word) for word in reference.load("sheet_words")[kind])

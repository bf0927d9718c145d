"""Tables that stand side by side in one worksheet, with an empty column between them.

    Hostname | IP Address |   | Application | Owner
    app01    | 10.3.0.1   |   | CRM         | Ann

Only where each part has a header of its own, whose first column names things: an empty column may
also set apart groups of columns of one table.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster.domain.fields import IDENTITY_FIELDS
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.readers.header import find_header, is_blank
from discovery_dagster.domain.readers.header_words import are_header_words
from discovery_dagster.domain.readers.worksheet import Worksheet

_TOP: Final = 100  # rows among which headers are looked for
_SAMPLE: Final = 1_000  # rows that tell of most sheets that no column is empty
_LEAST: Final = 2  # columns of a table


def parts_of(sheet: Worksheet) -> tuple[Worksheet, ...]:
    """Return the tables of `sheet` from left to right; it alone, as a rule."""
    blocks = list(_blocks(sheet.cells))
    if len(blocks) < _LEAST or not all(_is_table(sheet.cells, *block) for block in blocks):
        return (sheet,)
    return tuple(_part(sheet, *block) for block in blocks)


def _blocks(cells: pl.DataFrame) -> Iterator[tuple[int, int]]:
    """The first column of each block of columns, and the one behind its last."""
    if not cells.width:
        return
    held = [*_filled(cells.head(_SAMPLE)), False]
    if not all(held[:-1]) and cells.height > _SAMPLE:  # few sheets have such a column
        held = [*_filled(cells), False]
    start: int | None = None
    for at, holds in enumerate(held):
        if holds and start is None:
            start = at
        elif not holds and start is not None:
            yield start, at
            start = None


def _filled(cells: pl.DataFrame) -> tuple[bool, ...]:
    """Whether each column holds anything that is seen."""
    return cells.select((pl.all().fill_null("").str.strip_chars() != "").any()).row(0)


def _is_table(cells: pl.DataFrame, first: int, behind: int) -> bool:
    """Whether columns are a table: a header of known words, the first of which names things."""
    if behind - first < _LEAST:
        return False
    rows = cells.head(_TOP)[:, first:behind].rows()
    at = find_header(rows)
    if at is None or at + 1 >= len(rows) or any(is_blank(cell) for cell in rows[at]):
        return False
    return are_header_words(rows[at]) and _names_things(rows[at][0])


def _names_things(column: str) -> bool:
    meaning = find_meaning(column, synonyms.ASSETS)
    return meaning is not None and (meaning.field in IDENTITY_FIELDS or meaning.named is not None)


def _part(sheet: Worksheet, first: int, behind: int) -> Worksheet:
    at = None if sheet.first_column is None else sheet.first_column + first
    return replace(sheet, cells=sheet.cells[:, first:behind], first_column=at)

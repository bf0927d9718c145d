"""Rows right below a header that explain it, as templates have them.

A header of technical names, such as `ip_address`, has one of names for people below it, `IP
Address`; and that one of what kind of value belongs there, `Text (required)` or `Ref -> Site`.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.readers.header import Cells, has_names_only, is_blank
from discovery_dagster.domain.readers.records import cells_of, with_ignored
from discovery_dagster.domain.source_tables import READ
from discovery_dagster.domain.words import fold

_NAMES: Final = "display_names"
_TYPES: Final = "types_of_columns"
_FIRST: Final = 5  # records that are looked at
#: What parts a type from what it is about: `Ref -> Site`, `varchar(50)`, `enum: a, b`, `text, 20`.
_DETAIL: Final = re.compile(r"->|=>|[→:(\[<,;|]|\s-\s")


def ignore_template_rows(header: Cells, records: pl.DataFrame) -> pl.DataFrame:
    """Return `records` with the first ones ignored that name columns again, or types of values.

    Args:
        header: cells of the header.
        records: as `SourceTable.records`.
    """
    first = records.head(_FIRST).select("outcome", *cells_of(records)).rows()
    rows = [list(cells) if outcome == READ else [] for outcome, *cells in first]
    types = max((at for at, row in enumerate(rows) if _are_types(row)), default=-1)
    reasons = dict[int, str]()
    for at, row in enumerate(rows):
        if _are_types(row):
            reasons[at] = _TYPES
        elif row and (_repeats(header, row) or (at < types and has_names_only(row))):
            reasons[at] = _NAMES
        elif row:
            break
    return with_ignored(records, reasons)


def _are_types(row: Cells) -> bool:
    filled = [cell for cell in row if cell is not None and not is_blank(cell)]
    named = sum(map(_is_type, filled))
    return named > 1 and 4 * named >= 3 * len(filled)


def _is_type(cell: str) -> bool:
    head = fold(_DETAIL.split(cell.strip(), maxsplit=1)[0])
    words = head.split()
    rest = [word for word in words if word not in _words("demands")]
    return bool(words) and (not rest or " ".join(rest) in _words("types"))


def _repeats(header: Cells, row: Sequence[str | None]) -> bool:
    """Whether most of the row's cells spell the name of their column, and all could be names."""
    filled = [at for at, cell in enumerate(row) if not is_blank(cell)]
    same = sum(_plain(row[at]) == _plain(header[at]) for at in filled if at < len(header))
    return same > 1 and 2 * same >= len(filled) and has_names_only(row)


def _plain(cell: str | None) -> str:
    return fold(cell or "").replace(" ", "")


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(fold(word) for word in reference.load("sheet_words")[kind])

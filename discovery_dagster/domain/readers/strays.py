"""Rows of a table that are no records of it, wherever they stand.

Exports pasted together repeat their header; consoles rule lines below it and count rows; reports
number their pages and put sums between the records. A row that could be a record stays one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.readers.footer import is_explicit_total
from discovery_dagster.domain.readers.header import Cells, is_blank
from discovery_dagster.domain.readers.records import cells_of, first_filled, open_rows
from discovery_dagster.domain.readers.stray_lines import may_be_stray, stray_line
from discovery_dagster.domain.words import fold

REPEATS_HEADER: Final = "repeats_header"
_RULE: Final = r"[-=_+*~#|:.\s\u2500\u2501\u2550\u2013\u2014]+"
_RULED: Final = 3  # signs of a rule; one or two stand for a value that is missing
_LONGEST_PATTERN: Final = 8_000  # characters of the names in it
_GAP: Final = 80  # characters that a gap between words counts for: the engine has room for 250
_SOME: Final = 3  # names in another order that no record has by chance


@dataclass(frozen=True)
class Repeated:
    """How a row repeats the header; one in another order is that of the rows below it."""

    in_order: bool


def find_strays(records: pl.DataFrame, header: Cells) -> dict[int, str]:
    """Return the rows of `records` that are none, and why.

    Args:
        records: as `SourceTable.records`, in file order.
        header: cells of the header.

    Returns:
        Codes by row: `repeats_header`, `separator_line`, `page_mark`, `row_count`, `end_mark` or
        `totals_row`.
    """
    strays: dict[int, str] = {}
    cells = cells_of(records)
    rows = records.select(cells)
    for row in _candidates(records, cells, header):
        reason = _stray(rows.row(row), header)
        if reason is not None:
            strays[row] = reason
    return strays


def repeats(row: Cells, header: Cells) -> Repeated | None:
    """Return how `row` repeats `header`, whole or in part; None where it does not.

    In their own columns two names are enough; in others it has to be all of them, or three.
    """
    names = [fold(cell or "") for cell in header]
    filled = [(at, fold(cell or "")) for at, cell in enumerate(row) if not is_blank(cell)]
    known = Counter(filter(None, names))
    if not filled or not Counter(name for _, name in filled) <= known:
        return None
    whole = len(filled) == known.total()
    if all(at < len(names) and names[at] == name for at, name in filled):
        return Repeated(in_order=True) if whole or len(filled) > 1 else None
    return Repeated(in_order=False) if whole or len(filled) >= _SOME else None


def _candidates(records: pl.DataFrame, cells: Sequence[str], header: Cells) -> list[int]:
    """Rows that are looked at one by one, selected by their first filled cell; there are few."""
    first = records[cells[0]]
    open_ = open_rows(records)
    rows = [(_begins(first, header) & open_).arg_true()]
    if len(cells) == 1:
        lone = (open_ & first.is_not_null()).arg_true()
    elif first.null_count() or records[cells[1]].null_count():
        filled = records.select(pl.sum_horizontal(pl.col(cells).is_not_null())).to_series()
        lone = (open_ & (filled == 1)).arg_true()
        indented = (open_ & first.is_null() & (filled > 1)).arg_true()
        texts = first_filled(records, cells, indented)
        rows.append(indented.filter(_begins(texts, header)))
    else:
        lone = pl.Series(dtype=pl.UInt32)
    if len(lone):
        texts = first_filled(records, cells, lone)
        rows.append(lone.filter(may_be_stray(texts) | _begins(texts, header)))
    return pl.concat(rows).unique().sort().to_list()


def _begins(texts: pl.Series, header: Cells) -> pl.Series:
    """Whether each text may be the first filled cell of a stray row."""
    names = {re.sub(r"[\W_]+", " ", cell).strip() for cell in header if cell}
    sums = "|".join(map(re.escape, _totals()))
    length = sum(len(name) + _GAP * name.count(" ") for name in names)
    if length > _LONGEST_PATTERN:  # an engine refuses patterns that are too large
        plain = texts.str.replace_all(r"[\W_]+", "").str.to_lowercase()
        known = plain.is_in(["", *(name.replace(" ", "").lower() for name in names)])
        return (known | texts.str.contains(rf"(?i)^[\W_]*(?:{sums})\b")).fill_null(value=False)
    spelled = (re.sub(r" ", r"[\\W_]*", re.escape(name).replace(r"\ ", " ")) for name in names)
    either = "|".join(sorted(filter(None, spelled)))
    pattern = rf"(?i)^[\W_]*(?:(?:{either})?[\W_]*$|(?:{sums})\b)"
    return texts.str.contains(pattern).fill_null(value=False)


@cache
def _totals() -> tuple[str, ...]:
    return tuple(sorted(reference.load("placeholders")["totals"]))


def _stray(row: Cells, header: Cells) -> str | None:
    filled = [cell.strip() for cell in row if cell is not None and not is_blank(cell)]
    if not filled:
        return None
    if all(re.fullmatch(_RULE, cell) for cell in filled):
        return "separator_line" if max(map(len, filled)) >= _RULED else None
    if repeats(row, header) is not None:
        return REPEATS_HEADER
    if len(filled) == 1 and (reason := stray_line(filled[0])):
        return reason
    return "totals_row" if is_explicit_total(row) else None

"""What stands below a table and is no record of it: rows of sums, and notes.

Only the last records are looked at, from below; the first that is a record ends the search. What
is no record wherever it stands is found in `strays`.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.readers.header import Cells, is_blank
from discovery_dagster.domain.readers.records import cells_of, with_ignored
from discovery_dagster.domain.readers.stray_lines import is_origin, is_subtotal
from discovery_dagster.domain.source_tables import IGNORED, NO_STORED_VALUE, READ
from discovery_dagster.domain.words import fold

_LAST: Final = 50  # records that are looked at
_NUMBER: Final = re.compile(
    r"^[-+]?(\d+([.,]\d+)?|\d{1,3}([.,'\s\u00a0]\d{3})+([.,]\d+)?)\s*([kmgtp]i?[bo]|%|€|\$)?$", re.I
)
_SUM: Final = re.compile(
    r"(?<!\s)(\s*+[:=(]|\s++(?=\d))"
)  # between the words of a sum and its number
_REMARK: Final = re.compile(r"[^\W\d_][^:]{1,30}:(\s|$)")
_SUMMARY: Final = 10  # rows that a summary has at most
_SENTENCE: Final = 6  # words
_NOTE_WIDTH: Final = 3  # columns from which on a lone cell below a blank line is a note


def ignore_footer(records: pl.DataFrame) -> pl.DataFrame:
    """Return `records` with the rows of sums and the notes at their end as ignored.

    Args:
        records: as `SourceTable.records`, in file order.
    """
    cells = cells_of(records)
    tail = records.tail(_LAST).select("outcome", *cells).rows()
    summary = _below_summary(tail, records.height)
    reasons = dict(summary)
    tail = tail[: len(tail) - len(summary)]
    lone: list[
        int
    ] = []  # lone cells since the last row that was none, notes if a blank one follows
    for back, (outcome, *row) in enumerate(reversed(tail), 1):
        at = records.height - len(summary) - back
        if outcome == IGNORED:
            reasons |= dict.fromkeys(lone, "note_below_table")
            lone = []
            continue
        if outcome != READ:
            break
        if _is_total(row) or _names_origin(row):
            reasons[at] = "totals_row" if _is_total(row) else "note_below_table"
            reasons |= dict.fromkeys(lone, "note_below_table")
            lone = []
        elif _is_note(row):
            lone.append(at)
        else:
            break
    return with_ignored(records, reasons) if len(reasons) < records.height else records


def _below_summary(tail: Sequence[Sequence[str | None]], height: int) -> dict[int, str]:
    """Rows of a summary that a tool writes below its table under a title of that name."""
    for back, (_, *row) in enumerate(reversed(tail[-_SUMMARY:]), 1):
        filled = _filled(row)
        if len(row) >= _NOTE_WIDTH and len(filled) == 1 and fold(filled[0]) in _titles():
            return dict.fromkeys(range(height - back, height), "note_below_table")
    return {}


def is_explicit_total(row: Cells) -> bool:
    """Whether a row can only be one of sums: its words or their sign say so, and it has a number.

    Between records that is needed, for things may be called `Total` or `Media`.
    """
    first, *others = _filled(row) or [""]
    words, sign = _words_of_sum(first)
    counted = any(character.isdigit() for cell in (first, *others) for character in cell)
    explicit = is_subtotal(words) or (bool(sign.strip(" (")) and fold(words) in _total_words())
    return counted and explicit and all(_NUMBER.match(other) for other in others)


def _is_total(row: Cells) -> bool:
    """Whether a row of several cells says that it is one of sums, and has but numbers otherwise."""
    filled = _filled(row)
    if len(row) < 2 or not filled:
        return False
    first, *others = filled
    words, _ = _words_of_sum(first)
    if fold(words) not in _total_words():
        return False
    return all(_NUMBER.match(other) or other == NO_STORED_VALUE for other in others)


def _filled(row: Cells) -> list[str]:
    return [cell.strip() for cell in row if cell is not None and not is_blank(cell)]


def _words_of_sum(text: str) -> tuple[str, str]:
    """Part the words of a sum from the sign before its number; `total01` is a name."""
    words, sign, _ = (*_SUM.split(text, maxsplit=1), "", "")[:3]
    return words, sign


def _is_note(row: Cells) -> bool:
    """Whether a row holds a remark and nothing else, such as `As of: 2024-02-01` or a sentence."""
    filled = _filled(row)
    if len(row) < _NOTE_WIDTH or len(filled) != 1:
        return False
    return bool(_REMARK.match(filled[0])) or len(filled[0].split()) >= _SENTENCE


def _names_origin(row: Cells) -> bool:
    filled = _filled(row)
    return len(filled) == 1 and is_origin(filled[0])


@cache
def _total_words() -> frozenset[str]:
    return frozenset(fold(word) for word in reference.load("placeholders")["totals"])


@cache
def _titles() -> frozenset[str]:
    return frozenset(fold(word) for word in reference.load("placeholders")["summaries"])

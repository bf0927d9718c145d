"""Lines that end before their table does: cut off, or only without the empty cells at their end.

Exports that leave out empty cells do so in many lines; a full disk, a `tail` or a broken transfer
cuts off one or two. Which columns a record cannot do without is its format's matter
(`formats.truncation`).
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from discovery_dagster.domain.source_tables import READ, REJECTED

_FEW: Final = 0.1  # of the lines; one is few in any file
_KINDS: Final = (
    ("number", re.compile(r"\d+")),
    ("notation", re.compile(r"[a-fA-F.:/-]*+\d[\da-fA-F.:/-]*+")),  # addresses, dates
)


def find_cut_off(records: pl.DataFrame, short: pl.Series, *, unended: bool) -> frozenset[int]:
    """Return the lines of the records that seem cut off.

    Args:
        records: as `SourceTable.records`.
        short: rows that have fewer cells than columns.
        unended: whether the last line has no line end.
    """
    if short.is_empty():
        return frozenset()
    if len(short) > max(1, _FEW * records.height) and not _writes_empty_cells(records, short):
        short = short.filter(unended & (short == records.height - 1))
    rows = short.filter(records["outcome"].gather(short) == READ)
    return frozenset(records["line"].gather(rows).to_list())


def reject_cut_off(records: pl.DataFrame, lines: Collection[int]) -> pl.DataFrame:
    """Return `records` with those that were read on `lines` as rejected."""
    cut_off = (pl.col("outcome") == READ) & pl.col("line").is_in(sorted(lines))
    return records.with_columns(
        outcome=pl.when(cut_off).then(pl.lit(REJECTED)).otherwise("outcome"),
        reason=pl.when(cut_off).then(pl.lit("too_few_cells")).otherwise("reason"),
    )


def is_cut_off(words: Sequence[str], whole: Sequence[Sequence[str]]) -> bool:
    """Whether `words` are the beginning of a line of a log.

    Numbers and addresses have to stand where they stand in the lines that are whole; prose has
    neither. The last word may be cut off itself.

    Args:
        words: of the line.
        whole: words of the lines that have as many as the header.
    """
    begun = words[:-1]
    if not whole or not begun or len(words) >= len(whole[0]):
        return False
    kinds = [{_kind(line[at]) for line in whole} for at in range(len(begun))]
    alike = all(_kind(word) in seen for word, seen in zip(begun, kinds, strict=True))
    return alike and any(_kind(word) != "word" for word in begun)


def _kind(word: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(word)), "word")


def _writes_empty_cells(records: pl.DataFrame, short: pl.Series) -> bool:
    """Whether a line of full width ends with an empty cell, so that none is left out."""
    empty = records[records.columns[-1]].is_null() & (records["outcome"] == READ)
    return int(empty.sum()) > int(empty.gather(short).sum())

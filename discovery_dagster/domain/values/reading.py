"""What reading a column gives, and the words that are no values."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.source_tables import NO_STORED_VALUE

_REPEATED: Final = 4  # cells a distinct one, from which on reading the distinct ones costs less
_SAMPLE: Final = 4_000  # cells that tell whether they repeat
_BLANK_EDGES: Final = r"|^\s|\s$"
_PATTERNS: Final = 256  # of word lists: those of all formats and kinds of value


@dataclass(frozen=True)
class Reading:
    """Values of a column, and which of its cells hold something that could not be read.

    A cell with a value and a fault holds more than the value, such as a remark.
    """

    values: pl.Series
    faults: pl.Series  # Boolean, never null

    @property
    def unread(self) -> pl.Series:
        """Whether each cell holds something and no value could be read of it; never null."""
        if isinstance(self.values.dtype, pl.List):
            return self.faults & (self.values.list.len() == 0)
        return self.faults & self.values.is_null()


def clean(cells: pl.Series, null_words: Collection[str] = ()) -> pl.Series:
    """Return `cells` trimmed, of what is seen, null where they are empty or hold a placeholder.

    Args:
        cells: String.
        null_words: words that are no values in this format, beside those of
            `reference/placeholders.yaml`.
    """
    cells = without_invisible(cells)
    words = reference.load("placeholders")
    no_values = _listed(
        {"", *words["anywhere"], *words["spreadsheet_errors"], NO_STORED_VALUE, *null_words}
    )
    pattern = _pattern(no_values, _BLANK_EDGES)
    # Few cells have to be looked at twice, as a rule; in many columns, few of them at all.
    if _seem_repeated(cells) and not cells.unique().str.contains(pattern).any():
        return cells
    unclean = cells.str.contains(pattern).fill_null(False)
    if not unclean.any():
        return cells
    at = unclean.arg_true()
    text = cells.gather(at).str.strip_chars()
    text = text.set(text.str.contains(_pattern(no_values)), None)
    return cells.clone().scatter(at, text)


def without_invisible(cells: pl.Series) -> pl.Series:
    """Return `cells` without the characters that are not seen; which they are is data."""
    return _replaced(cells, f"[{reference.load('characters')['invisible']}]", "")


def with_plain_dashes(cells: pl.Series) -> pl.Series:
    """Return `cells` with the hyphen of the keyboard for whatever looks like it; see above."""
    return _replaced(cells, f"[{reference.load('characters')['dashes']}]", "-")


def are_garbled(cells: pl.Series) -> pl.Series:
    """Return whether letters of each cell were lost, or read in a wrong encoding (`ZÃ¼rich`)."""
    if cells.str.len_bytes().sum() == cells.str.len_chars().sum():
        return pl.repeat(False, len(cells), eager=True)
    return cells.str.contains(reference.load("characters")["garbled"]).fill_null(value=False)


def _replaced(cells: pl.Series, pattern: str, by: str) -> pl.Series:
    """Return `cells` with `by` for what matches `pattern`, which no ASCII does."""
    # To compare lengths costs a third of a search, and few columns have other characters.
    if cells.str.len_bytes().sum() == cells.str.len_chars().sum():
        return cells
    at = cells.str.contains(pattern).fill_null(value=False).arg_true()
    if not len(at):
        return cells
    return cells.clone().scatter(at, cells.gather(at).str.replace_all(pattern, by))


def are_errors(cells: pl.Series) -> pl.Series:
    """Whether each cell holds what stands where a formula has no result, or none is stored."""
    words = [*placeholders("spreadsheet_errors"), NO_STORED_VALUE.lower()]
    marked = cells.str.contains(r"^\s*(?:#|[Ee][Rr][Rr]:)").fill_null(value=False)
    if not marked.any():
        return marked
    return cells.str.strip_chars().str.to_lowercase().is_in(words).fill_null(value=False)


def without_words(cells: pl.Series, words: Collection[str]) -> pl.Series:
    """Return `cells`, null where they are one of `words`, case aside."""
    return cells.set(are_words(cells, words).fill_null(False), None)


def are_words(cells: pl.Series, words: Collection[str]) -> pl.Series:
    """Return whether each cell is one of `words`, case aside; null where it is null.

    One pattern over all words costs a third of lower-casing the cells.
    """
    return cells.str.contains(_pattern(_listed(words)))


def _listed(words: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({word.lower() for word in words}))


@lru_cache(_PATTERNS)
def _pattern(words: tuple[str, ...], or_else: str = "") -> str:
    return f"(?i)^(?:{'|'.join(map(re.escape, words))})${or_else}"


def read_distinct(cells: pl.Series, read: Callable[[pl.Series], Reading]) -> Reading:
    """Read `cells`, each distinct one of them once where they repeat.

    Args:
        cells: String.
        read: what it makes of a cell depends on which cells there are, not on how many.
    """
    if not _seem_repeated(cells):
        return read(cells)
    distinct = cells.unique(maintain_order=True)
    if len(distinct) * _REPEATED > len(cells):
        return read(cells)
    reading = read(distinct)
    numbered = pl.DataFrame({"cell": distinct}).with_row_index("at")
    places = pl.DataFrame({"cell": cells}).join(
        numbered, on="cell", how="left", nulls_equal=True, maintain_order="left"
    )["at"]
    return Reading(reading.values.gather(places), reading.faults.gather(places))


def _seem_repeated(cells: pl.Series) -> bool:
    """Whether the first cells repeat; finding that all of them do not costs as much as reading."""
    sample = cells.head(_SAMPLE)
    return sample.n_unique() * _REPEATED <= len(sample)


def read_others(
    cells: pl.Series, usual: pl.Series, values: pl.Series, read: Callable[[pl.Series], Reading]
) -> Reading:
    """Take `values` where a cell is `usual`, and read only the others.

    Args:
        cells: String.
        usual: Boolean, null or false where a cell has to be read.
        values: what the usual cells are; what stands beside the others counts for nothing.
        read: as `read_distinct` has it.
    """
    others = ~usual.fill_null(False)
    if not others.any():
        return without_faults(values)
    places = others.arg_true()
    reading = read(cells.gather(places))
    order = pl.int_range(len(cells), dtype=pl.UInt32, eager=True).scatter(
        places, pl.int_range(len(cells), len(cells) + len(places), dtype=pl.UInt32, eager=True)
    )
    faults = pl.repeat(False, len(cells), eager=True).scatter(places, reading.faults)
    # Lists in several chunks take twenty times as long to gather.
    joined = pl.concat([values, reading.values], rechunk=True)
    return Reading(joined.gather(order), faults)


def placeholders(kind: str) -> list[str]:
    """Return the placeholders of `kind`, a key of `reference/placeholders.yaml`."""
    words: list[str] = reference.load("placeholders")[kind]
    return words


def without_faults(cells: pl.Series) -> Reading:
    """Read cells that are values as they stand."""
    return Reading(cells, pl.repeat(False, len(cells), eager=True))


def with_faults(cells: pl.Series, values: pl.Series) -> Reading:
    """Return `values`; what held something and has no value is a fault."""
    return Reading(values, cells.is_not_null() & values.is_null())

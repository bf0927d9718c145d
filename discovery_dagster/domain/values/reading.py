"""What reading a column gives, and the words that are no values."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from discovery_dagster import reference


@dataclass(frozen=True)
class Reading:
    """Values of a column, and which of its cells hold something that could not be read."""

    values: pl.Series
    faults: pl.Series  # Boolean, never null


def clean(cells: pl.Series, null_words: Collection[str] = ()) -> pl.Series:
    """Return `cells` trimmed, null where they are empty or hold a placeholder.

    Args:
        cells: String.
        null_words: words that are no values in this format, beside those of
            `reference/placeholders.yaml`.
    """
    text = cells.str.strip_chars()
    words = reference.load("placeholders")
    return without_words(text, {"", *words["anywhere"], *words["spreadsheet_errors"], *null_words})


def are_errors(cells: pl.Series) -> pl.Series:
    """Whether each cell holds what a spreadsheet writes where a formula has no result."""
    words = placeholders("spreadsheet_errors")
    marked = cells.str.contains(r"^\s*(?:#|[Ee][Rr][Rr]:)").fill_null(value=False)
    if not marked.any():
        return marked
    return cells.str.strip_chars().str.to_lowercase().is_in(words).fill_null(value=False)


def without_words(cells: pl.Series, words: Collection[str]) -> pl.Series:
    """Return `cells`, null where they are one of `words`, case aside."""
    lowered = sorted({word.lower() for word in words})
    return cells.set(cells.str.to_lowercase().is_in(lowered).fill_null(False), None)


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

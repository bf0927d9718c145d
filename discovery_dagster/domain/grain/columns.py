"""Columns of a table, and what their values say of each other.

All tests are Polars expressions on a bounded sample of the records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.values.addresses import is_address, is_network
from discovery_dagster.domain.values.kinds import kind_of, no_names
from discovery_dagster.domain.words import fold

#: Records that are looked at: those of the first values of a column, so that what repeats is seen.
_RECORDS: Final = 20_000
_VALUES: Final = 1_000
_CONSISTENT: Final = 0.95  # of the records of values that repeat
_FIRST: Final = 100_000  # records whose values are looked at
_SAMPLE: Final = 1_000
_MOSTLY: Final = 0.9
_LISTED: Final = 2  # names that make a list

_HOST: Final = r"^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$"
_HOST_CHARACTERS: Final = r"[\p{N}_.-]"  # what names of machines have and words have not
_LETTER: Final = r"\p{L}"


@dataclass(frozen=True)
class Column:
    """A column with its cleaned values (null where there is none)."""

    position: int
    header: str
    cells: pl.Series
    decided: str | None = None  # the field that a person said it is
    plain: str = ""  # as of `mapping.claims.Column`

    @cached_property
    def folded(self) -> str:
        """The header as one word."""
        return fold(self.effective_header)

    @property
    def effective_header(self) -> str:
        """The header as its words are read."""
        return self.plain or self.header

    @cached_property
    def innermost(self) -> str:
        """The key of a nested object at which its header ends, as one word."""
        return fold(self.header.rpartition(".")[2])

    @cached_property
    def field(self) -> str | None:
        """The field of a thing that a person or the header says it is, if any."""
        if self.decided is not None:
            return self.decided
        meaning = find_meaning(self.effective_header, synonyms.ASSETS)
        return meaning.field if meaning else None

    @cached_property
    def named(self) -> str | None:
        """The type of asset that the header names, if any."""
        meaning = find_meaning(self.effective_header, synonyms.ASSETS)
        return meaning.named if meaning else None

    @cached_property
    def filled(self) -> int:
        """How many records have a value."""
        return len(self.cells) - self.cells.null_count()

    @cached_property
    def distinct(self) -> int:
        """How many different values there are."""
        return self.cells.n_unique() - bool(self.cells.null_count())

    @cached_property
    def sample(self) -> pl.Series:
        """Distinct values of the first records."""
        first = self.cells.head(_FIRST).drop_nulls()
        return first.unique(maintain_order=True).head(_SAMPLE)

    @cached_property
    def kind(self) -> str | None:
        """What the values are where they are no words, such as `dates`."""
        return kind_of(self.sample)

    @property
    def may_name(self) -> bool:
        """Whether the values may name things."""
        return bool(self.filled) and self.kind not in no_names()

    @property
    def repeats(self) -> bool:
        """Whether many records share their value with others."""
        return self.distinct <= 0.8 * self.filled

    @property
    def unique(self) -> bool:
        """Whether the values tell the records apart."""
        return self.filled >= _MOSTLY * len(self.cells) and self.distinct >= 0.98 * self.filled

    @cached_property
    def addresses(self) -> bool:
        """Whether nearly all values are addresses."""
        return bool(self.filled) and float(is_address(self.sample).sum()) >= _MOSTLY * len(
            self.sample
        )

    @cached_property
    def networks(self) -> bool:
        """Whether nearly all values are networks, such as `10.2.0.0/16`."""
        ranges = is_network(self.sample)
        return bool(self.filled) and float(ranges.sum()) >= _MOSTLY * len(self.sample)

    @cached_property
    def host_like(self) -> bool:
        """Whether nearly all values are written as names of machines are, and few other words."""
        if not self.may_name or self.addresses:
            return False
        values = self.sample
        written = values.str.contains(_HOST) & values.str.contains(_LETTER)
        return float(written.sum()) >= _MOSTLY * len(values) and float(
            values.str.contains(_HOST_CHARACTERS).sum()
        ) >= 0.8 * len(values)


def is_list_of_names(cells: pl.Series) -> bool:
    """Whether single values, each of which stands once, are written as names of machines are."""
    column = Column(0, "", cells)
    return column.filled >= _LISTED and column.unique and column.host_like


class Dependence:
    """Which columns a column determines, as far as its values repeat."""

    def __init__(self, subject: Column, others: Sequence[Column]) -> None:
        cells = subject.cells
        wanted = cells.drop_nulls().unique(maintain_order=True).head(_VALUES)
        frame = pl.DataFrame(
            [cells.alias("s"), *(other.cells.alias(f"c{other.position}") for other in others)]
        )
        if len(wanted) < subject.distinct:
            frame = frame.filter(pl.col("s").is_in(wanted.implode()))
        frame = frame.head(_RECORDS).drop_nulls("s")
        values = [pl.col(f"c{other.position}") for other in others]
        groups = frame.group_by("s").agg(
            *(value.drop_nulls().n_unique().name.suffix("_n") for value in values),
            *(value.drop_nulls().len().name.suffix("_f") for value in values),
        )
        self._of = {other.position: self._count(groups, other) for other in others}

    @staticmethod
    def _count(groups: pl.DataFrame, other: Column) -> tuple[int, int, int]:
        """Of groups with several values: how many, their records, and those with one value."""
        number, filled = pl.col(f"c{other.position}_n"), pl.col(f"c{other.position}_f")
        several = groups.filter(filled > 1)
        alike = several.filter(number == 1)
        return (
            several.height,
            int(several.select(filled.sum()).item() or 0),
            int(alike.select(filled.sum()).item() or 0),
        )

    def repeats(self, other: Column) -> int:
        """Return for how many values of the subject `other` has several values at all."""
        return self._of[other.position][0]

    def determines(self, other: Column) -> bool:
        """Whether records of one subject agree in `other`; true where none can disagree."""
        _, records, alike = self._of[other.position]
        return alike >= _CONSISTENT * records

    def shown(self, other: Column) -> bool:
        """Whether several records of one subject agree in `other`, and it is not all the same."""
        return bool(self.repeats(other)) and len(other.sample) > 1 and self.determines(other)


def named(columns: Iterable[Column], words: Iterable[str]) -> list[Column]:
    """Return the columns that are called one of the folded `words`, in the order of the words."""
    by_word = {column.folded: column for column in columns}
    return [by_word[word] for word in words if word in by_word]

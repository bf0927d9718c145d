"""What the things of a file are called that others of it call by an id.

Which columns hold ids and which names is data in `reference/ends.yaml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.reshaping import cells_of
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.words import fold


@dataclass(frozen=True)
class Identified:
    """A table of things, and the cells that hold their ids."""

    table: SourceTable
    ids: pl.Series

    def names(self) -> dict[str, str]:
        """The name of each thing by its id, the id where it has none."""
        labels = columns_of(self.table, "labels")
        columns = {str(at): cells_of(self.table, name) for at, name in enumerate(labels)}
        named = pl.DataFrame({**columns, "id": self.ids})
        pairs = named.select("id", pl.coalesce(*columns, "id").alias("name")).drop_nulls()
        return dict(pairs.iter_rows())


def identified(tables: Sequence[SourceTable], wanted: pl.Series) -> list[Identified]:
    """Return the tables whose ids are most of `wanted`, several kinds of things together."""
    distinct = wanted.drop_nulls().unique()
    matches = [
        (best, count)
        for table in tables
        for best, count in [_best(table, distinct)]
        if best is not None and count
    ]
    known = sum(count for _, count in matches)
    return [best for best, _ in matches] if 2 * known > len(distinct) else []


def _best(table: SourceTable, wanted: pl.Series) -> tuple[Identified | None, int]:
    """The column of ids that has most of `wanted`, and how many it has."""
    columns = [cells_of(table, name) for name in columns_of(table, "ids")]
    counted = [int(wanted.is_in(cells.implode()).sum()) for cells in columns]
    if not counted:
        return None, 0
    at = counted.index(max(counted))
    return Identified(table, columns[at]), counted[at]


def columns_of(table: SourceTable, what: str) -> list[str]:
    """Return the columns of `ids` or `labels`, the likeliest first.

    Behind those that are called so stand pairs such as `app id` and `app name`; `agent name` alone
    is the name of something else.
    """
    words = reference.load("ends")[what]
    folded = {fold(column): column for column in reversed(table.header)}
    stems = [key.removesuffix(" id") for key in folded if key.endswith(" id")]
    paired = [f"{stem} {words[0]}" for stem in stems if f"{stem} name" in folded]
    return [folded[word] for word in (*words, *paired) if word in folded]

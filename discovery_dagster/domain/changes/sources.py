"""Whether a source of one session is in another one, too.

Sources are of one kind when they are of one format. A generic table has no format that would tell
a list of servers from a list of applications: its columns do.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats import generic
from discovery_dagster.domain.tables import SourceTables
from discovery_dagster.domain.tables.words import Change
from discovery_dagster.domain.words import fold

#: Least share of all their columns that two generic tables of one kind have in common. An export
#: gains and loses columns from one version of its tool to the next.
_ALIKE: Final = 0.5

_GENERIC: Final = {known.name for known in generic.FORMATS}

#: Where a record stands, as far as its source is concerned.
PLACE: Final = ["file", "sheet"]


def present_tables(before: SourceTables, after: SourceTables) -> pl.DataFrame:
    """Say of each table of `before` whether `after` has one of its kind.

    Args:
        before: tables in `SOURCE_TABLES`.
        after: likewise.

    Returns:
        `file`, `sheet` and `here`, one row per file and sheet: a sheet with several tables is here
        when one of them is.
    """
    formats = set(after["format"])
    headers = {
        name: [_words(header) for header in after.filter(pl.col("format") == name)["header"]]
        for name in _GENERIC
    }
    present = [
        any(_alike(_words(header), other) for other in headers[name])
        if name in _GENERIC
        else name in formats
        for name, header in before.select("format", "header").iter_rows()
    ]
    marked = before.select(*PLACE, pl.Series("here", present, dtype=pl.Boolean))
    return marked.group_by(PLACE).agg(pl.col("here").any())


def seen_again(evidence: pl.DataFrame, here: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Say of what stands in `before` whether one of its sources is in `after`.

    Args:
        evidence: `keys`, and `file` and `sheet` of what reported them.
        here: as `present_tables` gives it.
        keys: columns that tell what is meant.

    Returns:
        `keys` and `change`: `not_seen` or `source_absent`.
    """
    placed = evidence.join(here, on=PLACE, how="left", nulls_equal=True)
    return placed.group_by(keys).agg(
        pl.when(pl.col("here").fill_null(False).any())
        .then(pl.lit(Change.NOT_SEEN))
        .otherwise(pl.lit(Change.SOURCE_ABSENT))
        .alias("change")
    )


def _words(header: list[str]) -> frozenset[str]:
    return frozenset(fold(column) for column in header)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _ALIKE * len(one | other)

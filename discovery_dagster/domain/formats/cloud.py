"""What the lists of cloud providers share: tags that say fields, and values inside their objects.

The lists themselves are in `aws_lists`, `azure_lists`, `google_lists` and `terraform`.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Rule
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.words import fold

_ORDER = 9  # what a resource says of itself comes before what somebody tagged it with


@cache
def tag_columns(*prefixes: str) -> Mapping[str, Rule]:
    """Return the rules of tags that say fields, each below one of `prefixes`, such as `tags env`.

    Args:
        prefixes: folded.
    """
    words = reference.load("cloud_resources")["tags"]
    known = {
        word: field
        for word, field in synonyms.field_words(synonyms.ASSETS).items()
        if field in words
    }
    known |= {fold(word): field for field, own in words.items() for word in own}
    pairs = ((prefix, word) for prefix in prefixes for word in known)
    return {
        f"{prefix} {word}": Rule(known[word], order=_ORDER + at)
        for at, (prefix, word) in enumerate(pairs)
    }


def values_inside(cells: pl.Series, keys: Collection[str]) -> pl.Series:
    """Return the texts under any of `keys` inside cells of JSON, each once, with `; ` between."""
    return pl.Series(
        ["; ".join(dict.fromkeys(_texts(cell, keys))) or None for cell in cells], dtype=pl.String
    )


def _texts(cell: str | None, keys: Collection[str]) -> Iterator[str]:
    if not cell or cell[0] not in "[{":
        return
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return
    yield from _walk(value, keys)


def _walk(value: Any, keys: Collection[str]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, keys)
    elif isinstance(value, dict):
        for key, member in value.items():
            if key in keys and isinstance(member, str | int) and not isinstance(member, bool):
                if str(member):
                    yield str(member)
            else:
                yield from _walk(member, keys)


def with_values_inside(
    table: SourceTable, wanted: Mapping[str, tuple[Sequence[str], Collection[str]]]
) -> SourceTable:
    """Add columns of values inside lists of objects.

    Args:
        table: with the lists as JSON.
        wanted: for each new column the columns that are looked into, and the keys of its values.
    """
    added = {}
    for name, (columns, keys) in wanted.items():
        values = [
            values_inside(cells_of(table, column), keys)
            for column in columns
            if column in table.header
        ]
        if values:
            both = pl.DataFrame({str(at): cells for at, cells in enumerate(values)})
            joined = both.select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True))
            added[name] = joined.to_series().replace("", None)
    return add_columns(table, added)

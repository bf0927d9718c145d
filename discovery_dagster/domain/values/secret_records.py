"""Secrets that another cell of the same record says are such: `DB_PASSWORD` beside its value.

Which columns are such pairs, and which kinds of records are secret, is data
(`reference/secrets.yaml`).
"""

from collections.abc import Iterator, Sequence

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.source_tables import cell_column
from discovery_dagster.domain.values.pairs import is_name_key, is_value_key
from discovery_dagster.domain.values.secrets import mask, names_secret
from discovery_dagster.domain.words import fold


def hide_by_records(records: pl.DataFrame, header: Sequence[str]) -> pl.DataFrame:
    """Return `records` without the cells that another cell of their record says are secret.

    Args:
        records: with a column a cell, as `SourceTable.records`.
        header: names of the columns.
    """
    for at, secret in _secret_cells(records, header):
        if secret.any():
            name = cell_column(at)
            hidden = pl.when(pl.lit(secret) & pl.col(name).is_not_null()).then(pl.lit(mask()))
            records = records.with_columns(hidden.otherwise(pl.col(name)).alias(name))
    return records


def _secret_cells(records: pl.DataFrame, header: Sequence[str]) -> Iterator[tuple[int, pl.Series]]:
    """Give the positions of columns with secrets, and in which records they have them."""
    parts = [column.rpartition(".") for column in header]
    names = {
        around: at for at, (around, _, key) in reversed([*enumerate(parts)]) if is_name_key(key)
    }
    for at, (around, _, key) in enumerate(parts):
        if is_value_key(key) and around in names:
            cells = records[cell_column(names[around])]
            secret = [cell for cell in cells.drop_nulls().unique() if names_secret(cell)]
            yield at, cells.is_in(secret).fill_null(value=False)
    for rule in reference.load("secrets")["records"]:
        folded = [fold(column) for column in header]
        if rule["column"] in folded:
            kinds = records[cell_column(folded.index(rule["column"]))]
            secret_records = kinds.str.to_lowercase().eq(rule["word"]).fill_null(value=False)
            below = tuple(f"{word} " for word in rule["below"])
            yield from (
                (at, secret_records) for at, word in enumerate(folded) if word.startswith(below)
            )

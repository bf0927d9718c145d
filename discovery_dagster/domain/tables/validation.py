"""Whether the rows of a frame hold what its table declares.

Types are looked at by `table.conform`. Objects inside lists are not looked into: their columns
would cost more to open than all others together.
"""

from collections.abc import Iterator

import polars as pl

from discovery_dagster.domain.errors import OperationError
from discovery_dagster.domain.tables.table import Column, Table
from discovery_dagster.domain.tables.vocabularies import vocabulary


class WrongRowsError(OperationError):
    """Rows do not hold what their table declares; the message has counts and no cells."""

    code = "wrong_rows"


def validate(frame: pl.DataFrame, table: Table) -> None:
    """Check keys, missing values, ranges and vocabularies of a frame that has the table's types.

    Raises:
        WrongRowsError: when a row does not hold what the table declares.
    """
    faults = [
        f"{what} in {number} of {frame.height} rows"
        for what, number in _faults(frame, table)
        if number
    ]
    if faults:
        raise WrongRowsError(f"{table.name}: {'; '.join(faults)}.")


def _faults(frame: pl.DataFrame, table: Table) -> Iterator[tuple[str, int]]:
    if table.key:
        repeated = frame.height - frame.select(table.key).n_unique()
        yield f"key ({', '.join(table.key)}) repeated", repeated
    for name, column in table.columns.items():
        if not column.nullable:
            yield f"{name} missing", frame[name].null_count()
        yield from _outside(frame[name], column)


def _outside(values: pl.Series, column: Column) -> Iterator[tuple[str, int]]:
    name = values.name
    if column.least is not None:
        yield f"{name} below {column.least:g}", int((values < column.least).sum())
    if column.most is not None:
        yield f"{name} above {column.most:g}", int((values > column.most).sum())
    if column.words is not None:
        known = values.is_in(list(vocabulary(column.words)))
        yield f"{name} outside its vocabulary", int((~known).sum())

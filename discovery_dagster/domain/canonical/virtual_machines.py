"""Which records of a list are of virtual machines, by columns that only such lists have.

Which they are is data (`reference/virtual_machines.yaml`). One alone says little, and a column that
is empty says nothing of its record.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.canonical.cells import TableCells
from discovery_dagster.domain.headers.meanings import named_type
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.domain.values.reading import are_words, clean
from discovery_dagster.domain.words import fold, index_words
from discovery_dagster.reference import load

_MAKER: Final = ("vendor", "model")


@dataclass(frozen=True)
class Virtual:
    """Of each record whether its columns are those of a virtual machine, and what it states."""

    seems: pl.Series  # Boolean, never null
    stated: pl.Series  # Boolean, null where nothing is stated

    def declare(self, declared: pl.Series) -> pl.Series:
        """Return the asset types of records of machines as what is known here makes them."""
        machines = declared.is_null() | (declared == AssetType.SERVER).fill_null(value=False)
        untyped = declared.is_null() & self.seems & self.stated.fill_null(value=True)
        virtual = untyped | (machines & self.stated.fill_null(value=False))
        physical = declared.is_null() & ~self.stated.fill_null(value=True)
        return declared.set(virtual, "virtual_machine").set(physical, "server")

    def described(self, texts: pl.Series) -> pl.Series:
        """Return declared types as written, with what is stated beside them."""
        frame = pl.DataFrame({"text": texts, "stated": self.stated})
        stated = pl.when("stated").then(pl.lit("virtual: true")).when(~pl.col("stated"))
        return frame.select(
            pl.concat_str(
                "text", stated.then(pl.lit("virtual: false")), separator=", ", ignore_nulls=True
            )
            .replace("", None)
            .alias("text")
        )["text"]


def are_virtual_machines(records: pl.DataFrame, table: SourceTable, cells: TableCells) -> pl.Series:
    """Return whether a record says what only virtual machines have; never null.

    Args:
        records: those of `table` that are open, as they stood.
        table: whose headers are read.
        cells: of the same records.
    """
    signs = [
        _filled(records, at) for at, column in enumerate(table.header) if _marks_virtual(column)
    ]
    signs += [
        _matching(records, at)
        for at, column in enumerate(table.header)
        if not _marks_virtual(column)
    ]
    signs += [
        values.list.len() > 0
        for column, values in cells.references
        if column.field == "runs_on" and _names_host(column.header)
    ]
    if len(signs) < _words()["least"]:
        return pl.repeat(False, records.height, eager=True)
    count = pl.sum_horizontal(pl.lit(each.fill_null(value=False)) for each in signs)
    enough = records.select(enough=count >= _words()["least"])["enough"]
    return enough & cells.frame.select(machine=_of_machine(cells.frame))["machine"]


def stated_virtual(records: pl.DataFrame, table: SourceTable, ruled: Collection[str]) -> pl.Series:
    """Return whether a column of truth values says of each record that it is virtual, else null.

    Args:
        records: those of `table` that are open, as they stood.
        table: whose headers are read.
        ruled: folded headers whose meaning the table's format knows.
    """
    virtual = pl.Series([None] * records.height, dtype=pl.Boolean)
    for at, column in enumerate(table.header):
        flag = _flags().get(fold(column)) if fold(column) not in ruled else None
        if flag is None:
            continue
        cells = clean(records[cell_column(at)])
        true, false = (are_words(cells, words) for words in _truth_values())
        if cells.is_not_null().any() and (true | false).drop_nulls().all():
            virtual = virtual.fill_null(true if flag == "virtual" else false)
    return virtual


@cache
def _flags() -> dict[str, str]:
    return index_words(load("virtual_machines")["flags"])


def _truth_values() -> tuple[list[str], list[str]]:
    words = load("booleans")
    return words["true"], words["false"]


def _marks_virtual(column: str) -> bool:
    return fold(column) in _headers()


def _names_host(column: str) -> bool:
    return named_type(column) == AssetType.SERVER and not _marks_virtual(column)


def _filled(records: pl.DataFrame, at: int) -> pl.Series:
    return clean(records[cell_column(at)]).is_not_null()


def _matching(records: pl.DataFrame, at: int) -> pl.Series:
    return records[cell_column(at)].str.contains(_words()["cells"])


def _of_machine(frame: pl.DataFrame) -> pl.Expr:
    """Whether a record has a fact of a machine, and no maker: a maker tells more than a list."""
    needed = [
        pl.col(field).list.len() > 0
        if isinstance(frame.schema[field], pl.List)
        else pl.col(field).is_not_null()
        for field in _words()["needed"]
        if field in frame.columns
    ]
    maker = [pl.col(field).is_not_null() for field in _MAKER if field in frame.columns]
    return pl.any_horizontal(pl.lit(False), *needed) & ~pl.any_horizontal(pl.lit(False), *maker)


@cache
def _headers() -> frozenset[str]:
    return frozenset(fold(header) for header in _words()["headers"])


def _words() -> Any:
    return load("virtual_machines")["telling"]

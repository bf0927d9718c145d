"""Which rules match, each distinct value of a field read once, and which match first.

Which of those that match decides is in `types`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from discovery_dagster.domain.classification.distinct import Codes, Distinct
from discovery_dagster.domain.classification.rules import Rule, rules

Flags = npt.NDArray[np.bool_]


def matched(values: pl.DataFrame) -> pl.DataFrame:
    """Return which rows each rule matches that reads one of the columns: a column a rule, by id.

    Of a list, all values must match, and there must be some.
    """
    read = [rule for rule in rules().values() if rule.field in values.columns]
    return values.select(_matches(rule, values[rule.field]).alias(rule.id) for rule in read)


def _matches(rule: Rule, column: pl.Series) -> pl.Expr:
    cell = pl.col(rule.field)
    if column.null_count() == len(column):
        return cell.is_not_null()  # a hundred expressions need not be compiled to match nothing
    if not isinstance(column.dtype, pl.List):
        return cell.str.contains(rule.pattern).fill_null(False)
    every = cell.list.eval(pl.element().str.contains(rule.pattern)).list.all()
    return (every & (cell.list.len() > 0)).fill_null(False)


class Matches:
    """The rules that match each asset."""

    def __init__(self, parts: Sequence[Distinct], hosted: Flags) -> None:
        """Read the rules.

        Args:
            parts: their columns are fields that rules read, or by the id of a rule whether it
                matches; all else in them is left alone.
            hosted: of each asset whether something says that it is a host.
        """
        self._count = len(hosted)
        # What is no host stands in the first half of a table of places, hosts in the second.
        self._parts = [
            (part.of + hosted * part.rows.height, _read(part.rows))
            for part in parts
            if part.rows.height
        ]

    def first_of(self, *orders: Sequence[str | None], of: Codes | None = None) -> Codes:
        """Return the place of the first matching rule of each asset, their number where none does.

        Args:
            orders: ids of rules, the first that matters first; null holds a place.
            of: which of the orders counts for each asset; without it the first.
        """
        lengths = np.array([len(order) for order in orders], dtype=np.int16)
        firsts = np.full(self._count, lengths[0]) if of is None else lengths[of]
        for at, read in self._parts:
            if any(rule in read for order in orders for rule in order):
                tables = np.concatenate([_places(order, read) for order in orders])
                row = at if of is None else at + of * (len(tables) // len(orders))
                np.minimum(firsts, tables[row], out=firsts)
        return firsts.astype(np.intp)


def _read(rows: pl.DataFrame) -> Mapping[str, Flags]:
    """Of the rules that read these columns which rows they match."""
    parts = [rows.select(rule for rule in rules() if rule in rows.columns), matched(rows)]
    return {column.name: column.to_numpy() for part in parts for column in part}


def _places(order: Sequence[str | None], read: Mapping[str, Flags]) -> npt.NDArray[np.int16]:
    """The place of the first rule that matches each row: for what is no host, then for hosts."""
    count = len(next(iter(read.values())))
    places = np.full((2, count), len(order), dtype=np.int16)
    for place, rule in reversed(list(enumerate(order))):
        if rule is not None and rule in read:
            places[0, read[rule]] = place
            if not rules()[rule].alone:
                places[1, read[rule]] = place
    return places.ravel()

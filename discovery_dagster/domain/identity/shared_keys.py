"""Identifiers that several records have, as numbers side by side.

Most identifiers are one record's own and join nothing. Only those that are shared are looked at
closer, as numbers: comparing strings a million times costs more than all that is done with them.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SharedKeys:
    """Rows of shared identifiers, those of one identifier next to each other.

    `row` is a row's place among all identifiers, `key` numbers the identifiers from 0, `node` is
    the place of the row's record among all records.
    """

    row: Numbers
    key: Numbers
    node: Numbers

    @classmethod
    def of(cls, identifiers: pl.DataFrame, nodes: Numbers) -> Self:
        """Find what several rows share.

        Args:
            identifiers: with a column `identifier`.
            nodes: of the record of each row.
        """
        names = identifiers["identifier"]
        row, begins = _shared(names.hash().to_numpy())
        told = names[row]
        differs = (told != told.shift(1)).fill_null(value=True).to_numpy()
        if not np.array_equal(begins, differs):
            # Two identifiers of one hash, about once in ten million large sessions: no hash then.
            row, begins = _shared(names.rank("dense").to_numpy())
        return cls(row, np.cumsum(begins) - 1, nodes[row])

    def where(self, chosen: Flags) -> "SharedKeys":
        """Return the chosen rows."""
        return SharedKeys(self.row[chosen], self.key[chosen], self.node[chosen])

    def without(self, keys: Numbers) -> "SharedKeys":
        """Return the rows of all other keys."""
        return self.where(~np.isin(self.key, keys)) if len(keys) else self

    def links(self) -> tuple[Numbers, Numbers]:
        """Return pairs of nodes that connect all nodes of each key."""
        same = self.key[1:] == self.key[:-1]
        return self.node[:-1][same], self.node[1:][same]

    def differing(self, values: Numbers) -> Flags:
        """Return for each row whether the values of its key's rows are several."""
        if not len(self.key):
            return np.zeros(0, dtype=np.bool_)
        starts = np.flatnonzero(np.insert(self.key[1:] != self.key[:-1], 0, True))
        several = np.minimum.reduceat(values, starts) != np.maximum.reduceat(values, starts)
        return np.repeat(several, np.diff(np.append(starts, len(self.key))))


def _shared(numbers: npt.NDArray[Any]) -> tuple[Numbers, Flags]:
    """Return the places of repeated numbers side by side, and at which another number begins."""
    order = np.argsort(numbers)
    ordered = numbers[order]
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    ends = np.append(begins[1:], True)[: len(order)]
    several = ~(begins & ends)
    return order[several], begins[several]

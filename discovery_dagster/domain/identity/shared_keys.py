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
Hashes = npt.NDArray[np.uint64]


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
        row, begins = repeated(*(names.hash(seed).to_numpy() for seed in (0, 1)))
        return cls(row, np.cumsum(begins) - 1, nodes[row].astype(np.int64))

    def where(self, chosen: Flags) -> "SharedKeys":
        """Return the chosen rows."""
        at = np.flatnonzero(chosen)
        return SharedKeys(self.row[at], self.key[at], self.node[at])

    def without(self, keys: Numbers) -> "SharedKeys":
        """Return the rows of all other keys."""
        return self.where(~np.isin(self.key, keys)) if len(keys) else self

    def links(self) -> tuple[Numbers, Numbers]:
        """Return pairs of nodes that connect all nodes of each key."""
        same = self.key[1:] == self.key[:-1]
        return self.node[:-1][same], self.node[1:][same]

    def differing(self, values: npt.NDArray[Any], known: Flags | None = None) -> Flags:
        """Return for each row whether the values of its key's rows are several.

        Args:
            values: one a row; of whole numbers.
            known: which of them count, all without it.
        """
        if not len(self.key):
            return np.zeros(0, dtype=np.bool_)
        limits = np.iinfo(values.dtype)
        least = values if known is None else np.where(known, values, limits.max)
        greatest = values if known is None else np.where(known, values, limits.min)
        starts = self._starts()
        several = np.minimum.reduceat(least, starts) < np.maximum.reduceat(greatest, starts)
        return self._by_row(several, starts)

    def greatest(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return for each row the greatest value of its key's rows."""
        if not len(self.key):
            return values
        starts = self._starts()
        return self._by_row(np.maximum.reduceat(values, starts), starts)

    def _starts(self) -> Numbers:
        return np.flatnonzero(np.insert(self.key[1:] != self.key[:-1], 0, True))

    def _by_row(self, values: npt.NDArray[Any], starts: Numbers) -> npt.NDArray[Any]:
        return np.repeat(values, np.diff(np.append(starts, len(self.key))))


def repeated(first: Hashes, second: Hashes) -> tuple[Numbers, Flags]:
    """Return the places of repeated values, equal ones side by side, and where each begins.

    Values are distinguished by two hashes, of 128 bits together. They are sorted by as many bits of
    the first as leave room for their places, four times as fast as by an index; the few that only
    look alike then are parted after it.
    """
    places = np.uint64((1 << len(first).bit_length()) - 1)
    ordered = first & ~places
    ordered |= np.arange(len(first), dtype=np.uint64)
    ordered.sort()
    begins = np.ones(len(first), dtype=np.bool_)
    np.greater(ordered[1:] ^ ordered[:-1], places, out=begins[1:])
    several = _beside(begins)
    row, begins = (ordered[several] & places).view(np.int64), begins[several]
    hashes = first[row], second[row]
    alike = ~begins & _begins(*hashes)
    if alike.any():
        looks = np.cumsum(begins)
        mixed = np.flatnonzero(np.isin(looks, looks[alike]))
        order = np.lexsort((hashes[1][mixed], hashes[0][mixed], looks[mixed]))
        row[mixed] = row[mixed][order]
        begins = _begins(first[row], second[row])
        several = _beside(begins)
        row, begins = row[several], begins[several]
    return row, begins


def _begins(*values: Hashes) -> Flags:
    """Return at which rows another value begins."""
    begins = np.zeros(len(values[0]), dtype=np.bool_)
    begins[:1] = True
    for value in values:
        begins[1:] |= value[1:] != value[:-1]
    return begins


def _beside(begins: Flags) -> Numbers:
    """Return the rows that have the value of a neighbour."""
    alone = begins.copy()
    alone[:-1] &= begins[1:]
    return np.flatnonzero(~alone)

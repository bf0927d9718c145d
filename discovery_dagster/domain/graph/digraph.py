"""Directed graphs as arrays: components, cycles and levels, without a loop over nodes or edges.

Nodes are numbers from 0; an edge points from what needs to what is needed. What the numbers mean,
and what follows for assets, belongs to `graph` and `plan`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Digraph:
    """A graph of `size` nodes; edge `i` goes from `source[i]` to `target[i]`."""

    size: int
    source: Numbers
    target: Numbers

    @classmethod
    def of(cls, size: int, source: Numbers, target: Numbers) -> Self:
        """Return the graph of these edges, each once, ordered by target, then source."""
        target, source = np.divmod(distinct(target * size + source), max(size, 1))
        return cls(size, source, target)

    @cached_property
    def _matrix(self) -> "csr_array":
        # Imported here: SciPy costs half a second that commands which only read should not pay.
        from scipy.sparse import coo_array

        ends = self.source.astype(np.int32), self.target.astype(np.int32)
        return coo_array((np.ones(len(ends[0]), np.int8), ends), (self.size, self.size)).tocsr()

    def components(self, connection: Literal["weak", "strong"]) -> Numbers:
        """Return the component of each node, as numbers from 0 in no particular order."""
        if self.size == 0:
            return np.empty(0, np.int64)
        from scipy.sparse.csgraph import connected_components

        _, labels = connected_components(self._matrix, directed=True, connection=connection)
        return labels.astype(np.int64)

    def condensed(self, label: Numbers) -> "Digraph":
        """Return the graph of the sets of nodes that share a label; edges inside a set go."""
        source, target = label[self.source], label[self.target]
        between = source != target
        sets = int(label.max(initial=-1)) + 1
        return Digraph.of(sets, source[between], target[between])

    def depth(self) -> Numbers:
        """Return the longest chain of edges that begins at each node, 0 where none does.

        The graph must be acyclic. Levels are peeled off from below (Kahn's algorithm, a level at a
        time), so the work is one pass over the edges and one step a level.

        Raises:
            ValueError: when the graph has a cycle.
        """
        depth = np.zeros(self.size, np.int64)
        open_needs = np.bincount(self.source, minlength=self.size)
        start = np.searchsorted(self.target, np.arange(self.size + 1))
        level, reached = np.flatnonzero(open_needs == 0), 0
        for height in range(self.size):
            if len(level) == 0:
                break
            depth[level] = height
            reached += len(level)
            needing = self.source[ranges(start[level], start[level + 1])]
            above, satisfied = np.unique(needing, return_counts=True)
            open_needs[above] -= satisfied
            level = above[open_needs[above] == 0]
        if reached != self.size:
            raise ValueError("The graph has a cycle.")
        return depth


def distinct(numbers: Numbers) -> Numbers:
    """Return the distinct `numbers` (none negative) in order, much faster than `np.unique`."""
    ordered = np.sort(numbers)
    return ordered[np.diff(ordered, prepend=-1) > 0]


def ranges(start: Numbers, stop: Numbers) -> Numbers:
    """Return the numbers of all the half-open ranges, one range after the other."""
    length = stop - start
    before = np.cumsum(length) - length
    return np.repeat(start - before, length) + np.arange(int(length.sum()))

"""Which nodes of a graph move together: cycles whole, then the strongest ties, within a limit.

Nodes are numbers; which ties there are and which is the stronger is decided in `ties`. No group
ever needs another that needs it: the groups can be put into an order.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from discovery_dagster.domain.digraph import Digraph, Numbers


def groups(ties: Digraph, order: Iterable[tuple[int, int]], limit: int, search: int) -> Numbers:
    """Return the group of each node, as numbers from 0 in no particular order.

    Connected sets within the limit are groups as they are. In a larger one, cycles are joined
    first, however large, and then the ends of each tie in turn, as long as the joined group stays
    within the limit; what is left apart is tied most weakly. Whatever lies between two groups, on
    a way of needs from one to the other, is joined with them: otherwise they would need a group
    that needs them.

    Args:
        ties: the graph of ties.
        order: the same ties as (source, target), the strongest first.
        limit: nodes in a joined group at most.
        search: groups to look at for what lies between two; when there are more, they stay apart.
    """
    weak, strong = ties.components("weak"), ties.components("strong")
    large = np.bincount(weak)[weak] > limit
    label = weak.copy()
    inside = [(int(strong[a]), int(strong[b])) for a, b in order if large[a]]
    joining = _Joining(dict(enumerate(np.bincount(strong).tolist())), inside)
    for source, target in inside:
        joining.join(source, target, limit, search)
    for member in np.flatnonzero(large):
        label[member] = ties.size + joining.group(int(strong[member]))
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


class _Joining:
    """Sets that are joined step by step, and which of them need which."""

    def __init__(self, size: dict[int, int], needs: Iterable[tuple[int, int]]) -> None:
        self._size = size
        self._joined = {number: number for number in size}
        # Dictionaries for their order: what is found must not depend on hashes.
        self._needs: dict[int, dict[int, None]] = {number: {} for number in size}
        self._needed_by: dict[int, dict[int, None]] = {number: {} for number in size}
        for source, target in needs:
            if source != target:
                self._needs[source][target] = None
                self._needed_by[target][source] = None

    def group(self, number: int) -> int:
        """Return the group that a set is in now."""
        while (joined := self._joined[number]) != number:
            self._joined[number] = number = self._joined[joined]
        return number

    def join(self, source: int, target: int, limit: int, search: int) -> None:
        """Join the groups of two sets, and what lies between, when the limits allow it."""
        above, below = self.group(source), self.group(target)
        if above == below or self._size[above] + self._size[below] > limit:
            return
        together = self._between(above, below, search)
        if together and sum(self._size[number] for number in together) <= limit:
            self._merge(together)

    def _between(self, above: int, below: int, search: int) -> list[int]:
        """Return all groups on ways from `above` to `below`, both included; none if too many."""
        reached = {above: None}
        for number in _breadth_first(above, self._needs):
            reached[number] = None
            if len(reached) > search:
                return []
        within = {number: self._needed_by[number].keys() & reached.keys() for number in reached}
        return sorted({below, *_breadth_first(below, within)})

    def _merge(self, together: list[int]) -> None:
        """Make one group of several."""
        kept = together[0]
        for near, far in ((self._needs, self._needed_by), (self._needed_by, self._needs)):
            outside = {
                other: None
                for number in together
                for other in near.pop(number)
                if other not in together
            }
            for other in outside:
                for number in together:
                    far[other].pop(number, None)
                far[other][kept] = None
            near[kept] = outside
        self._size[kept] = sum(self._size.pop(number) for number in together)
        for number in together:
            self._joined[number] = kept


def _breadth_first(start: int, neighbours: Mapping[int, Iterable[int]]) -> Iterator[int]:
    """Yield what is reached from `start`, nearest first."""
    seen, level = {start}, [start]
    while level:
        following = []
        for number in level:
            for other in neighbours[number]:
                if other not in seen:
                    seen.add(other)
                    following.append(other)
                    yield other
        level = following

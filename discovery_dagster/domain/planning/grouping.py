"""Which nodes of a graph move together: cycles whole, then the strongest ties, within a limit.

Nodes are numbers; which ties there are and which is the stronger is decided in `ties`. No group
ever needs another that needs it: the groups can be put into an order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from discovery_dagster.domain.graph.digraph import Digraph, Numbers, distinct


@dataclass(frozen=True)
class Separation:
    """What people want apart; only a cycle of needs joins it all the same."""

    pairs: Sequence[tuple[int, int]] = ()  # nodes that share no group
    #: Colours of each node, -1 for none; two colours of one list share no group.
    colours: Sequence[Numbers] = ()


def groups(
    needs: Digraph,
    order: Sequence[tuple[int, int]],
    limit: int,
    search: int,
    apart: Separation | None = None,
) -> Numbers:
    """Return the group of each node, as numbers from 0 in no particular order.

    Connected sets within the limit are groups as they are, if all needs in them tie. In any other,
    cycles are joined first, however large, and then the ends of each tie in turn, as long as the
    joined group stays within the limit; what is left apart is tied most weakly. Whatever lies
    between two groups, on a way of needs from one to the other, is joined with them: otherwise they
    would need a group that needs them.

    Args:
        needs: the graph of ties that order.
        order: all that ties, as (source, target), the strongest first; what is no need only ties,
            and a need that is not among them only orders.
        limit: nodes in a joined group at most.
        search: groups to look at for what lies between two; when there are more, they stay apart.
        apart: what must not be joined.
    """
    apart = apart or Separation()
    tied = np.array(order, np.int64).reshape(-1, 2)
    weak = Digraph.of(needs.size, tied[:, 0], tied[:, 1]).components("weak")
    strong = needs.components("strong")
    large = (np.bincount(weak)[weak] > limit) | _divided(weak, apart) | _ordered(weak, needs)
    # Sets by depth: what a set needs comes before it.
    depth = needs.condensed(strong).depth()
    size = np.bincount(strong)
    concerned = np.flatnonzero(np.bincount(strong[large], minlength=len(size)))
    ordered = concerned[np.argsort(depth[concerned], kind="stable")]
    number = np.full(len(size), -1, np.int64)
    number[ordered] = np.arange(len(ordered))
    of = number[strong]
    own = large[needs.source]
    ends = of[needs.source[own]].tolist(), of[needs.target[own]].tolist()
    joining = _Joining(size[ordered].tolist(), zip(*ends, strict=True))
    for one, other in apart.pairs:
        joining.keep_apart(int(of[one]), int(of[other]))
    for kind, colours in enumerate(apart.colours):
        painted = large & (colours >= 0)
        for one, colour in zip(of[painted].tolist(), colours[painted].tolist(), strict=True):
            joining.paint(one, kind, colour)
    for source, target in of[tied[large[tied[:, 0]]]].tolist():
        joining.join(source, target, limit, search)
    joined = np.array([joining.group(one) for one in range(len(ordered))], np.int64)
    label = weak.copy()
    label[large] = needs.size + ordered[joined[of[large]]]
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def _ordered(weak: Numbers, needs: Digraph) -> npt.NDArray[np.bool_]:
    """Whether each node's tied set needs another one, or is needed by one."""
    outward = weak[needs.source] != weak[needs.target]
    ends = np.append(weak[needs.source[outward]], weak[needs.target[outward]])
    ordered = np.zeros(int(weak.max(initial=-1)) + 1, np.bool_)
    ordered[ends] = True
    return ordered[weak]


def _divided(weak: Numbers, apart: Separation) -> npt.NDArray[np.bool_]:
    """Whether each node's connected set holds what must not be joined."""
    sets = int(weak.max(initial=-1)) + 1
    divided = np.zeros(sets, np.bool_)
    for one, other in apart.pairs:
        if weak[one] == weak[other]:
            divided[weak[one]] = True
    for colours in apart.colours:
        painted, base = colours >= 0, int(colours.max(initial=-1)) + 1
        pairs = distinct(weak[painted] * base + colours[painted])
        divided |= np.bincount(pairs // max(base, 1), minlength=sets) > 1
    return divided[weak]


_NO_COLOURS: Final = frozenset[tuple[int, int]]()


class _Joining:
    """Sets that are joined step by step, and which of them need which.

    The groups are kept in a topological order, repaired where groups are joined, so that only what
    stands between two groups need be searched for what lies between them (Pearce and Kelly, "A
    Dynamic Topological Sort Algorithm for Directed Acyclic Graphs", 2006).
    """

    def __init__(self, size: Sequence[int], needs: Iterable[tuple[int, int]]) -> None:
        """Start with sets of these sizes, by number, each after those that it needs."""
        self._size = list(size)
        self._place = list(range(len(size)))
        self._joined = list(range(len(size)))
        self._separated: dict[int, list[int]] = {}
        self._colours: dict[int, set[tuple[int, int]]] = {}
        # Dictionaries for their order: what is found must not depend on hashes.
        self._needs: list[dict[int, None]] = [{} for _ in size]
        self._needed_by: list[dict[int, None]] = [{} for _ in size]
        for source, target in needs:
            if source != target:
                self._needs[source][target] = None
                self._needed_by[target][source] = None

    def keep_apart(self, one: int, other: int) -> None:
        """Never join two sets; sets that are one already, or negative, none of these, stay."""
        if one != other and one >= 0 and other >= 0:
            self._separated.setdefault(one, []).append(other)
            self._separated.setdefault(other, []).append(one)

    def paint(self, number: int, kind: int, colour: int) -> None:
        """Never join a set with another colour of a kind; one of several, a cycle, keeps them."""
        self._colours.setdefault(number, set()).add((kind, colour))

    def _may_join(self, together: Mapping[int, None]) -> bool:
        colours = set[tuple[int, int]]()
        for number in together:
            colours |= self._colours.get(number, _NO_COLOURS)
        if len(colours) > 1 and len(colours) > len({kind for kind, _ in colours}):
            return False
        if not self._separated:
            return True
        separated = (other for number in together for other in self._separated.get(number, ()))
        return not any(self.group(other) in together for other in separated)

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
        if not self._may_join({above: None, below: None}):
            return  # nor with what lies between, for which one would have to search
        if self._place[above] < self._place[below]:  # of a tie that is no need
            above, below = below, above
        span = self._place[below], self._place[above]
        lower = self._reached(above, self._needs, span, search)
        if len(lower) > search:
            return
        upper = self._reached(below, self._needed_by, span, search)
        if len(upper) > search:
            return
        together = {above: None, below: None} | dict.fromkeys(lower.keys() & upper.keys())
        small = sum(self._size[number] for number in together) <= limit
        if small and self._may_join(together):
            self._make_room(together, lower, upper)
            self._merge(together, above)

    def _reached(
        self,
        start: int,
        neighbours: Sequence[Iterable[int]],
        span: tuple[int, int],
        search: int,
    ) -> dict[int, None]:
        """Return what is reached from `start` between two places of the order, with `start`."""
        reached, waiting = {start: None}, [start]
        place, (first, last) = self._place, span
        while waiting and len(reached) <= search:
            for other in neighbours[waiting.pop()]:
                if first < place[other] < last and other not in reached:
                    reached[other] = None
                    waiting.append(other)
        return reached

    def _make_room(
        self, together: Iterable[int], lower: Iterable[int], upper: Iterable[int]
    ) -> None:
        """Put what the new group needs before it and what needs it after it, in their places."""
        members = set(together)
        before = sorted(set(lower) - members, key=self._place.__getitem__)
        after = sorted(set(upper) - members, key=self._place.__getitem__)
        places = sorted(self._place[number] for number in (*before, *members, *after))
        middle = places[len(before)]
        place = self._place
        for number, free in zip(before, places, strict=False):
            place[number] = free
        for number in members:
            place[number] = middle
        for number, free in zip(reversed(after), reversed(places), strict=False):
            place[number] = free

    def _merge(self, together: Mapping[int, None], kept: int) -> None:
        """Make one group of several."""
        for near, far in ((self._needs, self._needed_by), (self._needed_by, self._needs)):
            outside: dict[int, None] = {}
            for number in together:
                outside |= near[number]
                near[number] = {}
            for number in together:
                outside.pop(number, None)
            for other in outside:
                beyond = far[other]
                for number in together:
                    beyond.pop(number, None)
                beyond[kept] = None
            near[kept] = outside
        if separated := [
            kept_apart for number in together for kept_apart in self._separated.pop(number, ())
        ]:
            self._separated[kept] = separated
        if colours := {c for number in together for c in self._colours.pop(number, ())}:
            self._colours[kept] = colours
        self._size[kept] = sum(self._size[number] for number in together)
        for number in together:
            self._joined[number] = kept

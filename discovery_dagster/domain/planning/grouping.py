"""Which nodes of a graph move together: cycles whole, then the strongest ties, within a limit.

Nodes are numbers; which ties there are and which is the stronger is decided in `ties`. No group
ever needs another that needs it: the groups can be put into an order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
    inside = [(int(strong[a]), int(strong[b])) for a, b in order if large[a]]
    # Sets by depth: what a set needs comes before it.
    depth = needs.condensed(strong).depth()
    size = np.bincount(strong)
    concerned = np.flatnonzero(np.bincount(strong[large], minlength=len(size)))
    ordered = concerned[np.argsort(depth[concerned], kind="stable")].tolist()
    own = large[needs.source]
    ends = strong[needs.source[own]].tolist(), strong[needs.target[own]].tolist()
    sizes = {number: int(size[number]) for number in ordered}
    joining = _Joining(sizes, zip(*ends, strict=True))
    for one, other in apart.pairs:
        joining.keep_apart(int(strong[one]), int(strong[other]))
    for kind, colours in enumerate(apart.colours):
        for number, colour in zip(strong[large].tolist(), colours[large].tolist(), strict=True):
            joining.paint(number, kind, colour)
    for source, target in inside:
        joining.join(source, target, limit, search)
    label = weak.copy()
    for member in np.flatnonzero(large):
        label[member] = needs.size + joining.group(int(strong[member]))
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


class _Joining:
    """Sets that are joined step by step, and which of them need which.

    The groups are kept in a topological order, repaired where groups are joined, so that only what
    stands between two groups need be searched for what lies between them (Pearce and Kelly, "A
    Dynamic Topological Sort Algorithm for Directed Acyclic Graphs", 2006).
    """

    def __init__(self, size: Mapping[int, int], needs: Iterable[tuple[int, int]]) -> None:
        """Start with sets of these sizes, each after those that it needs."""
        self._size = dict(size)
        self._place = {number: place for place, number in enumerate(size)}
        self._joined = {number: number for number in size}
        self._separated: dict[int, list[int]] = {}
        self._colours: dict[int, set[tuple[int, int]]] = {}
        # Dictionaries for their order: what is found must not depend on hashes.
        self._needs: dict[int, dict[int, None]] = {number: {} for number in size}
        self._needed_by: dict[int, dict[int, None]] = {number: {} for number in size}
        for source, target in needs:
            if source != target:
                self._needs[source][target] = None
                self._needed_by[target][source] = None

    def keep_apart(self, one: int, other: int) -> None:
        """Never join two sets; sets that are one already, or unknown here, stay."""
        if one != other and one in self._size and other in self._size:
            self._separated.setdefault(one, []).append(other)
            self._separated.setdefault(other, []).append(one)

    def paint(self, number: int, kind: int, colour: int) -> None:
        """Never join a set with another colour of a kind; one of several, a cycle, keeps them."""
        if colour >= 0:
            self._colours.setdefault(number, set()).add((kind, colour))

    def _may_join(self, together: Mapping[int, None]) -> bool:
        colours = {colour for number in together for colour in self._colours.get(number, ())}
        if len(colours) > len({kind for kind, _ in colours}):
            return False
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
        upper = self._reached(below, self._needed_by, span, search)
        if max(len(lower), len(upper)) > search:
            return
        together = {above: None, below: None} | dict.fromkeys(lower.keys() & upper.keys())
        small = sum(self._size[number] for number in together) <= limit
        if small and self._may_join(together):
            self._make_room(together, lower, upper)
            self._merge(together, above)

    def _reached(
        self,
        start: int,
        neighbours: Mapping[int, Iterable[int]],
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
        self._place.update(zip(before, places, strict=False))
        self._place.update(dict.fromkeys(members, middle))
        self._place.update(zip(reversed(after), reversed(places), strict=False))

    def _merge(self, together: Mapping[int, None], kept: int) -> None:
        """Make one group of several."""
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
        if separated := [
            kept_apart for number in together for kept_apart in self._separated.pop(number, ())
        ]:
            self._separated[kept] = separated
        if colours := {c for number in together for c in self._colours.pop(number, ())}:
            self._colours[kept] = colours
        self._size[kept] = sum(self._size.pop(number) for number in together)
        for number in together:
            self._joined[number] = kept

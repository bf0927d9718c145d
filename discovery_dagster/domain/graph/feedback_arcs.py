"""The cheapest edges to cut cycles open by: a feedback arc set of small weight.

Finding the cheapest set is NP-hard. In a small graph all orders of its nodes are weighed against
each other, in a larger one edges are kept from the dearest to the cheapest.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

Weighted = tuple[int, int, float, int]  # source, target, cost, edge


def cheapest(edges: Sequence[Weighted], exact: int) -> list[int]:
    """Return edges whose removal leaves no cycle; none of them could be kept.

    Args:
        edges: of one strongly connected set; costs are above 0.
        exact: nodes up to which no set is cheaper than the one returned.
    """
    nodes = sorted({node for source, target, _, _ in edges for node in (source, target)})
    cut = _optimum(edges, nodes) if len(nodes) <= exact else _greedy(edges)
    return sorted(cut)


def _optimum(edges: Sequence[Weighted], nodes: Sequence[int]) -> list[int]:
    """Choose the order of nodes against which the cheapest edges point.

    The best order of a set ends with the node that makes it and the best order before it cheapest
    (Held and Karp's way through subsets): n * 2^n steps.
    """
    place = {node: at for at, node in enumerate(nodes)}
    # What an order costs in which a node comes after others: their needs of it, by their set.
    against = [[0.0] for _ in nodes]
    cost = [[0.0] * len(nodes) for _ in nodes]
    for source, target, weight, _ in edges:
        cost[place[target]][place[source]] += weight
    for node, own in enumerate(against):
        for other in range(len(nodes)):
            own += [so_far + cost[node][other] for so_far in own]
    best, last = [0.0], [-1]
    for members in range(1, 1 << len(nodes)):
        least, end = inf, -1
        for node in range(len(nodes)):
            if members >> node & 1:
                before = members ^ 1 << node
                total = best[before] + against[node][before]
                if total < least:
                    least, end = total, node
        best.append(least)
        last.append(end)
    rank, members = [0] * len(nodes), (1 << len(nodes)) - 1
    while members:
        rank[last[members]] = members.bit_count()
        members ^= 1 << last[members]
    return [edge for source, target, _, edge in edges if rank[place[source]] < rank[place[target]]]


def _greedy(edges: Sequence[Weighted]) -> list[int]:
    """Keep edges from the dearest to the cheapest as long as none closes a cycle.

    That leaves out the cheapest edge of each cycle that would be closed.
    """
    kept = _Acyclic({node for source, target, _, _ in edges for node in (source, target)})
    dearest = sorted(edges, key=lambda one: (-one[2], one[3]))
    return [edge for source, target, _, edge in dearest if not kept.takes(source, target)]


class _Acyclic:
    """A graph without cycles, in a topological order that is repaired as edges come in.

    Only what stands between the ends of an edge is searched (Pearce and Kelly, "A Dynamic
    Topological Sort Algorithm for Directed Acyclic Graphs", 2006).
    """

    def __init__(self, nodes: Iterable[int]) -> None:
        self._place = {node: place for place, node in enumerate(sorted(nodes))}
        self._ahead: dict[int, list[int]] = {node: [] for node in self._place}
        self._behind: dict[int, list[int]] = {node: [] for node in self._place}

    def takes(self, source: int, target: int) -> bool:
        """Put an edge in, unless it closes a cycle; return whether it is in."""
        if self._place[source] > self._place[target]:
            between = range(self._place[target], self._place[source] + 1)
            after = self._reached(target, self._ahead, between)
            if source in after:
                return False
            self._arrange(self._reached(source, self._behind, between), after)
        self._ahead[source].append(target)
        self._behind[target].append(source)
        return True

    def _reached(self, start: int, near: Mapping[int, Sequence[int]], between: range) -> set[int]:
        reached, waiting = {start}, [start]
        while waiting:
            for other in near[waiting.pop()]:
                if other not in reached and self._place[other] in between:
                    reached.add(other)
                    waiting.append(other)
        return reached

    def _arrange(self, before: Iterable[int], after: Iterable[int]) -> None:
        """Put some nodes before others, each in their own order, in the places of them all."""
        place = self._place.__getitem__
        nodes = [*sorted(before, key=place), *sorted(after, key=place)]
        self._place.update(zip(nodes, sorted(map(place, nodes)), strict=True))

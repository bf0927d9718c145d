"""Single points of failure: assets without which what is connected falls apart.

They are the cut vertices of the graph without directions (Hopcroft and Tarjan, "Efficient
algorithms for graph manipulation", 1973), found without recursion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from discovery_dagster.domain.graph.digraph import Digraph

#: Nodes of what is parted that are named.
_NAMED: Final = 5


@dataclass(frozen=True)
class Parting:
    """What the loss of a node parts from the largest piece that is left."""

    parted: int  # nodes outside that piece
    rest: int  # nodes of that piece
    some: Sequence[int]  # a few of the parted ones, in order


def partings(needs: Digraph, limit: int) -> dict[int, Parting] | None:
    """Return what each single point of failure parts; None where there are too many edges."""
    if len(needs.source) > limit:
        return None
    near: list[list[int]] = [[] for _ in range(needs.size)]
    for source, target in zip(needs.source.tolist(), needs.target.tolist(), strict=True):
        near[source].append(target)
        near[target].append(source)
    found: dict[int, Parting] = {}
    order = [-1] * needs.size
    for root in range(needs.size):
        if near[root] and order[root] < 0:
            found |= _in_component(root, near, order)
    return found


def _in_component(root: int, near: Sequence[Sequence[int]], order: list[int]) -> dict[int, Parting]:
    """Walk what is connected to `root` depth first, noting in `order` when each node is met."""
    walked, low = [root], {root: 0}
    #: Of each node, what lies behind it alone: parts of `walked`, as first and last.
    behind: dict[int, list[tuple[int, int]]] = {}
    order[root] = 0
    way = [(root, -1, iter(near[root]))]
    while way:
        node, parent, rest = way[-1]
        other = next(rest, None)
        if other is None:
            way.pop()
            if parent >= 0:
                low[parent] = min(low[parent], low[node])
                if low[node] >= order[parent]:
                    behind.setdefault(parent, []).append((order[node], len(walked)))
        elif order[other] < 0:
            order[other] = low[other] = len(walked)
            walked.append(other)
            way.append((other, node, iter(near[other])))
        elif other != parent:
            low[node] = min(low[node], order[other])
    return {
        node: parting
        for node, pieces in behind.items()
        if (parting := _parting(order[node], pieces, walked)) is not None
    }


def _parting(
    place: int, pieces: Sequence[tuple[int, int]], walked: Sequence[int]
) -> Parting | None:
    """Judge what is left without the node at a place of the walk; None when it stays in one."""
    sizes = [end - start for start, end in pieces]
    before = len(walked) - 1 - sum(sizes)  # what was met before, or can be reached otherwise
    largest = max(before, *sizes)
    parted = len(walked) - 1 - largest
    if parted == 0:
        return None
    others = list(pieces) if before == largest else [(0, place)] * (before > 0)
    if before < largest:
        kept = sizes.index(largest)
        others += [piece for at, piece in enumerate(pieces) if at != kept]
    some = [node for start, end in others for node in walked[start : min(end, start + _NAMED)]]
    return Parting(parted, largest, sorted(some[:_NAMED]))

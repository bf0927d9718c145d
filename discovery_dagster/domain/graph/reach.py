"""How many assets need each one, directly or not.

Counting what reaches each node has no shortcut: the sets themselves have to be built. They are
built as bits, for all components side by side, a block of members at a time and only where the
members of that block reach.
"""

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from discovery_dagster.domain.graph.digraph import Digraph, Numbers, distinct, ranges

#: Members in work at once: 128 bytes for each set that they reach.
_BLOCK: Final = 1024
_WORD: Final = 64


def ancestors(
    sets: Digraph, depth: Numbers, member: Numbers, component: Numbers, limit: float
) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Count the members of each set and of all sets from which it can be reached.

    Members of different components never meet, so they share their bits: small components are
    complete after the first block, and the largest is last.

    Args:
        sets: an acyclic graph of sets.
        depth: of each set, as `Digraph.depth` gives it.
        member: the set of each member.
        component: the weak component of each set, numbered from 0.
        limit: edges to pass bits along, summed over all blocks; no block begins beyond it.

    Returns:
        The count of each set, and whether it is complete. A complete count is exact.
    """
    bit = _rank_within(component[member])
    size = np.bincount(component[member])[component]
    order = np.argsort(sets.source, kind="stable")
    below = Digraph(sets.size, sets.source[order], sets.target[order])
    start = np.searchsorted(below.source, np.arange(sets.size + 1))
    total = np.zeros(sets.size, np.int64)
    begin, work = 0, 0
    while begin < size.max(initial=0) and work <= limit:
        here = np.flatnonzero((bit >= begin) & (bit < begin + _BLOCK))
        reached = _reached(below.target, start, distinct(member[here]))
        edges = ranges(start[reached], start[reached + 1])
        source = np.searchsorted(reached, below.source[edges])
        target = np.searchsorted(reached, below.target[edges])
        bits = np.zeros((len(reached), _BLOCK // _WORD), np.uint64)
        place = bit[here] - begin
        mask = np.uint64(1) << (place % _WORD).astype(np.uint64)
        row = np.searchsorted(reached, member[here])
        np.bitwise_or.at(bits, (row, place // _WORD), mask)
        _pass_on(bits, source, target, depth[reached])
        total[reached] += np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
        begin, work = begin + _BLOCK, work + len(edges)
    return total, size <= begin


def _rank_within(label: Numbers) -> Numbers:
    """Return for each item its number, from 0, among those of the same label."""
    order = np.argsort(label, kind="stable")
    ordered = label[order]
    rank = np.empty(len(label), np.int64)
    rank[order] = np.arange(len(label)) - np.searchsorted(ordered, ordered)
    return rank


def _reached(target: Numbers, start: Numbers, level: Numbers) -> Numbers:
    """Return the nodes that the nodes of `level` reach, themselves included, in order."""
    seen = np.zeros(len(start) - 1, np.bool_)
    while len(level):
        seen[level] = True
        level = distinct(target[ranges(start[level], start[level + 1])])
        level = level[~seen[level]]
    return np.flatnonzero(seen)


def _pass_on(
    bits: npt.NDArray[np.uint64], source: Numbers, target: Numbers, depth: Numbers
) -> None:
    """Give each target the bits of its sources, from the top down, so that they are complete."""
    order = np.lexsort((target, -depth[target]))
    source, target = source[order], target[order]
    levels = np.flatnonzero(np.diff(depth[target], prepend=-1, append=-1))
    for first, last in pairwise(levels):
        needed = target[first:last]
        starts = np.flatnonzero(np.diff(needed, prepend=-1))
        bits[needed[starts]] |= np.bitwise_or.reduceat(bits[source[first:last]], starts)

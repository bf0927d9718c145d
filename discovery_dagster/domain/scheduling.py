"""In which wave each group moves: after what it needs, within the limits that people set.

Groups are numbers. Waves count from 1. Nothing is said in words here.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from discovery_dagster.domain.digraph import Digraph


@dataclass(frozen=True)
class Limits:
    """What limits the waves of groups."""

    capacity: int | None = None  # assets in a wave at most
    rank: Mapping[int, int] = field(default_factory=dict)  # groups of a lower rank move before
    pinned: Mapping[int, int] = field(default_factory=dict)  # wave by group
    apart: Sequence[tuple[int, int]] = ()  # pairs that share no wave


@dataclass(frozen=True)
class Scheduled:
    """The wave of a group, and what put it there beside its needs."""

    wave: int
    earliest: int  # the wave that its needs alone would allow
    late: str | None = None  # full, rank, apart or pinned, when the wave is later than `earliest`
    broken: tuple[str, ...] = ()  # of capacity, rank, pinned: what does not hold


def schedule(
    needs: Digraph, size: Sequence[int], order: Sequence[int], limits: Limits
) -> list[Scheduled]:
    """Give every group a wave; what it needs always moves before it.

    Groups are taken by rank, then by the wave to which something above them is pinned, then by
    `order`, each as soon as all that it needs has a wave, and put into the first wave that fits
    (list scheduling: Graham, "Bounds on multiprocessing timing anomalies", 1969).

    Args:
        needs: an acyclic graph of groups.
        size: assets of each group.
        order: of groups that nothing else orders, the lower the sooner.
        limits: what people set.
    """
    below: dict[int, list[int]] = defaultdict(list)
    above: dict[int, list[int]] = defaultdict(list)
    for source, target in zip(needs.source.tolist(), needs.target.tolist(), strict=True):
        below[source].append(target)
        above[target].append(source)
    due = _due(needs, below, limits.pinned)
    apart: dict[int, set[int]] = defaultdict(set)
    for one, other in limits.apart:
        apart[one].add(other)
        apart[other].add(one)
    used: dict[int, int] = defaultdict(int)
    for group, wave in limits.pinned.items():
        used[wave] += size[group]
    placed: dict[int, Scheduled] = {}
    last_of_rank: dict[int, int] = {}
    waiting = {group: len(below[group]) for group in range(needs.size)}

    def key(group: int) -> tuple[int, int, int, int]:
        return limits.rank.get(group, _UNRANKED), due.get(group, _NEVER), order[group], group

    ready = [key(group) for group, open_needs in waiting.items() if open_needs == 0]
    heapq.heapify(ready)
    while ready:
        *_, group = heapq.heappop(ready)
        earliest = max((placed[other].wave for other in below[group]), default=0) + 1
        rank = limits.rank.get(group, _UNRANKED)
        base = max((wave for of, wave in last_of_rank.items() if of < rank), default=0) + 1
        taken = {placed[other].wave for other in apart[group] if other in placed}
        made = _place(group, earliest, base, size[group], used, limits, taken)
        if rank != _UNRANKED:
            if any(of > rank for of in last_of_rank):
                made = replace(made, broken=(*made.broken, "rank"))
            else:
                last_of_rank[rank] = max(last_of_rank.get(rank, 0), made.wave)
        placed[group] = made
        for other in above[group]:
            waiting[other] -= 1
            if waiting[other] == 0:
                heapq.heappush(ready, key(other))
    return [placed[group] for group in range(needs.size)]


_NEVER = 1 << 40
_UNRANKED = -1  # groups of no ordered environment wait for none, and none waits for them


def _place(
    group: int,
    earliest: int,
    base: int,
    size: int,
    used: dict[int, int],
    limits: Limits,
    taken: set[int],
) -> Scheduled:
    """Find the first wave for a group that is not before `earliest`, and account for it."""
    pin = limits.pinned.get(group)
    capacity = limits.capacity
    if pin is not None and pin >= earliest:
        full = capacity is not None and used[pin] > capacity
        failing = {"capacity": full, "rank": pin < base, "apart": pin in taken}
        broken = tuple(name for name, fails in failing.items() if fails)
        return Scheduled(pin, earliest, "pinned" if pin > earliest else None, broken)
    if pin is not None:
        used[pin] -= size  # it cannot go there
    wave, late = max(earliest, base), "rank" if base > earliest else None
    while (full := _is_full(used[wave], size, capacity)) or wave in taken:
        late = "full" if full else "apart"
        wave += 1
    used[wave] += size
    failing = {"pinned": pin is not None, "capacity": capacity is not None and size > capacity}
    return Scheduled(wave, earliest, late, tuple(name for name, fails in failing.items() if fails))


def _is_full(used: int, size: int, capacity: int | None) -> bool:
    """Whether a group does not fit; one that is larger than any wave has one of its own."""
    return capacity is not None and used > 0 and used + size > capacity


def _due(
    needs: Digraph, below: Mapping[int, Sequence[int]], pinned: Mapping[int, int]
) -> dict[int, int]:
    """The last wave that the pins of what needs a group leave to it, where there is one."""
    due = dict(pinned)
    waiting = sorted(pinned)
    while waiting:
        group = waiting.pop()
        for other in below.get(group, ()):
            if due[group] - 1 < due.get(other, _NEVER):
                due[other] = due[group] - 1
                waiting.append(other)
    return due

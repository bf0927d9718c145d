"""In which wave each group moves: after what it needs, within the limits that people set.

Groups are numbers. Waves count from 1. Sentences are made elsewhere.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from discovery_dagster.domain.graph.digraph import Digraph
from discovery_dagster.domain.planning.filling import Filled


@dataclass(frozen=True)
class Limits:
    """What limits the waves of groups."""

    capacity: int | None = None  # assets in a wave at most
    rank: Mapping[int, int] = field(default_factory=dict)  # groups of a lower rank move before
    pinned: Mapping[int, int] = field(default_factory=dict)  # wave by group
    apart: Sequence[tuple[int, int]] = ()  # pairs that share no wave
    after: Sequence[tuple[int, int]] = ()  # a group, and one that moves before it; acyclic
    pilot: frozenset[int] | None = None  # the groups of the first wave; None where any may be
    urgency: Mapping[int, int] = field(
        default_factory=dict
    )  # the lower the sooner, if nothing else


@dataclass(frozen=True)
class Scheduled:
    """The wave of a group, and what put it there beside its needs."""

    wave: int
    earliest: int  # the wave that its needs alone would allow
    #: full, rank, stage, pilot, apart or pinned, when the wave is later than `earliest`.
    late: str | None = None
    broken: tuple[str, ...] = ()  # of capacity, rank, pinned, apart: what does not hold
    base: int = 1  # the first wave that the order of ranks, stages and the pilot leave to it


def schedule(
    needs: Digraph, size: Sequence[int], order: Sequence[int], limits: Limits
) -> list[Scheduled]:
    """Give every group a wave; what it needs always moves before it.

    Groups are taken by rank, then by the wave to which something above them is pinned, then by
    urgency, then by `order`, each as soon as all that it needs has a wave, and put into the first
    wave that fits (list scheduling: Graham, "Bounds on multiprocessing timing anomalies", 1969).

    Args:
        needs: an acyclic graph of groups.
        size: assets of each group.
        order: of groups that nothing else orders, the lower the sooner.
        limits: what people set.
    """
    below, above = _after(zip(needs.source.tolist(), needs.target.tolist(), strict=True))
    earlier, later = _after(limits.after)
    due = _due(needs, below, limits.pinned)
    apart = _pairwise_separated(limits.apart)
    filled = Filled(limits.capacity)
    # A pin that needs alone forbid keeps nothing out of its wave.
    depth = needs.depth()
    taken = {group: wave for group, wave in limits.pinned.items() if wave > depth[group]}
    for group, wave in taken.items():
        filled.add(wave, size[group])
    placed: dict[int, Scheduled] = {}
    wave_of = [0] * needs.size
    last_of_rank: dict[int, int] = {}
    waiting = {group: len(below[group]) + len(earlier[group]) for group in range(needs.size)}

    def key(group: int) -> tuple[int, int, int, int, int]:
        rank, urgency = limits.rank.get(group, _UNRANKED), limits.urgency.get(group, 0)
        return rank, due.get(group, _NEVER), urgency, order[group], group

    ready = [key(group) for group, open_needs in waiting.items() if open_needs == 0]
    heapq.heapify(ready)
    while ready:
        *_, group = heapq.heappop(ready)
        earliest = max([wave_of[other] for other in below[group]], default=0) + 1
        rank = limits.rank.get(group, _UNRANKED)
        bases = {
            "rank": max([wave for of, wave in last_of_rank.items() if of < rank], default=0) + 1,
            "stage": max([wave_of[other] for other in earlier[group]], default=0) + 1,
            "pilot": 1 if limits.pilot is None or group in limits.pilot else 2,
        }
        if group in taken:
            filled.add(taken[group], -size[group])  # it is placed now, there or elsewhere
        forbidden = {taken[other] for other in apart[group] if other in taken}
        scheduled = _place(group, earliest, bases, size[group], filled, limits, forbidden)
        taken[group] = scheduled.wave
        if rank != _UNRANKED:
            if any(of > rank for of in last_of_rank):
                scheduled = replace(scheduled, broken=(*scheduled.broken, "rank"))
            else:
                last_of_rank[rank] = max(last_of_rank.get(rank, 0), scheduled.wave)
        placed[group], wave_of[group] = scheduled, scheduled.wave
        for other in (*above[group], *later[group]):
            waiting[other] -= 1
            if waiting[other] == 0:
                heapq.heappush(ready, key(other))
    return [placed[group] for group in range(needs.size)]


class Room:
    """Where each group could go instead, all others staying where they are."""

    def __init__(self, scheduled: Sequence[Scheduled], size: Sequence[int], limits: Limits) -> None:
        self._scheduled, self._size, self._limits = scheduled, size, limits
        waves = [placement.wave for placement in scheduled]
        used = np.bincount(waves, size).astype(np.int64)
        # By wave; a group that is larger than any wave has one of its own.
        no_limit = (used == 0) | (limits.capacity is None)
        self._free = np.where(no_limit, np.iinfo(np.int64).max, (limits.capacity or 0) - used)
        self._separated = _pairwise_separated(limits.apart)

    def sooner(self, group: int, wave: int) -> int | None:
        """Return the first wave from `wave` on that a group could be in if its needs allowed that.

        None when the limits allow none before the one that it has.
        """
        now, size = self._scheduled[group], self._size[group]
        if group in self._limits.pinned:
            return None
        taken = {self._scheduled[other].wave for other in self._separated[group]}
        first = max(wave, now.base)
        fitting = first + np.flatnonzero(self._free[first : now.wave] >= size)
        return next((int(ahead) for ahead in fitting if int(ahead) not in taken), None)


def _after(
    pairs: Iterable[tuple[int, int]],
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """What comes before each group of pairs (a group, one before it), and what after."""
    before: dict[int, list[int]] = defaultdict(list)
    after: dict[int, list[int]] = defaultdict(list)
    for group, other in pairs:
        before[group].append(other)
        after[other].append(group)
    return before, after


def _pairwise_separated(apart: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
    separated: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        separated[one].add(other)
        separated[other].add(one)
    return separated


_NEVER = 1 << 40
_UNRANKED = -1  # groups of no ordered environment wait for none, and none waits for them


def _place(
    group: int,
    earliest: int,
    bases: Mapping[str, int],
    size: int,
    filled: Filled,
    limits: Limits,
    forbidden: set[int],
) -> Scheduled:
    """Find the first wave for a group that is not before `earliest`, and account for it."""
    pin, base = limits.pinned.get(group), max(bases.values())
    if pin is not None and pin >= earliest:
        filled.add(pin, size)
        failing = {
            "capacity": filled.exceeds(pin),
            "rank": pin < bases["rank"],
            "apart": pin in forbidden,
        }
        broken = tuple(name for name, fails in failing.items() if fails)
        return Scheduled(pin, earliest, "pinned" if pin > earliest else None, broken, base)
    wave, late = max(earliest, base), None
    if base > earliest:
        late = next(name for name, of in bases.items() if of == base)
    while (full := not filled.takes(wave, size)) or wave in forbidden:
        late = "full" if full else "apart"
        wave = max(wave + 1, filled.open_from(wave))
    filled.add(wave, size)
    broken = ("pinned",) if pin is not None else ()
    if filled.exceeds(wave):
        broken = (*broken, "capacity")
    return Scheduled(wave, earliest, late, broken, base)


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

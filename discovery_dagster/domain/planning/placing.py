"""Groups and waves of the assets that move, within what people set.

What is joined is decided in `grouping`, in which wave each group moves in `scheduling`. Needs win
over what people set: a wave order that breaks a need is none. What gave way is reported by
`conflicts`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np
import polars as pl

from discovery_dagster.domain.decisions.constraints import Constraint, ResolvedConstraints
from discovery_dagster.domain.graph.digraph import Digraph, Numbers
from discovery_dagster.domain.planning.cohesion import deployment_pairs, same_kind_pairs, with_bonds
from discovery_dagster.domain.planning.defaults import (
    Assumptions,
    pilot_groups,
    stage_order,
    urgencies,
)
from discovery_dagster.domain.planning.grouping import Separation, groups
from discovery_dagster.domain.planning.scheduling import Limits, Room, Scheduled, schedule
from discovery_dagster.reference import load

Pair = tuple[int, int, Constraint]  # two nodes, and what is set about them


@dataclass(frozen=True)
class Placed:
    """Where each node goes; arrays are by node, `scheduled`, `pinned` and `room` by group."""

    group: Numbers
    wave: Numbers
    cycle: Numbers  # the cycle that a node is in, -1 for none
    scheduled: Mapping[int, Scheduled] = field(default_factory=dict)
    pinned: Mapping[int, tuple[int, int, Constraint]] = field(default_factory=dict)  # wave, node
    room: Room | None = None
    bonds: Sequence[Pair] = ()
    separations: Sequence[Pair] = ()
    assumed: Assumptions = field(default_factory=Assumptions)

    def waves_of(self, number: int) -> set[int]:
        """The waves that a group takes: its own, and one kept for it though it came later."""
        pinned = {self.pinned[number][0]} if number in self.pinned else set()
        return {self.scheduled[number].wave} | pinned

    @cached_property
    def separated_from(self) -> Mapping[int, Sequence[tuple[int, Constraint]]]:
        """The nodes that each group must not go with."""
        separated: dict[int, list[tuple[int, Constraint]]] = defaultdict(list)
        for one, other, constraint in self.separations:
            separated[int(self.group[one])].append((other, constraint))
            separated[int(self.group[other])].append((one, constraint))
        return separated


def place(
    movable: pl.DataFrame, ties: pl.DataFrame, limit: int, constraints: ResolvedConstraints
) -> Placed:
    """Group the nodes, and give each group a wave.

    Args:
        movable: assets as `parts.with_parts` returns, without what does not move.
        ties: the ties that are not cut, the strongest first.
        limit: assets that a joined group has at most, where waves are not smaller still.
        constraints: what people set.
    """
    needed = ties.filter("orders")
    source, target = (needed[side].cast(pl.Int64).to_numpy() for side in ("a", "b"))
    node = dict(movable.select("asset_id", "node").iter_rows())
    bonds = _pairs(constraints.together, node, pairwise)
    separations = _pairs(constraints.apart, node, lambda ids: combinations(ids, 2))
    needs = Digraph.of(movable.height, source, target)
    strong = needs.components("strong")
    cycle = np.where(np.bincount(strong, minlength=1)[strong] > 1, strong, -1)
    rank, pins = _ranks(movable, constraints), _pins(movable.height, node, constraints)
    capacity = constraints.limit("assets_per_wave")
    most = min(limit, capacity or limit)
    separation = Separation(
        [(a, b) for a, b, _ in separations], [rank, pins, _environments(movable)]
    )
    bound = with_bonds(needs, [(a, b) for a, b, _ in bonds])
    bound = with_bonds(bound, deployment_pairs(movable, bound, most, separation))
    order = [
        *((a, b) for a, b, _ in bonds),
        *ties.filter("binds").select("a", "b").iter_rows(),
        *same_kind_pairs(movable, ties),
    ]
    group = groups(bound, order, most, load("planning")["search_limit"], separation)
    condensed = needs.condensed(group)
    size = np.bincount(group).tolist()
    pinned = _pinned(constraints, node, group)
    assumed, urgency = Assumptions.of(movable.height), urgencies(movable, group)
    limits = Limits(
        capacity=capacity or assumed.wave,
        rank=_highest(rank, group),
        pinned={number: wave for number, (wave, _, _) in pinned.items()},
        apart=sorted(
            {(int(group[a]), int(group[b])) for a, b, _ in separations if group[a] != group[b]}
        ),
        after=stage_order(movable, group, condensed),
        pilot=pilot_groups(condensed, size, urgency, assumed.pilot) if assumed.pilot else None,
        urgency=urgency if assumed.wave else {},
    )
    scheduled = schedule(condensed, size, _first(group).tolist(), limits)
    wave = np.array([one.wave for one in scheduled], np.int64)
    room = Room(scheduled, size, limits)
    by_number = dict(enumerate(scheduled))
    return Placed(group, wave[group], cycle, by_number, pinned, room, bonds, separations, assumed)


def _pairs(
    sets: Iterable[tuple[Sequence[str], Constraint]],
    node: Mapping[str, int],
    paired: Callable[[Sequence[str]], Iterable[tuple[str, str]]],
) -> list[Pair]:
    """The pairs of nodes that constraints about several assets speak of."""
    return [
        (node[one], node[other], constraint)
        for ids, constraint in sets
        for one, other in paired(ids)
        if one in node and other in node
    ]


def _environments(movable: pl.DataFrame) -> Numbers:
    """A number of each node's environment, -1 where it is unknown."""
    words = movable["environment"].replace("unknown", None)
    number = {name: at for at, name in enumerate(words.drop_nulls().unique().sort())}
    return words.replace_strict(number, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()


def _ranks(movable: pl.DataFrame, constraints: ResolvedConstraints) -> Numbers:
    """The place of each node's environment in the order that was set, -1 for none."""
    order = (
        constraints.environment_order.values if constraints.environment_order is not None else ()
    )
    place = {name: at for at, name in enumerate(order)}
    ranks = movable["environment"].replace_strict(place, default=-1, return_dtype=pl.Int64)
    return ranks.fill_null(-1).to_numpy()


def _pins(nodes: int, node: Mapping[str, int], constraints: ResolvedConstraints) -> Numbers:
    """The wave that each node is pinned to, -1 for none."""
    pins = np.full(nodes, -1, np.int64)
    for asset, (wave, _) in constraints.pinned.items():
        if asset in node:
            pins[node[asset]] = wave
    return pins


def _pinned(
    constraints: ResolvedConstraints, node: Mapping[str, int], group: Numbers
) -> dict[int, tuple[int, int, Constraint]]:
    """The wave, node and constraint of each pinned group; the latest where there are several."""
    pinned: dict[int, tuple[int, int, Constraint]] = {}
    for asset, (wave, constraint) in sorted(
        constraints.pinned.items(), key=lambda item: item[1][1].id
    ):
        if asset in node:
            number = int(group[node[asset]])
            if number not in pinned or wave > pinned[number][0]:
                pinned[number] = wave, node[asset], constraint
    return pinned


def _first(group: Numbers) -> Numbers:
    """The first node of each group."""
    first = np.full(int(group.max(initial=-1)) + 1, len(group), np.int64)
    np.minimum.at(first, group, np.arange(len(group)))
    return first


def _highest(rank: Numbers, group: Numbers) -> dict[int, int]:
    """The highest rank in each group that has any."""
    highest = np.full(int(group.max(initial=-1)) + 1, -1, np.int64)
    np.maximum.at(highest, group, rank)
    return {at: of for at, of in enumerate(highest.tolist()) if of >= 0}

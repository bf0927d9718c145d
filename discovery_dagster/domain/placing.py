"""Groups and waves of the assets that move, within what people set; and what of that cannot hold.

What is joined is decided in `grouping`, in which wave each group moves in `scheduling`. Needs win
over what people set: a wave order that breaks a need is none. What gives way is named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl

from discovery_dagster.domain.constraints import Constraint, Meant
from discovery_dagster.domain.digraph import Digraph, Numbers
from discovery_dagster.domain.grouping import Separation, groups
from discovery_dagster.domain.scheduling import Limits, Scheduled, schedule
from discovery_dagster.reference import load


@dataclass(frozen=True)
class Placed:
    """Where each node goes; arrays are by node, `scheduled` by group."""

    group: Numbers
    wave: Numbers
    cycle: Numbers  # the cycle that a node is in, -1 for none
    scheduled: Mapping[int, Scheduled] = field(default_factory=dict)
    conflicts: tuple[tuple[Constraint, str], ...] = ()


def place(movable: pl.DataFrame, found: pl.DataFrame, limit: int, meant: Meant) -> Placed:
    """Group the nodes, and give each group a wave.

    Args:
        movable: assets as `ties.planned` gives them, without what does not move.
        found: the ties that are not cut, the strongest first.
        limit: assets that a joined group has at most.
        meant: what people set.
    """
    source, target = (found[side].cast(pl.Int64).to_numpy() for side in ("a", "b"))
    node = dict(movable.select("asset_id", "node").iter_rows())
    bonds = [
        (node[one], node[other], constraint)
        for ids, constraint in meant.together
        for one, other in pairwise(ids)
        if one in node and other in node
    ]
    foes = [
        (node[one], node[other], constraint)
        for ids, constraint in meant.apart
        for at, one in enumerate(ids)
        for other in ids[at + 1 :]
        if one in node and other in node
    ]
    needs = Digraph.of(movable.height, source, target)
    strong = needs.components("strong")
    cycle = np.where(np.bincount(strong, minlength=1)[strong] > 1, strong, -1)
    bound = needs
    if bonds:
        there = np.array([[a, b] for a, b, _ in bonds] + [[b, a] for a, b, _ in bonds])
        bound = Digraph.of(
            movable.height, np.append(source, there[:, 0]), np.append(target, there[:, 1])
        )
    rank = _ranks(movable, meant)
    order = [
        *((a, b) for a, b, _ in bonds),
        *zip(source.tolist(), target.tolist(), strict=True),
    ]
    separation = Separation([(a, b) for a, b, _ in foes], rank)
    group = groups(bound, order, limit, load("planning")["search_limit"], separation)
    condensed = needs.condensed(group)
    if condensed.size and not _limits_waves(meant):
        return Placed(group, condensed.depth()[group] + 1, cycle)
    names = movable["name"].to_list()
    rows = _Groups(group, rank, names)
    pinned, quarrels = _pins(meant, node, group, names)
    limits = Limits(
        capacity=meant.limit("assets_per_wave"),
        rank=rows.rank,
        pinned={number: wave for number, (wave, _) in pinned.items()},
        apart=sorted({(int(group[a]), int(group[b])) for a, b, _ in foes if group[a] != group[b]}),
    )
    scheduled = schedule(condensed, rows.size, rows.first, limits)
    wave = np.array([one.wave for one in scheduled], np.int64)
    conflicts = (
        *quarrels,
        *_unseparated(foes, group, cycle, names),
        *_broken(rows, scheduled, condensed, meant, pinned),
    )
    return Placed(group, wave[group], cycle, dict(enumerate(scheduled)), tuple(conflicts))


class _Groups:
    """What scheduling needs to know of groups, and how messages call them."""

    def __init__(self, group: Numbers, rank: Numbers | None, names: list[str]) -> None:
        sizes = np.bincount(group)
        self.size: list[int] = sizes.tolist()
        first = np.full(len(sizes), len(group), np.int64)
        np.minimum.at(first, group, np.arange(len(group)))
        self.first: list[int] = first.tolist()
        self.rank: dict[int, int] = {}
        if rank is not None and len(sizes):
            highest = np.full(len(sizes), -1, np.int64)
            np.maximum.at(highest, group, rank)
            self.rank = {at: int(of) for at, of in enumerate(highest.tolist()) if of >= 0}
        self._names = names

    def called(self, number: int) -> str:
        """Name a group by its first asset."""
        more = self.size[number] - 1
        return self._names[self.first[number]] + (f" and {more} more with it" if more else "")


def _limits_waves(meant: Meant) -> bool:
    return bool(meant.assets_per_wave or meant.environment_order or meant.pinned or meant.apart)


def _ranks(movable: pl.DataFrame, meant: Meant) -> Numbers | None:
    """The place of each node's environment in the order that was set, -1 for none."""
    if meant.environment_order is None:
        return None
    place = {name: at for at, name in enumerate(meant.environment_order.values)}
    ranks = movable["environment"].replace_strict(place, default=-1, return_dtype=pl.Int64)
    return ranks.fill_null(-1).to_numpy()


def _pins(
    meant: Meant, node: Mapping[str, int], group: Numbers, names: list[str]
) -> tuple[dict[int, tuple[int, Constraint]], list[tuple[Constraint, str]]]:
    """The wave that each group is pinned to, and the pins of one group that contradict."""
    pinned: dict[int, tuple[int, Constraint]] = {}
    by: dict[int, str] = {}
    quarrels = []
    for asset, (wave, constraint) in sorted(meant.pinned.items(), key=lambda item: item[1][1].id):
        if asset not in node:
            continue
        number, name = int(group[node[asset]]), names[node[asset]]
        other = pinned.get(number)
        if other is not None and other[0] != wave:
            quarrels.append(
                (
                    constraint,
                    f"{name} is pinned to wave {wave} and {by[number]} to wave {other[0]}, but they"
                    f" move together: the later wave holds.",
                )
            )
        if other is None or wave > other[0]:
            pinned[number], by[number] = (wave, constraint), name
    return pinned, quarrels


def _unseparated(
    foes: list[tuple[int, int, Constraint]], group: Numbers, cycle: Numbers, names: list[str]
) -> Iterator[tuple[Constraint, str]]:
    for one, other, constraint in foes:
        if group[one] != group[other]:
            continue
        circle = cycle[one] >= 0 and cycle[one] == cycle[other]
        why = "need each other in a cycle" if circle else "are bound together by others"
        yield (
            constraint,
            f"{names[one]} and {names[other]} must not go together, but they {why}: they are in"
            " one group.",
        )


def _broken(
    rows: _Groups,
    scheduled: list[Scheduled],
    needs: Digraph,
    meant: Meant,
    pinned: Mapping[int, tuple[int, Constraint]],
) -> Iterator[tuple[Constraint, str]]:
    """What people set that gave way to needs, in words."""
    for number, made in enumerate(scheduled):
        called = rows.called(number)
        if "pinned" in made.broken and number in pinned:
            wave, constraint = pinned[number]
            below = needs.target[needs.source == number].tolist()
            last = max(below, key=lambda of: (scheduled[of].wave, -of))
            yield (
                constraint,
                f"{called} cannot be in wave {wave}: it needs {rows.called(last)} in wave"
                f" {scheduled[last].wave}. It is in wave {made.wave}.",
            )
        if "capacity" in made.broken and meant.assets_per_wave is not None:
            yield (
                meant.assets_per_wave,
                f"Wave {made.wave} has more than {meant.limit('assets_per_wave')} assets because"
                f" of {called}, which cannot be parted or is pinned there.",
            )
        if "rank" in made.broken and meant.environment_order is not None:
            own = meant.environment_order.values[rows.rank[number]]
            yield (
                meant.environment_order,
                f"{called} ({own}) is in wave {made.wave}, not before the environments that come"
                " later, because of what it needs or of its pin.",
            )
        if "apart" in made.broken and number in pinned:
            yield (
                pinned[number][1],
                f"{called} is pinned to wave {made.wave}, where something is that it must not go"
                " with.",
            )

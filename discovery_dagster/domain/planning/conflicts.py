"""What people set about a plan and cannot hold, each with everything that it contradicts.

A sentence names the assets, the needs with their evidence and the other constraints that together
rule a constraint out; what gave way is in the plan already.
"""

from collections import deque
from collections.abc import Iterator, Mapping

import polars as pl

from discovery_dagster.domain.decisions.constraints import Constraint, ResolvedConstraints
from discovery_dagster.domain.planning.placed_groups import PlacedGroups, listed
from discovery_dagster.domain.planning.placing import Placed
from discovery_dagster.domain.planning.reasons import delay_reason

Conflict = tuple[Constraint, str]


def find_conflicts(
    assets: pl.DataFrame,
    movable: pl.DataFrame,
    ties: pl.DataFrame,
    placed: Placed,
    constraints: ResolvedConstraints,
    staying: Mapping[str, str],
) -> list[Conflict]:
    """Return every constraint that does not hold, and why.

    Args:
        assets: all of the session, with their `asset_id` and `name`.
        movable: assets as `placing.place` takes them.
        ties: likewise.
        placed: where each asset goes.
        constraints: what people set.
        staying: why each asset that does not move stays.
    """
    plan = PlacedGroups(movable, ties, placed)
    return [
        *_pins_of_what_stays(assets, movable, constraints, staying),
        *_contradicting_pins(plan, constraints),
        *_separation_conflicts(plan),
        *_early(plan, constraints),
        *_shared(plan),
        *_overfull(plan, constraints.assets_per_wave),
        *_out_of_order(plan, constraints.environment_order),
    ]


def _pins_of_what_stays(
    assets: pl.DataFrame,
    movable: pl.DataFrame,
    constraints: ResolvedConstraints,
    staying: Mapping[str, str],
) -> Iterator[Conflict]:
    if not constraints.pinned:
        return
    moving = set(movable["asset_id"])
    names = dict(assets.select("asset_id", "name").iter_rows())
    for asset, (_, constraint) in constraints.pinned.items():
        if asset not in moving:
            why = staying.get(asset, "It is outside the estate and does not move.")
            yield constraint, f"{names[asset]} has no wave. {why}"


def _contradicting_pins(plan: PlacedGroups, constraints: ResolvedConstraints) -> Iterator[Conflict]:
    """Pins to different waves of what moves together."""
    for asset, (wave, constraint) in constraints.pinned.items():
        if asset not in plan.node:
            continue
        at = plan.node[asset]
        held, node, _ = plan.placed.pinned[plan.group[at]]
        if held != wave:
            yield (
                constraint,
                f"{plan.names[at]} is pinned to wave {wave} and {plan.names[node]} to wave {held},"
                f" but they are bound together: {plan.bound(at, node)}. The later wave holds.",
            )


def _separation_conflicts(plan: PlacedGroups) -> Iterator[Conflict]:
    """What must not go together, and is in one group all the same."""
    for one, other, constraint in plan.placed.separations:
        if plan.group[one] == plan.group[other]:
            yield (
                constraint,
                f"{plan.names[one]} and {plan.names[other]} must not go together, but they are"
                f" bound together: {plan.bound(one, other)}.",
            )


def _early(plan: PlacedGroups, constraints: ResolvedConstraints) -> Iterator[Conflict]:
    """Pins to a wave before what is needed."""
    for number, (wave, node, constraint) in plan.placed.pinned.items():
        scheduled = plan.placed.scheduled[number]
        if "pinned" not in scheduled.broken:
            continue
        need = plan.first_need(number, scheduled.earliest - 1)
        assert need is not None  # noqa: S101 - or the pin would hold
        here, there, sentence = need
        mate = "" if here == node else f" {plan.names[here]} moves with it, and"
        behind = _behind(plan, constraints, plan.group[there])
        yield (
            constraint,
            f"{plan.names[node]} cannot be in wave {wave}:{mate} {sentence}, in wave"
            f" {scheduled.earliest - 1}.{behind} It is in wave {scheduled.wave}.",
        )


def _behind(plan: PlacedGroups, constraints: ResolvedConstraints, number: int) -> str:
    """Say what people set that keeps a group, or what it needs, from an earlier wave."""
    while True:
        scheduled = plan.placed.scheduled[number]
        if scheduled.late is not None:
            why = delay_reason(number, plan.placed, constraints, plan.names)
            return f" {plan.called(number)} is in wave {scheduled.wave} because {why}."
        need = plan.first_need(number, scheduled.wave - 1)
        if need is None:
            return ""
        number = plan.group[need[1]]


def _shared(plan: PlacedGroups) -> Iterator[Conflict]:
    """Pins to a wave where something is that a group must not go with."""
    for number, (wave, node, constraint) in plan.placed.pinned.items():
        if "apart" not in plan.placed.scheduled[number].broken:
            continue
        for one, other, apart in plan.placed.separations:
            ends = plan.group[one], plan.group[other]
            if number in ends and plan.wave(ends[0]) == plan.wave(ends[1]):
                neighbour = other if ends[0] == number else one
                yield (
                    constraint,
                    f"{plan.names[node]} is pinned to wave {wave}, where {plan.names[neighbour]}"
                    f" is. {apart.sentence}.",
                )


def _overfull(plan: PlacedGroups, limit: Constraint | None) -> Iterator[Conflict]:
    """Waves of more assets than may be, and what cannot be parted or is pinned there."""
    if limit is None:
        return
    scheduled = plan.placed.scheduled
    for wave in sorted({one.wave for one in scheduled.values() if "capacity" in one.broken}):
        here = [number for number in plan.members if plan.wave(number) == wave]
        total = sum(len(plan.members[number]) for number in here)
        most = int(limit.values[0])
        why = [
            f"{plan.called(number)} cannot be parted: {plan.inside(number)}"
            for number in here
            if len(plan.members[number]) > most
        ]
        pins = [plan.placed.pinned[number] for number in here if number in plan.placed.pinned]
        why += [one.sentence for of, _, one in pins if of == wave]
        yield limit, f"Wave {wave} has {total} assets, more than {most}. {listed(why)}."


def _out_of_order(plan: PlacedGroups, order: Constraint | None) -> Iterator[Conflict]:
    """Groups that are not in the order of environments, and the need or pin that puts them so."""
    if order is None:
        return
    for number, scheduled in plan.placed.scheduled.items():
        if "rank" not in scheduled.broken:
            continue
        pinned = plan.placed.pinned.get(number)
        if pinned is not None and pinned[0] == scheduled.wave < scheduled.base:
            why = (
                f"{pinned[2].sentence}, before wave {scheduled.base}, where its environment begins"
            )
        else:
            why = listed(_to_later(plan, number, order))
        own = order.values[_place(plan, number, order)]
        yield order, f"{plan.called(number)} ({own}) is in wave {scheduled.wave}: {why}."


def _place(plan: PlacedGroups, number: int, order: Constraint) -> int:
    """The last place that a group has in an order of environments, -1 for none."""
    place = {name: at for at, name in enumerate(order.values)}
    return max(place.get(plan.environments[at] or "", -1) for at in plan.members[number])


def _to_later(plan: PlacedGroups, start: int, order: Constraint) -> list[str]:
    """Return the needs that lead from a group to the nearest one of a later environment."""
    own = _place(plan, start, order)
    came: dict[int, tuple[int, str]] = {}
    waiting = deque([start])
    while waiting:
        end = number = waiting.popleft()
        if (place := _place(plan, number, order)) > own:
            links = list[str]()
            while number in came:
                number, sentence = came[number]
                links.append(sentence)
            later = f"which is {order.values[place]}, in wave {plan.wave(end)}"
            return [*links[:0:-1], f"{links[0]}, {later}"]
        for here in plan.members[number]:
            for there, sentence in plan.needs.get(here, ()):
                other = plan.group[there]
                if other != start and other not in came:
                    came[other] = number, sentence
                    waiting.append(other)
    return []

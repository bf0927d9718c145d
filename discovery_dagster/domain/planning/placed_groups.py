"""A plan as messages need it: groups and assets by name, needs in words, what binds a group."""

from collections import deque
from collections.abc import Mapping, Sequence
from functools import cached_property

import polars as pl

from discovery_dagster.domain.planning.placing import Placed

#: Links that a sentence lists before it says how many more there are.
_LISTED = 6


class PlacedGroups:
    """A plan as messages need it: assets by name, needs by their ends, and what binds groups."""

    def __init__(self, movable: pl.DataFrame, ties: pl.DataFrame, placed: Placed) -> None:
        self.placed = placed
        self._movable, self._ties = movable, ties

    # All of it is read only where something cannot hold.

    @cached_property
    def names(self) -> list[str]:
        """The name of each asset."""
        return self._movable["name"].to_list()

    @cached_property
    def environments(self) -> list[str | None]:
        """The environment of each asset."""
        return self._movable["environment"].to_list()

    @cached_property
    def node(self) -> Mapping[str, int]:
        """The number of each asset by its id."""
        return dict(self._movable.select("asset_id", "node").iter_rows())

    @cached_property
    def group(self) -> list[int]:
        """The group of each asset."""
        group: list[int] = self.placed.group.tolist()
        return group

    @cached_property
    def members(self) -> Mapping[int, list[int]]:
        """The assets of each group."""
        members: dict[int, list[int]] = {}
        for at, number in enumerate(self.group):
            members.setdefault(number, []).append(at)
        return members

    def wave(self, number: int) -> int:
        """The wave of a group."""
        return self.placed.scheduled[number].wave

    def called(self, number: int) -> str:
        """Name a group by its first asset."""
        more = len(self.members[number]) - 1
        return self.names[self.members[number][0]] + (f" and {more} more with it" if more else "")

    @cached_property
    def needs(self) -> Mapping[int, Sequence[tuple[int, str]]]:
        """What each asset needs, the strongest first: the other asset, and the need in words."""
        needs: dict[int, list[tuple[int, str]]] = {}
        columns = ("a", "b", "source", "words", "target", "cite")
        for a, b, source, words, target, cite in (
            self._ties.filter("orders").select(columns).iter_rows()
        ):
            needs.setdefault(a, []).append((b, f"{source} {words} {target} ({cite})"))
        return needs

    def first_need(self, number: int, wave: int) -> tuple[int, int, str] | None:
        """Return the strongest need of a group for one in a wave: both assets, and its words."""
        return next(
            (
                (here, there, sentence)
                for here in self.members[number]
                for there, sentence in self.needs.get(here, ())
                if self.group[there] != number and self.wave(self.group[there]) == wave
            ),
            None,
        )

    def binding_path(self, start: int, end: int) -> list[str]:
        """Return what binds one asset to another of its group: constraints before needs."""
        near: dict[int, list[tuple[int, str]]] = {}
        for one, other, constraint in self.placed.bonds:
            near.setdefault(one, []).append((other, constraint.sentence))
            near.setdefault(other, []).append((one, constraint.sentence))
        came: dict[int, tuple[int, str]] = {}
        waiting = deque([start])
        while waiting and end not in came:
            here = waiting.popleft()
            for there, sentence in (*near.get(here, ()), *self.needs.get(here, ())):
                if there not in came and there != start and self.group[there] == self.group[start]:
                    came[there] = here, sentence
                    waiting.append(there)
        links = list[str]()
        while end in came:
            end, sentence = came[end]
            links.append(sentence)
        return links[::-1]

    def bound(self, one: int, other: int) -> str:
        """Say by what two assets of one group are bound together, both ways."""
        return listed([*self.binding_path(one, other), *self.binding_path(other, one)])

    def inside(self, number: int) -> str:
        """Say what binds the assets of a group that is larger than any limit."""
        members = set(self.members[number])
        links = [constraint.sentence for one, _, constraint in self.placed.bonds if one in members]
        cycling = sorted(self.names[at] for at in members if self.placed.cycle[at] >= 0)
        if cycling:
            some = ", ".join(cycling[:_LISTED]) + (", …" if len(cycling) > _LISTED else "")
            links.append(f"{len(cycling)} need each other in a cycle ({some})")
        return listed(links)


def listed(links: Sequence[str]) -> str:
    """Join distinct links; the last ones of many are a number."""
    distinct = list(dict.fromkeys(links))
    more = len(distinct) - _LISTED
    return "; ".join(distinct[:_LISTED]) + (f"; and {more} more" if more > 0 else "")

"""What is assumed about waves where no constraint is set (`planning.yaml`, `defaults`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any, Final

import numpy as np
import polars as pl

from discovery_dagster.domain.graph.digraph import Digraph, Numbers
from discovery_dagster.reference import load

_NO_STAGE: Final = -1


@dataclass(frozen=True)
class Assumptions:
    """What holds of the waves of a plan beside needs and what people set."""

    wave: int | None = None  # assets in a wave at most
    pilot: int | None = None  # assets in the first wave at most

    @classmethod
    def of(cls, moving: int) -> "Assumptions":
        """What is assumed of a plan of so many assets."""
        rules = load("planning")["defaults"]
        if moving < rules["from"]:
            return cls()
        return cls(_share(rules["wave"], moving), _share(rules["pilot"], moving))

    def sentences(self) -> list[str]:
        """The assumptions in words."""
        stages = load("planning")["defaults"]["stages"]
        order = ", ".join(name.replace("_", " ") for name in stages)
        sentences = [f"Deployments of one application move in the order {order}."]
        if self.wave is not None:
            sentences += [
                f"At most {self.wave} assets a wave; a group that is larger has a wave of its own.",
                f"The first wave is a pilot of at most {self.pilot} assets: of low or medium"
                " criticality, needing no other group.",
                "What is less critical moves first where no need orders.",
            ]
        return sentences


def _share(rule: Mapping[str, Any], moving: int) -> int:
    return int(min(max(ceil(rule["share"] * moving), rule["least"]), rule["most"]))


def stage_order(movable: pl.DataFrame, group: Numbers, needs: Digraph) -> list[tuple[int, int]]:
    """Return each group that moves after another since it holds a later stage of an application.

    Args:
        movable: with `deployment`, `application` and `environment`, by node.
        group: of each node.
        needs: of groups; what they say the other way round wins.
    """
    place = {name: at for at, name in enumerate(load("planning")["defaults"]["stages"])}
    stages: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    columns = movable.select("application", "environment", "deployment")
    for number, (application, environment, deployment) in zip(
        group.tolist(), columns.iter_rows(), strict=True
    ):
        if deployment is not None and environment in place:
            stages[application][place[environment]].add(number)
    pairs = set[tuple[int, int]]()
    for by_stage in stages.values():
        ordered = sorted(by_stage)
        for before, after in pairwise(ordered):
            pairs |= {(b, a) for a in by_stage[before] for b in by_stage[after] if a != b}
    if not pairs:
        return []
    ends = np.array(sorted(pairs), np.int64)
    both = Digraph.of(
        needs.size, np.append(needs.source, ends[:, 0]), np.append(needs.target, ends[:, 1])
    )
    strong = both.components("strong")
    return [(a, b) for a, b in ends.tolist() if strong[a] != strong[b]]


def urgencies(movable: pl.DataFrame, group: Numbers) -> dict[int, int]:
    """How critical each group is, as its place in an order; its most critical asset counts."""
    order = load("planning")["defaults"]["criticalities"]
    place = {name: at for at, name in enumerate(order)}
    urgency: dict[int, int] = {}
    stated: dict[int, int] = {}
    for number, word in zip(group.tolist(), movable["criticality"].to_list(), strict=True):
        if word in place and word != "unknown":
            stated[number] = max(stated.get(number, 0), place[word])
        urgency[number] = place["unknown"]
    return urgency | stated


def pilot_groups(
    needs: Digraph, size: Sequence[int], urgency: Mapping[int, int], most: int
) -> frozenset[int] | None:
    """Return the groups of the first wave; None where none is fit to be a pilot.

    Args:
        needs: of groups.
        size: assets of each group.
        urgency: as `urgencies` returns.
        most: assets in the pilot.
    """
    rules = load("planning")["defaults"]
    allowed = {rules["criticalities"].index(name) for name in rules["pilot"]["criticalities"]}
    needing = np.bincount(needs.source, minlength=needs.size)
    needed = np.bincount(needs.target, minlength=needs.size)
    fit = [
        (urgency[number], int(needed[number]), size[number], number)
        for number in range(needs.size)
        if urgency[number] in allowed
        and needing[number] == 0
        and needed[number] <= rules["pilot"]["needed_by"]
    ]
    chosen, total = set[int](), 0
    for _, _, assets, number in sorted(fit):
        if total + assets <= most:
            chosen.add(number)
            total += assets
    return frozenset(chosen) or None

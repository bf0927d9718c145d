"""What breaks when one asset stops or moves, and what it needs itself: each way with its evidence.

The shortest way stands for all; of equally short ones the better evidenced.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from discovery_dagster.domain.dependencies.citation import Edge

Direction = Literal["needed_by", "needs"]


@dataclass(frozen=True)
class Reached:
    """An asset that is reached, in how many steps, and by which edges (numbers, nearest first)."""

    asset_id: str
    distance: int
    path: tuple[int, ...]


def reach(start: str, edges: Iterable[Edge], direction: Direction) -> list[Reached]:
    """Return what is reached from an asset along edges, the nearest first.

    Args:
        start: id of the asset; it is not among what is reached.
        edges: `edge`, `source_id`, `target_id` and `confidence` of resolved edges.
        direction: `needed_by` goes against the edges, from what is needed to what needs it.
    """
    here, there = ("target_id", "source_id") if direction == "needed_by" else (
        "source_id",
        "target_id",
    )  # fmt: skip
    outward: dict[str, list[tuple[str, int]]] = {}
    # The best evidenced edge between two assets stands for all between them.
    for edge in sorted(edges, key=lambda edge: (-(edge["confidence"] or 0), edge["edge"])):
        outward.setdefault(edge[here], []).append((edge[there], edge["edge"]))
    reached: dict[str, Reached] = {start: Reached(start, 0, ())}
    level = [start]
    while level:
        ahead = []
        for asset in level:
            so_far = reached[asset]
            for other, number in outward.get(asset, ()):
                if other not in reached:
                    reached[other] = Reached(other, so_far.distance + 1, (*so_far.path, number))
                    ahead.append(other)
        level = sorted(ahead)
    del reached[start]
    return sorted(reached.values(), key=lambda one: (one.distance, one.asset_id))

"""What breaks when one asset stops or moves, and what it needs itself: each way with its evidence.

The shortest way stands for all; of equally short ones the better evidenced.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from discovery_dagster.domain.graph.ties import flows
from discovery_dagster.reference import load

Edge = Mapping[str, Any]
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


def describe_edge(edge: Edge) -> str:
    """Say what an edge says and how that is known, such as `a depends on b (a.csv line 4)`."""
    words = load("planning")["words"]
    port = f" on {edge['protocol'] or 'port'} {edge['port']}" if edge.get("port") else ""
    statement = f"{edge['source']} {words[edge['relation']]} {edge['target']}{port}"
    return f"{statement} ({cite(edge['evidence'])})"


def cite(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Say what speaks for an edge: its first piece, and how often it was seen.

    Only what was declared is confirmed by flows; what was never declared is marked as such.
    """
    seen = sum(piece["count"] or 0 for piece in evidence if piece["kind"] == "observed")
    first = evidence[0]
    file = f"{first['file']} sheet {first['sheet']}" if first["sheet"] else first["file"]
    if first["kind"] == "observed":
        return f"seen in {flows(seen)}, not declared; {file}"
    place = f"{file} line {first['line']}"
    if first["kind"] == "inferred":
        return f"inferred from {place}" + (f", seen in {flows(seen)}, not declared" if seen else "")
    return f"{place}, confirmed by {flows(seen)}" if seen else place

"""Cycles of needs as sets that move together, and the cheapest edges to cut them open by.

What an edge costs is what speaks for it (`planning.yaml`, `cut`): an inferred need is cut before
one that is declared and seen a thousand times. A placement is never cheap.
"""

from collections.abc import Sequence
from math import log10

import polars as pl

from discovery_dagster.domain.digraph import Digraph
from discovery_dagster.domain.frames import CYCLES, conform
from discovery_dagster.domain.impact import tell
from discovery_dagster.reference import load

Weighted = tuple[int, int, float, int]  # source, target, cost, edge


def cycles(assets: pl.DataFrame, edges: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Return the cycles of the graph, the largest first.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        nodes: `GRAPH_NODES`.

    Returns:
        `CYCLES`. In a set of more edges than `cut.limit` none is proposed: its `cuts` are null.
    """
    rules = load("planning")["cut"]
    inside = nodes.filter("in_cycle").select("asset_id", "strong_component")
    named = inside.join(assets.select("asset_id", "name"), on="asset_id").sort("name", "asset_id")
    number = named.with_row_index("node").select("asset_id", "node", "strong_component")
    within = (
        edges.filter("resolved", pl.col("infrastructure").is_null())
        .join(number.rename({"asset_id": "source_id", "node": "a"}), on="source_id")
        .join(number.rename({"asset_id": "target_id", "node": "b"}), on="target_id")
        .filter(pl.col("strong_component") == pl.col("strong_component_right"))
        .filter(pl.col("a") != pl.col("b"))
    )
    told = {row["edge"]: row for row in within.iter_rows(named=True)}
    rows = []
    by_set = within.partition_by("strong_component", as_dict=True)
    for members in named.partition_by("strong_component", maintain_order=True):
        component = members["strong_component"][0]
        own = by_set[(component,)].sort("edge")
        weighted = [(row["a"], row["b"], _cost(row), row["edge"]) for row in own.to_dicts()]
        cuts = cheapest(weighted) if len(weighted) <= rules["limit"] else None
        rows.append(
            {
                "cycle": component,
                "assets": members["name"].to_list(),
                "asset_ids": members["asset_id"].to_list(),
                "edges": own.height,
                "cuts": None if cuts is None else [tell(told[edge]) for edge in cuts],
                "cut_edges": cuts,
            }
        )
    return conform(pl.DataFrame(rows, schema=dict(CYCLES)).sort("cycle"), CYCLES)


def cheapest(edges: Sequence[Weighted]) -> list[int]:
    """Return edges whose removal leaves no cycle, cheap ones; none of them could be kept.

    Finding the very cheapest set is NP-hard. Edges are put into an acyclic graph from the dearest
    to the cheapest as long as none closes a cycle, which leaves out the cheapest of each cycle that
    is closed; of a single cycle that is the optimum.

    Args:
        edges: of one strongly connected set.
    """
    ahead: dict[int, set[int]] = {}
    cut = []
    for source, target, _, edge in sorted(edges, key=lambda one: (-one[2], one[3])):
        if _leads(ahead, target, source):
            cut.append(edge)
        else:
            ahead.setdefault(source, set()).add(target)
    return sorted(cut)


def _leads(ahead: dict[int, set[int]], start: int, end: int) -> bool:
    """Whether a way leads from `start` to `end`."""
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        for other in ahead.get(here, ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def _cost(edge: dict[str, object]) -> float:
    rules = load("planning")["cut"]
    evidence = edge["evidence"]
    assert isinstance(evidence, list)  # noqa: S101 - as `EDGES` has it
    seen = sum(piece["count"] or 0 for piece in evidence if piece["kind"] == "observed")
    placed = rules["placement"] if edge["relation"] in rules["placements"] else 1
    return float(rules["statuses"][edge["status"]] * (1 + log10(1 + seen)) * placed)


def articulation(needs: Digraph, limit: int) -> list[bool] | None:
    """Return for each node whether its loss parts what is connected, None above `limit` edges.

    Single points of failure are the cut vertices of the graph without directions (Hopcroft and
    Tarjan, "Efficient algorithms for graph manipulation", 1973), found without recursion.
    """
    if len(needs.source) > limit:
        return None
    near: list[list[int]] = [[] for _ in range(needs.size)]
    for source, target in zip(needs.source.tolist(), needs.target.tolist(), strict=True):
        near[source].append(target)
        near[target].append(source)
    order, cuts = [0] * needs.size, [False] * needs.size
    for root in range(needs.size):
        if near[root] and not order[root]:
            _walk(root, near, order, cuts)
    return cuts


def _walk(root: int, near: list[list[int]], order: list[int], cuts: list[bool]) -> None:
    """Walk what is connected to `root` depth first, and note its cut vertices."""
    counter = order[root] = 1
    low, children, way = {root: 1}, 0, [(root, -1, iter(near[root]))]
    while way:
        node, parent, rest = way[-1]
        other = next(rest, None)
        if other is None:
            way.pop()
            if parent == root:
                children += 1
            elif parent >= 0:
                low[parent] = min(low[parent], low[node])
                cuts[parent] |= low[node] >= order[parent]
        elif not order[other]:
            counter += 1
            order[other] = low[other] = counter
            way.append((other, node, iter(near[other])))
        elif other != parent:
            low[node] = min(low[node], order[other])
    cuts[root] = children > 1

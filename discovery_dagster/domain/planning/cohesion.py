"""What goes together as a whole: deployments that need each other, and single assets of a kind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import polars as pl

from discovery_dagster.domain.graph.digraph import Digraph
from discovery_dagster.domain.planning.grouping import Separation
from discovery_dagster.domain.planning.kinds import KIND_FIELDS, kind_of
from discovery_dagster.reference import load

Pairs = list[tuple[int, int]]


def with_bonds(needs: Digraph, pairs: Sequence[tuple[int, int]]) -> Digraph:
    """Return the graph with both nodes of each pair needing each other."""
    if not pairs:
        return needs
    ends = np.array([*pairs, *((b, a) for a, b in pairs)], np.int64)
    source, target = np.append(needs.source, ends[:, 0]), np.append(needs.target, ends[:, 1])
    return Digraph.of(needs.size, source, target)


def deployment_pairs(movable: pl.DataFrame, needs: Digraph, most: int, apart: Separation) -> Pairs:
    """Return pairs of nodes that hold deployments together, each member to the next.

    A deployment of more than `most` assets, or one of which people want parts apart, is held by
    its ties alone; so are circular dependencies of more than `cycle_limit` assets, which are cut
    where they are tied most weakly.

    Args:
        movable: with `node` and `deployment`.
        needs: the graph of what needs, or must go with, what.
        most: assets of a deployment.
        apart: what must not be joined.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for node, deployment in movable.select("node", "deployment").drop_nulls().iter_rows():
        members[deployment].append(node)
    separated = {node for pair in apart.pairs for node in pair}
    held = {
        deployment: list(pairwise(nodes))
        for deployment, nodes in members.items()
        if 1 < len(nodes) <= most
        and not separated.intersection(nodes)
        and _one_colour(nodes, apart)
    }
    strong = with_bonds(needs, _all(held.values())).components("strong")
    size = np.bincount(strong, minlength=1)
    limit = max(load("planning")["cycle_limit"], most)
    return _all(pairs for pairs in held.values() if size[strong[pairs[0][0]]] <= limit)


def same_kind_pairs(movable: pl.DataFrame, ties: pl.DataFrame) -> Pairs:
    """Return pairs of nodes that nothing ties to anything, each to the next of its kind.

    In small plans there are none: there a single asset is seen.
    """
    if movable.height < load("planning")["defaults"]["from"]:
        return []
    tied = pl.concat([ties["a"], ties["b"]]).unique()
    loose = movable.filter(~pl.col("node").is_in(tied.implode()), pl.col("deployment").is_null())
    kinds: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in loose.select("node", "environment", *KIND_FIELDS).iter_rows(named=True):
        kinds[kind_of(row), row["environment"] or "unknown"].append(row["node"])
    return _all(pairwise(nodes) for nodes in kinds.values())


def _one_colour(nodes: Sequence[int], apart: Separation) -> bool:
    return all(len({int(c[node]) for node in nodes} - {-1}) <= 1 for c in apart.colours)


def _all(parts: Iterable[Iterable[tuple[int, int]]]) -> Pairs:
    return [pair for pairs in parts for pair in pairs]

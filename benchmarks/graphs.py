"""Components, cycles and levels of a graph, against networkx and against a smaller graph."""

import networkx as nx
import numpy as np

from benchmarks.measure import costs, report
from discovery_dagster.domain.graph.digraph import Digraph, Numbers

SMALL = (10_000, 50_000)
LARGE = (1_000_000, 2_000_000)
_ROUNDS = 5


def run() -> None:
    """Print how much faster than networkx, and how much slower at a hundred times the nodes."""
    source, target = _edges(*SMALL)
    engine, oracle = costs(
        [lambda: _engine(SMALL[0], source, target), lambda: _networkx(SMALL[0], source, target)],
        _ROUNDS,
    )
    report(
        "components, cycles, levels: networkx / engine, 10k nodes",
        oracle.cpu / engine.cpu,
        ">= 8",
        f"{oracle.cpu * 1000:.0f} ms / {engine.cpu * 1000:.1f} ms, 50k edges",
    )
    many = _edges(*LARGE)
    engine, large = costs(
        [lambda: _engine(SMALL[0], source, target), lambda: _engine(LARGE[0], *many)], _ROUNDS
    )
    report(
        "components, cycles, levels: 1M nodes / 10k nodes",
        large.cpu / engine.cpu,
        "<= 250",
        f"{large.cpu:.2f} s, 2M edges / {engine.cpu * 1000:.1f} ms, 50k edges",
    )


def _edges(nodes: int, edges: int) -> tuple[Numbers, Numbers]:
    """Needs that mostly point one way, with some cycles among them."""
    random = np.random.default_rng(7)
    ends = random.integers(0, nodes, (2, edges))
    source, target = ends.max(axis=0), ends.min(axis=0)
    back = random.random(edges) < 0.0005
    source[back], target[back] = target[back], source[back]
    return source, target


def _engine(nodes: int, source: Numbers, target: Numbers) -> tuple[int, int, int]:
    graph = Digraph.of(nodes, source, target)
    weak, strong = graph.components("weak"), graph.components("strong")
    depth = graph.condensed(strong).depth()
    return int(weak.max()) + 1, int(strong.max()) + 1, int(depth.max())


def _networkx(nodes: int, source: Numbers, target: Numbers) -> tuple[int, int, int]:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(zip(source.tolist(), target.tolist(), strict=True))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    weak = nx.number_weakly_connected_components(graph)
    condensed = nx.condensation(graph)
    levels = list(nx.topological_generations(condensed))
    return weak, condensed.number_of_nodes(), len(levels) - 1

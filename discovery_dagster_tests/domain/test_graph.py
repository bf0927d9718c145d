import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import graph
from discovery_dagster.domain.graph.digraph import Digraph
from discovery_dagster.domain.graph.reach import ancestors
from discovery_dagster_tests.domain.rows import classified_assets, edge_rows
from discovery_dagster_tests.searching import examples

SIZE = 9
PAIRS = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda p: p[0] != p[1]),
    max_size=20,
)


def numbers(values):
    return np.array(values, np.int64)


def digraph(size, pairs):
    return Digraph.of(size, numbers([a for a, _ in pairs]), numbers([b for _, b in pairs]))


def oracle(size, pairs):
    digraph = nx.DiGraph()
    digraph.add_nodes_from(range(size))
    digraph.add_edges_from(pairs)
    return digraph


def sets_of(label):
    return {frozenset(np.flatnonzero(label == one).tolist()) for one in np.unique(label)}


@settings(max_examples=examples(100), deadline=None)
@given(PAIRS)
def test_components_cycles_levels_and_reach_agree_with_networkx(pairs):
    mine, theirs = digraph(SIZE, pairs), oracle(SIZE, pairs)
    weak, strong = mine.components("weak"), mine.components("strong")
    assert sets_of(weak) == set(map(frozenset, nx.weakly_connected_components(theirs)))
    assert sets_of(strong) == set(map(frozenset, nx.strongly_connected_components(theirs)))
    condensed = mine.condensed(strong)
    depth = condensed.depth()
    upward = nx.condensation(theirs).reverse()
    for level, nodes in enumerate(nx.topological_generations(upward)):
        members = [member for node in nodes for member in upward.nodes[node]["members"]]
        assert set(depth[strong[members]]) == {level}
    component = np.zeros(condensed.size, np.int64)
    component[strong] = weak
    count, complete = ancestors(condensed, depth, strong, component, 1e9)
    assert complete.all()
    assert [count[strong[n]] - 1 for n in range(SIZE)] == [
        len(nx.ancestors(theirs, n)) for n in range(SIZE)
    ]


def test_large_components_are_counted_block_by_block_until_the_limit():
    random = np.random.default_rng(7)
    ends = np.sort(random.integers(0, 3000, (9000, 2)), axis=1)
    pairs = [(b, a) for a, b in ends.tolist() if a != b]
    mine, theirs = digraph(3003, [*pairs, (3000, 3001)]), oracle(3003, pairs)
    weak, every = mine.components("weak"), np.arange(3003)
    count, complete = ancestors(mine, mine.depth(), every, weak, 1e9)
    assert complete.all()
    for node in range(0, 3000, 97):
        assert count[node] == 1 + len(nx.ancestors(theirs, node))
    count, complete = ancestors(mine, mine.depth(), every, weak, 1)
    assert not complete[0]
    assert count[3000:].tolist() == [1, 2, 1]
    assert complete[3000:].all()


def test_levels_of_a_cycle_are_refused():
    with pytest.raises(ValueError, match="cycle"):
        digraph(2, [(0, 1), (1, 0)]).depth()


def test_a_node_is_described_by_what_it_needs_and_what_needs_it():
    names = ["app", "db", "lone", "web1", "web2", "ntp"]
    assets = classified_assets(*({"name": name} for name in names))
    edges = edge_rows(
        {"source": "web1", "target": "app"},
        {"source": "web2", "target": "app"},
        {"source": "app", "target": "web1"},
        {"source": "app", "target": "db"},
        {"source": "app", "target": "db", "port": 1433},
        {"source": "lone", "target": "ntp", "infrastructure": "time"},
        {"source": "lone", "target": "10.0.0.1", "target_id": None, "resolved": False},
    )
    nodes = {row["asset_id"]: row for row in graph.analyse(assets, edges).to_dicts()}
    assert nodes["app"] == {
        "asset_id": "app",
        "component": 1,
        "strong_component": 1,
        "in_cycle": True,
        "fan_in": 2,
        "fan_out": 2,
        "depth": 1,
        "blast_radius": 2,
        "hub": False,
        "single_point": True,
        "single_point_reason": "If it stops, web1, web2 stop: nothing is known that would stand in"
        " for it.",
        "service": None,
        "service_reason": None,
    }
    assert [nodes["db"][key] for key in ("depth", "blast_radius", "fan_in")] == [0, 3, 1]
    assert nodes["web2"]["depth"] == 2
    assert [nodes[name]["component"] for name in ("lone", "ntp")] == [2, 3]
    assert (nodes["ntp"]["fan_in"], nodes["ntp"]["blast_radius"]) == (1, 0)


def test_what_many_need_is_a_hub():
    names = [f"vm{number}" for number in range(12)]
    assets = classified_assets(*({"name": name} for name in names))
    edges = edge_rows(*({"source": name, "target": "vm0"} for name in names[1:]))
    nodes = graph.analyse(assets, edges)
    assert nodes.filter("hub")["asset_id"].to_list() == ["vm0"]


def test_an_estate_without_assets_has_no_nodes():
    assert graph.analyse(classified_assets(), edge_rows()).is_empty()

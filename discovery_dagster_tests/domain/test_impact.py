from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.dependencies.citation import describe_edge
from discovery_dagster.domain.graph.impact import reach


def edges(*pairs, confidence=0.8):
    return [
        {"edge": at, "source_id": a, "target_id": b, "confidence": confidence}
        for at, (a, b) in enumerate(pairs)
    ]


def test_the_shortest_way_stands_for_all():
    reached = reach("d", edges("ab", "bd", "ad", "cb"), "needed_by")
    assert [(one.asset_id, one.path) for one in reached] == [
        ("a", (2,)),
        ("b", (1,)),
        ("c", (1, 3)),
    ]


def test_of_two_edges_the_better_evidenced_stands():
    weak, strong = edges("ab")[0] | {"confidence": 0.5}, edges("ab")[0] | {"edge": 9}
    assert reach("a", [weak, strong], "needs")[0].path == (9,)


def test_a_cycle_ends():
    assert [one.asset_id for one in reach("a", edges("ab", "bc", "ca"), "needs")] == ["b", "c"]


def test_an_edge_is_told_with_its_evidence():
    piece = {"kind": "declared", "file": "a.csv", "sheet": None, "line": 4, "count": 1}
    seen = {"kind": "observed", "file": "f.log", "sheet": None, "line": 9, "count": 1204}
    edge = {"source": "a", "target": "b", "relation": "depends_on", "port": 443, "protocol": "tcp"}
    assert describe_edge({**edge, "evidence": [piece, seen]}) == (
        "a depends on b on tcp 443 (a.csv line 4, confirmed by 1,204 flows)"
    )
    assert describe_edge({**edge, "port": None, "evidence": [seen | {"count": 1}]}) == (
        "a depends on b (seen in 1 flow, not declared; f.log)"
    )


PAIRS = st.lists(st.tuples(*[st.sampled_from("abcdef")] * 2), max_size=14)


@given(PAIRS)
def test_what_needs_an_asset_is_what_it_is_needed_by(pairs):
    given_edges = edges(*pairs)
    for one in "abcdef":
        needs = {reached_one.asset_id for reached_one in reach(one, given_edges, "needs")}
        for other in set("abcdef") - {one}:
            needed_by = {
                reached_one.asset_id for reached_one in reach(other, given_edges, "needed_by")
            }
            assert (other in needs) == (one in needed_by)

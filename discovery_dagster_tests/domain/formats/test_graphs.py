"""Graphs in JSON: nodes called by whatever the edges call them."""

import json

import pytest

from discovery_dagster_tests.domain.sources import records_of_files

NEO4J = {
    "nodes": [{"id": "0", "labels": ["Service"], "properties": {"name": "shop"}},
              {"id": "1", "labels": ["Service"], "properties": {"name": "stock"}}],
    "relationships": [{"id": "9", "type": "CALLS", "startNode": "0", "endNode": "1"}],
}  # fmt: skip
GRAPHOLOGY = {
    "nodes": [{"key": "n0", "attributes": {"label": "shop"}},
              {"key": "n1", "attributes": {"label": "stock"}}],
    "edges": [{"source": "n0", "target": "n1"}],
}  # fmt: skip
BY_PLACE = {"nodes": [{"name": "shop"}, {"name": "stock"}], "links": [{"source": 0, "target": 1}]}
BY_NAME = {"vertices": [{"name": "shop"}, {"name": "stock"}],
           "links": [{"from": "shop", "to": "stock"}]}  # fmt: skip


@pytest.mark.parametrize("graph", [NEO4J, GRAPHOLOGY, BY_PLACE, BY_NAME])
def test_the_ends_of_edges_have_the_names_of_their_nodes(tmp_path, graph):
    path = tmp_path / "graph.json"
    path.write_text(json.dumps(graph))
    records = records_of_files(path)
    assert records.assets["name"].to_list() == ["shop", "stock"]
    assert records.relations.select("source", "target").rows() == [("shop", "stock")]
    assert set(records.outcomes["outcome"]) == {"accepted"}

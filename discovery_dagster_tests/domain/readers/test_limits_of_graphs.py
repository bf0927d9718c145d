"""Graphs that are small as files and would be large as tables are refused, with their name."""

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.dot import is_dot, read_dot
from discovery_dagster.domain.readers.graph_xml import read_graph_xml


def test_edges_between_all_nodes_of_two_subgraphs_count():
    left, right = ("; ".join(f"{side}{at}" for at in range(60)) for side in "ab")
    text = f"digraph {{ {{{left}}} -> {{{right}}} }}"
    reading = read_dot(text, "utf-8", "net.dot", Limits(graph_edges=3_600))
    assert {table.sheet: table.records.height for table in reading.tables}["edges"] == 3_600
    with pytest.raises(UnreadableFileError, match=r"net\.dot exceeds the limit of 3,599 edges"):
        read_dot(text, "utf-8", "net.dot", Limits(graph_edges=3_599))


def test_a_graph_with_a_new_attribute_in_each_node_is_refused():
    nodes = "".join(f'<node id="n{at}"><data key="k{at}">1</data></node>' for at in range(30))
    text = f"<graphml><graph>{nodes}</graph></graphml>"
    with pytest.raises(UnreadableFileError, match=r"net\.graphml .* 500 cells"):
        read_graph_xml(text, "utf-8", "net.graphml", Limits(sparse_cells=260))
    with pytest.raises(UnreadableFileError, match=r"net\.graphml .* 20 columns"):
        read_graph_xml(text, "utf-8", "net.graphml", Limits(columns=20))


def test_comments_before_what_is_no_graph_are_read_at_once():
    assert not is_dot("/**/" * 10_000 + "x")
    assert is_dot("/**/" * 10_000 + "digraph {")

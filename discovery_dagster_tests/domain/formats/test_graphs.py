"""Graphs in JSON, XML, DOT and GML: nodes called by whatever the edges call them."""

import json

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import read_file
from discovery_dagster_tests.domain.sources import counts, records_of_files
from quality.derive import derive

pytestmark = pytest.mark.pipeline

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


ONE_LIST = {"elements": [{"data": {"id": "n0", "label": "shop"}},
                         {"data": {"id": "n1", "label": "stock"}},
                         {"data": {"id": "e", "source": "n0", "target": "n1"}}]}  # fmt: skip


def relations_of(path, text):
    path.write_text(text)
    records = records_of_files(path)
    assert set(records.outcomes["outcome"]) == {"accepted"}
    return records.relations.select("source", "relation", "target").rows()


def test_nodes_and_edges_of_one_list_are_told_by_their_ends(tmp_path):
    edges_read = relations_of(tmp_path / "a.json", json.dumps(ONE_LIST))
    assert edges_read == [("shop", "depends_on", "stock")]


@pytest.mark.parametrize("name", ["type", "relationship", "label", "interaction", "predicate"])
def test_the_property_of_edges_that_is_a_relation_is_one_whatever_it_is_called(tmp_path, name):
    nodes = [{"id": 1, "name": "crm"}, {"id": 2, "name": "srv"}, {"id": 3, "name": "orcl"}]
    edges = [
        {"source": 1, "target": 2, name: "HOSTED_ON"},
        {"source": 3, "target": 1, name: "USED_BY"},
    ]
    edges_read = relations_of(tmp_path / "a.json", json.dumps({"nodes": nodes, "edges": edges}))
    assert edges_read == [("crm", "runs_on", "srv"), ("crm", "depends_on", "orcl")]


def test_a_type_of_edges_that_is_no_relation_costs_no_edge(tmp_path):
    graph = {
        "nodes": [{"id": "a"}, {"id": "b"}],
        "links": [{"source": "a", "target": "b", "type": "sync"}],
    }
    edges_read = relations_of(tmp_path / "a.json", json.dumps(graph))
    assert edges_read == [("a", "depends_on", "b")]


def test_edges_name_things_of_any_list_by_their_ids(tmp_path):
    model = {
        "applications": [{"id": "A1", "name": "crm"}, {"id": "A2", "name": "erp"}],
        "dependencies": [{"from": "A1", "to": "A2"}],
    }
    assert relations_of(tmp_path / "a.json", json.dumps(model)) == [("crm", "depends_on", "erp")]


def test_edges_under_any_name_refer_to_ids_of_several_lists(tmp_path):
    topology = {
        "data": {
            "services": [{"id": "s==.1", "name": "shop"}],
            "databases": [{"id": "d==.0", "name": "orders"}],
            "calls": [{"id": "s==.1-d==.0", "source": "s==.1", "target": "d==.0"}],
        }
    }
    edges_read = relations_of(tmp_path / "a.json", json.dumps(topology))
    assert edges_read == [("shop", "depends_on", "orders")]


def test_each_of_several_lists_of_edges_names_the_nodes(tmp_path):
    graph = {
        "nodes": [{"id": 1, "name": "shop"}, {"id": 2, "name": "cart"}, {"id": 3, "name": "db"}],
        "links": [{"source": 1, "target": 2}],
        "dependencies": [{"source": 2, "target": 3}],
    }
    assert relations_of(tmp_path / "a.json", json.dumps(graph)) == [
        ("shop", "depends_on", "cart"),
        ("cart", "depends_on", "db"),
    ]


def test_the_community_of_a_node_is_nothing_that_it_runs_on(tmp_path):
    graph = {
        "nodes": [{"id": "shop", "cluster": "4"}, {"id": "cart", "cluster": "4"}],
        "links": [{"source": "shop", "target": "cart"}],
    }
    (tmp_path / "a.json").write_text(json.dumps(graph))
    records = records_of_files(tmp_path / "a.json")
    assert records.relations["relation"].to_list() == ["depends_on"]


GRAPHML = """<?xml version="1.0"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
  <key id="d0" for="edge" attr.name="relationship"/>
  <key id="d1" for="node" yfiles.type="nodegraphics"/>
  <graph edgedefault="directed">
    <node id="n0"><data key="d1"><y:NodeLabel>shop</y:NodeLabel></data></node>
    <node id="n1"><data key="d1"><y:NodeLabel>db-01</y:NodeLabel></data></node>
    <edge source="n0" target="n1"><data key="d0">RUNS_ON</data></edge>
  </graph>
</graphml>"""
GEXF = """<gexf xmlns="http://www.gexf.net/1.2draft"><graph defaultedgetype="directed">
  <attributes class="edge"><attribute id="0" title="kind"/></attributes>
  <nodes><node id="0" label="shop"/><node id="1" label="db-01"/></nodes>
  <edges><edge id="0" source="0" target="1">
    <attvalues><attvalue for="0" value="runs on"/></attvalues></edge></edges></graph></gexf>"""
DOT = """/* made by a tool */ digraph "estate" { rankdir=LR; node [shape=box];
  n0 [label="shop\\n10.0.0.1", pos="-3,2"];  n1 [label=<<b>db-01</b>>];
  n0:p1 -> n1 [label="runs on"]; }"""


GML = """Creator "a tool"
# comment
graph [
  directed 1
  node [ id 0 label "shop" graphics [ x 1.5 type "oval" ] ]
  node [
    id 1
    label "db-01"
  ]
  edge [ source 0 target 1 interaction "runs on" ]
]"""
IN_PLANTUML = """@startuml
' a model
skinparam monochrome true

digraph g {
  shop [label = "{Process: shop | --internal--\\nPort: 80}"];
  n1 [label = "{db-01|x}"];
  shop -> n1 [label="runs on"]
}
@enduml
"""


@pytest.mark.parametrize("text", [GRAPHML, GEXF, DOT, GML, IN_PLANTUML])
def test_graphs_of_drawing_tools_name_their_nodes_by_labels(tmp_path, text):
    assert relations_of(tmp_path / "graph.txt", text) == [("shop", "runs_on", "db-01")]


def test_a_chain_in_dot_and_a_set_of_nodes_are_one_edge_a_pair(tmp_path):
    text = (
        "strict digraph { web -> cart -> { redis; db }\n subgraph cluster_1 { label=x; a -> b } }"
    )
    assert relations_of(tmp_path / "g.dot", text) == [
        ("web", "depends_on", "cart"),
        ("cart", "depends_on", "redis"),
        ("cart", "depends_on", "db"),
        ("a", "depends_on", "b"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "graph g { web -- cart }",
        'graph [ node [ id 1 label "web" ] node [ id 2 label "cart" ] edge [ source 1 target 2 ] ]',
    ],
)
def test_an_edge_without_a_direction_needs_nothing(tmp_path, text):
    assert relations_of(tmp_path / "g.gv", text) == [("web", "connects_to", "cart")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("digraph g { a -> b", "invalid_graph"),
        ("digraph g { a -> -> b }", "invalid_graph"),
        ("graph [ node [ id 1 ]", "invalid_graph"),
        ("graph [ node ]", "invalid_graph"),
        ("graph [ ] ]", "invalid_graph"),
        ('graph [ node [ id "1 ] ]', "invalid_graph"),
        ("graph [ directed 1 ]", "not_a_table"),
        ("graph " + "[ a " * 500, "limit_exceeded"),
        ("digraph g { " + "{" * 500 + "}" * 501, "limit_exceeded"),
        ("<graphml><graph><node id='a'></graph></graphml>", "invalid_xml"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><graphml><graph/></graphml>", "invalid_xml"),
        ("<graphml>" + "<graph>" * 500, "limit_exceeded"),
        ("<graphml><graph/></graphml>", "not_a_table"),
    ],
)
def test_a_broken_or_hostile_graph_is_refused_in_one_sentence(tmp_path, text, code):
    path = tmp_path / "graph.xml"
    path.write_text(text)
    with pytest.raises(UnreadableFileError) as refused:
        read_file(path, path.name)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "digraph {\n a\n b\n\n a -> b\n}\n",
        "graph [\n node [ id 1 ]\n node [ id 2 ]\n directed 1\n edge [\n source 1 target 2 ] ]",
    ],
)
def test_each_node_and_edge_has_its_own_line(tmp_path, text):
    path = tmp_path / "g.dot"
    path.write_text(text)
    records = records_of_files(path)
    assert records.outcomes["line"].to_list() == [2, 3, 5]
    assert counts(records) == {"accepted": 3}


@pytest.mark.parametrize(
    "text",
    [
        "web: cart, auth\ncart: redis\nauth: ldap",
        "web -> cart, auth\ncart -> redis\nauth -> ldap",
        "# as networkx writes it\nweb cart auth\ncart redis\nauth ldap\nredis\nldap",
        "web,cart,auth\ncart,redis\nauth,ldap\nredis\nldap",
        "web,cart\nweb,auth\ncart,redis\nauth,ldap",
        "web,cart,0.5\nweb,auth,3\ncart,redis,1\nauth,ldap,1",
        ",web,cart,auth,redis,ldap\nweb,0,1,1,0,0\ncart,0,0,0,1,0\nauth,0,0,0,0,1",
        "From \\ To;web;cart;auth;redis;ldap\nweb;;x;x;;\ncart;;;;x;\nauth;;;;;x",
        "To/From;web;cart;auth;redis;ldap\ncart;x;;;;\nauth;x;;;;\nredis;;x;;;\nldap;;;x;;\nweb;;;;;",
        '{"web": ["cart", "auth"], "cart": ["redis"], "auth": ["ldap"]}',
    ],
)
def test_lists_and_matrices_that_name_no_column_are_graphs_of_assets(tmp_path, text):
    path = tmp_path / "graph.txt"
    path.write_text(text + "\n")
    records = records_of_files(path)
    wanted = {("web", "cart"), ("web", "auth"), ("cart", "redis"), ("auth", "ldap")}
    assert set(records.relations.select("source", "target").rows()) == wanted
    assert records.relations["source_names_asset"].all()
    assert records.relations["target_names_asset"].all()
    assert counts(records).get("rejected", 0) == 0
    assert records.outcomes.height == sum(
        bool(line) for line in text.splitlines()[text.startswith((",", "From", "To")) :]
    ) + (2 if text.startswith("{") else 0)


@pytest.mark.parametrize(
    "text",
    [
        "Server,Application\nweb-1,shop\nweb-2,shop\nshop,web-9\n",
        "Application,Depends On\nshop,stock\nstock,store\nstore,\n",
    ],
)
def test_a_table_with_a_header_is_no_list_of_edges(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    records = records_of_files(path)
    assert records.outcomes.height == 3


def test_a_table_of_needs_whose_last_cell_is_missing_is_no_adjacency_list(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Application,Depends On\nshop,stock\nstock,store\nstore,\n")
    records = records_of_files(path)
    assert records.outcomes.height == 3
    assert "Application" not in records.assets["name"].to_list()


@pytest.mark.parametrize(
    "text",
    [
        "Proto Recv-Q Send-Q Local Address   Foreign Address   State     PID/Program name\n"
        "tcp   0      0      10.0.0.1:43210  10.0.0.2:5432     ESTABLISHED 9/java\n"
        "tcp6  0      0      :::8080         :::*              LISTEN      9/java\n",
        "\nActive Connections\n\n  Proto  Local Address     Foreign Address    State        PID\n"
        "  TCP    10.0.0.1:43210    10.0.0.2:5432      ESTABLISHED  9\n"
        "  TCP    0.0.0.0:135       0.0.0.0:0          LISTENING    8\n",
        "Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
        'tcp ESTAB 0 0 10.0.0.1:43210 10.0.0.2:5432 users:(("java",pid=9,fd=5))\n'
        "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n",
        "COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
        "java 9 app 45u IPv4 12345 0t0 TCP 10.0.0.1:43210->10.0.0.2:5432 (ESTABLISHED)\n"
        "sshd 1 root 3u IPv4 22222 0t0 TCP *:22 (LISTEN)\n",
    ],
)
def test_what_a_machine_prints_of_its_sockets_is_observed_connections(tmp_path, text):
    path = tmp_path / "sockets.txt"
    path.write_text(text)
    records = records_of_files(path)
    ends = records.relations.select("source_address", "target_address", "port", "protocol", "kind")
    assert ends.rows() == [("10.0.0.1", "10.0.0.2", 5432, "tcp", "observed")]
    assert records.outcomes.height == len(text.splitlines())
    assert counts(records)["accepted"] == 1


@pytest.mark.parametrize("text", [
    "Application,Depends On\nweb,cart\ncart,redis\nredis\n",
    "source,target\nweb,cart\ncart,redis\nredis\n",
])  # fmt: skip
def test_a_ragged_table_with_a_header_is_no_list_of_neighbours(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    records = records_of_files(path)
    assert records.relations.select("source", "target").rows() == [
        ("web", "cart"),
        ("cart", "redis"),
    ]
    assert records.outcomes["line"].to_list() == [2, 3, 4]


BY_NUMBER = {
    "nodes": [{"idNum": 70, "name": "shop"}, {"idNum": 71, "name": "stock"}],
    "edges": [{"id": "e", "sourceNode": "70", "targetNode": "71"}],
}
WITH_INTERFACES = {
    "nodes": [{"unique-id": "a", "name": "shop"}, {"unique-id": "b", "name": "stock"}],
    "relationships": [{
        "unique-id": "a-b",
        "relationship-type": {"connects": {"source": {"node": "a"}, "destination": {"node": "b"}}},
    }],
}  # fmt: skip
OF_ENTITIES = {
    "related": [{"type": "CALLS", "source": {"entity": {"guid": "a", "name": "shop"}},
                 "target": {"entity": {"guid": "b", "name": "stock"}}}]
}  # fmt: skip
BY_ARROWS = {"nodes": {"shop": {"port": 80, "line": 1}, "stock": {"line": 2}},
             "edges": {"shop -> stock": {"line": 3}}}  # fmt: skip


BY_ROW = {
    "services": [{"id": 1, "name": "shop"}, {"id": 2, "name": "stock"}],
    "dependencies": [{"id": 9, "source_service_id": 1, "target_service_id": 2}],
}
IN_PAIRS = {
    "applications": [
        {"appId": "A-1", "appName": "shop", "agentName": "x"},
        {"appId": "A-2", "appName": "stock", "agentName": "x"},
    ],
    "interfaces": [{"interfaceId": "I-9", "sourceAppId": "A-1", "targetAppId": "A-2"}],
}


@pytest.mark.parametrize(
    "graph", [BY_NUMBER, WITH_INTERFACES, OF_ENTITIES, BY_ARROWS, BY_ROW, IN_PAIRS]
)
def test_ends_are_told_by_ids_of_any_name_and_inside_of_objects(tmp_path, graph):
    edges_read = relations_of(tmp_path / "a.json", json.dumps(graph, indent=1))
    assert [(source, target) for source, _, target in edges_read] == [("shop", "stock")]


def test_flows_between_objects_stay_observed(tmp_path):
    flow = {
        "src": {"workload": {"name": "web"}},
        "dst": {"workload": {"name": "db"}},
        "dst_port": 5432,
        "bytes": 7,
    }
    (tmp_path / "a.json").write_text(json.dumps({"services": [{"name": "x"}], "edges": [flow]}))
    relations = records_of_files(tmp_path / "a.json").relations
    assert relations.select("source", "target", "kind").rows() == [("web", "db", "observed")]


def test_a_list_of_many_kinds_of_records_is_no_list_of_edges(tmp_path):
    records = [{"name": f"web-{number}", "os": "RHEL"} for number in range(3)]
    link = {"link": {"from": {"node": "web-0"}, "to": {"node": "web-1"}}}
    (tmp_path / "a.json").write_text(json.dumps([*records, link]))
    assert counts(records_of_files(tmp_path / "a.json"))["accepted"] == len(records)


def test_the_name_of_what_watches_a_node_is_not_the_nodes(tmp_path):
    graph = {"elements": [{"data": {"id": "shop", "agent.name": "java"}},
                          {"data": {"id": "stock", "agent.name": "go"}},
                          {"data": {"id": "e", "source": "shop", "target": "stock"}}]}  # fmt: skip
    edges_read = relations_of(tmp_path / "a.json", json.dumps(graph))
    assert edges_read == [("shop", "depends_on", "stock")]


def test_addresses_inside_flows_are_no_names_of_their_ends(tmp_path):
    flow = {"time": "2026-01-01T00:00:00Z", "verdict": "FORWARDED",
            "IP": {"source": "10.0.0.1", "destination": "10.0.0.2"},
            "source": {"pod_name": "web"}, "destination": {"pod_name": "cart"}}  # fmt: skip
    lines = [{"flow": flow, "node_name": "n1"}, {"flow": flow, "node_name": "n2"}]
    (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, lines)))
    relations = records_of_files(tmp_path / "a.ndjson").relations
    assert set(relations.select("source", "target").iter_rows()) == {("web", "cart")}


COMPONENTS = {
    "services": [{"bom-ref": "s1", "name": "shop"}, {"bom-ref": "s2", "name": "stock"}],
    "dependencies": [{"ref": "s1", "dependsOn": ["s2"]}, {"ref": "s2"}],
}
CATALOGUE = [
    {"name": "shop", "dependencies": [{"name": "stock", "type": "build"}, "mail"]},
    {"name": "stock", "dependencies": []},
]
SYSTEMS = [
    {"id": "c", "name": "shop", "uses": [{"system": "b", "via": "REST"}]},
    {"id": "b", "name": "stock"},
]
ENTITIES = {
    "entities": [
        {"entityId": "S-1", "displayName": "shop",
         "fromRelationships": {"calls": [{"id": "S-2", "type": "SERVICE"}]}},
        {"entityId": "S-2", "displayName": "stock", "toRelationships": {"calls": [{"id": "S-1"}]},
         "fromRelationships": {"runsOnHost": [{"id": "H-1", "type": "HOST"}]}},
        {"entityId": "H-1", "displayName": "lnx-07"},
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        (COMPONENTS, {("shop", "depends_on", "stock")}),
        (CATALOGUE, {("shop", "depends_on", "stock"), ("shop", "depends_on", "mail")}),
        (SYSTEMS, {("shop", "depends_on", "stock")}),
        (ENTITIES, {("shop", "depends_on", "stock"), ("stock", "runs_on", "lnx-07")}),
    ],
)
def test_needs_may_be_objects_of_a_list_or_ids(tmp_path, document, wanted):
    assert set(relations_of(tmp_path / "a.json", json.dumps(document))) == wanted


def test_a_text_that_begins_like_a_list_of_objects_is_no_need_lost(tmp_path):
    (tmp_path / "a.csv").write_text('name,depends on\nshop,"[{stock"\nstock,\n')
    assert set(records_of_files(tmp_path / "a.csv").outcomes["outcome"]) == {"accepted"}


NODES = "Id,Label,Type\n1,shop,service\n2,cart,service\n3,db-01,server\n"
EDGES = "Source,Target,Weight\n1,2,5\n2,3,2\n"


def edges_of_files(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return derive([tmp_path / f"{name}.csv" for name in files])


@pytest.mark.parametrize("order", [("nodes", "edges"), ("edges", "nodes")])
def test_edges_name_nodes_by_the_ids_of_another_file(tmp_path, order):
    files = {"nodes": NODES, "edges": EDGES}
    derived = edges_of_files(tmp_path, **{name: files[name] for name in order})
    assert set(derived.edges.select("source", "target").iter_rows()) == {
        ("shop", "cart"),
        ("cart", "db-01"),
    }
    assert sorted(derived.assets["name"]) == ["cart", "db-01", "shop"]


def test_neo4js_nodes_and_relationships_belong_together(tmp_path):
    derived = edges_of_files(
        tmp_path,
        nodes=":ID,name,:LABEL\n10,web01,Server\n12,Shop,Application\n",
        relationships=":START_ID,:END_ID,:TYPE\n12,10,RUNS_ON\n",
    )
    rows = derived.edges.select("source", "relation", "target").rows()
    assert rows == [("Shop", "runs_on", "web01")]


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"nodes": NODES.replace("3,db-01", "4,db-01")},  # one id of nobody
        {"nodes": NODES, "racks": "Id,Label,Type\n1,r1,x\n2,r2,x\n3,r3,x\n"},  # whose ids?
    ],
)
def test_ids_of_nobody_in_particular_stay_unresolved_and_name_no_asset(tmp_path, others):
    derived = edges_of_files(tmp_path, **others, edges=EDGES)
    assert not set(derived.assets["name"]) & {"1", "2", "3"}
    assert derived.edges["target_id"].null_count() == derived.edges.height == 2

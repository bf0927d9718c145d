"""Tables of connections and relations of no particular tool, told by how headers name the ends."""

from datetime import datetime

import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.canonical import canonicalise
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.words import fold
from discovery_dagster_tests.domain.sources import counts, records_of, table

pytestmark = pytest.mark.pipeline


def listed(header, *rows):
    (rebuilt,) = formats.reshape((table(header.split(","), *(row.split(",") for row in rows)),))
    return rebuilt


def edges_of(header, *rows):
    relations = records_of(listed(header, *rows)).relations
    ends = relations.select(
        source=relations["source"].fill_null(relations["source_address"]),
        target=relations["target"].fill_null(relations["target_address"]),
        port="port",
        kind="kind",
    )
    return ends.rows()


@pytest.mark.parametrize(
    "header",
    [
        "src_ip,src_port,dst_ip,dst_port,protocol,packets,bytes",
        "Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration",
        "saddr,sport,daddr,dport,proto,pkts,bytes",
        "srcip,sport,dstip,dsport,proto,state,dur",
        "Source address,Source Port,Destination address,Destination Port,IP Protocol,Bytes,Packets",
        "source.ip,source.port,destination.ip,destination.port,network.transport,x,y",
        "Local Address,Local Port,Remote Address,Remote Port,Protocol,State,Process",
    ],
)
def test_flow_logs_of_any_tool_lead_to_the_listener(header):
    there, back = "10.0.0.1,50123,10.0.0.2,443,TCP,5,500", "10.0.0.2,443,10.0.0.1,50123,TCP,5,500"
    assert edges_of(header, there, back) == [("10.0.0.1", "10.0.0.2", 443, "observed")]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Source VM,Destination VM,Port,Protocol,Flow Count", "web,db,5432,TCP,9"),
        ("client_ip,server_ip,server_port,l4_proto", "10.0.0.9,10.0.0.2,5432,tcp"),
        (
            "Consumer IP,Consumer Hostname,Provider IP,Provider Hostname,Port",
            "1.1.1.1,a,2.2.2.2,b,5",
        ),
    ],
)
def test_ends_that_are_called_client_and_server_are_not_turned(header, row):
    [edge] = edges_of(header, row)
    assert edge[0] in {"web", "10.0.0.9", "a"}
    assert edge[3] == "observed"


def test_a_refused_connection_used_nothing():
    header = ["src_ip", "dst_ip", "dst_port", "action"]
    rows = [("10.0.0.1", "10.0.0.2", "443", word) for word in ("allow", "DENY", "drop")]
    assert counts(records_of(table(header, *rows))) == {"accepted": 1, "ignored": 2}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("client,server", "web,cart"),
        ("dependent,dependency", "web,cart"),
        ("source_workload,destination_workload,rps", "web,cart,8"),
        ("From Application,To Application,Protocol,Port", "web,cart,HTTPS,443"),
        ("Provider Application,Consumer Application", "cart,web"),
        ("Parent CI,Relationship Type,Child CI", "web,Depends on::Used by,cart"),
        ("src,dst,weight", "web,cart,1"),
        ("Requester,Responder", "web,cart"),
        ("service,calls", "web,cart"),
        ("app_name,dependency_app,dependency_type", "web,cart,hard"),
        ("Predecessor,Successor", "cart,web"),
        ("Vorgänger,Nachfolger", "cart,web"),
        ("Initiator,Responder", "web,cart"),
        ("Service,Depends on (hard)", "web,cart"),
        ("Component,Impacts", "cart,web"),
        ("Application,Dependency,Dependency Direction", "web,cart,Upstream"),
        ("Application,Dependency,Dependency Direction", "cart,web,Downstream"),
    ],
)
def test_lists_of_dependencies_say_who_needs_whom(header, row):
    [(source, target, _, kind)] = edges_of(header, row)
    assert (source, target, kind) == ("web", "cart", "declared")


def test_an_inventory_whose_columns_are_called_like_ends_stays_one():
    records = records_of(table(["Client", "Server", "OS", "RAM GB"], ("acme", "web", "Linux", "8")))
    assert records.relations.filter(relation="depends_on").is_empty()
    assert records.assets.height == 1


@pytest.mark.parametrize(
    "cell", ["cart; db", "cart|db", "cart\tdb", "cart / db", "cart, db", "cart • db"]
)
def test_a_column_of_needs_parts_them_by_any_separator(cell):
    records = records_of(table(["Application", "Depends On"], ("web", cell)))
    assert records.relations["target"].to_list() == ["cart", "db"]


def test_a_reply_is_one_without_the_senders_port_where_the_other_way_leads_to_a_service():
    rows = ("a,b,443", "b,a,51544", "b,a,49152", "a,c,50123", "c,d,8080")
    ends = {"a": "10.0.0.1", "b": "10.0.0.2", "c": "10.0.0.3", "d": "10.0.0.4"}
    named = [",".join(ends.get(cell, cell) for cell in row.split(",")) for row in rows]
    records = records_of(
        table(["src_ip", "dst_ip", "dst_port"], *(row.split(",") for row in named))
    )
    edges = records.relations.select("source_address", "target_address", "port", "count").rows()
    # What answers nothing stays, whatever its port.
    assert edges == [
        (ends["a"], ends["b"], 443, 3),
        (ends["a"], ends["c"], 50123, 1),
        (ends["c"], ends["d"], 8080, 1),
    ]
    assert counts(records) == {"accepted": 5}


@pytest.mark.parametrize("word", ["inbound", "Ingress", "IN", "eingehend"])
def test_an_inbound_connection_was_opened_by_the_remote_end(word):
    header = "local_ip,local_port,remote_ip,remote_port,direction"
    [edge] = edges_of(header, f"10.0.0.1,8443,10.0.0.9,8080,{word}")
    assert edge == ("10.0.0.9", "10.0.0.1", 8443, "observed")
    [edge] = edges_of(header, "10.0.0.1,8443,10.0.0.9,8080,outbound")
    assert edge == ("10.0.0.1", "10.0.0.9", 8080, "observed")


def test_on_which_side_of_an_interface_a_packet_was_seen_says_nothing_of_who_opened():
    header = "src_ip,src_port,dst_ip,dst_port,flow_direction"
    rows = [f"10.0.0.1,50123,10.0.0.2,443,{word}" for word in ("ingress", "egress")]
    assert edges_of(header, *rows) == [("10.0.0.1", "10.0.0.2", 443, "observed")]


@pytest.mark.parametrize("word", ["<-", "reply", "server-to-client"])
def test_a_record_that_says_it_is_a_reply_is_one_whatever_its_ports(word):
    header = "SrcAddr,Sport,Dir,DstAddr,Dport,Proto"
    assert edges_of(header, f"10.0.0.2,9999,{word},10.0.0.1,8080,tcp") == [
        ("10.0.0.1", "10.0.0.2", 9999, "observed")
    ]


@pytest.mark.parametrize("word", ["API", "Directed", "Batch", "hard"])
@pytest.mark.parametrize("header", ["Type", "Dependency Type", "Link Type"])
def test_a_type_that_is_no_relation_costs_no_edge(header, word):
    assert edges_of(f"Source,Target,{header}", f"web,cart,{word}") == [
        ("web", "cart", None, "declared")
    ]


@pytest.mark.parametrize(
    ("header", "word"), [("Relationship", "gobbles"), ("Relation", "API"), ("Type", "gobbles")]
)
def test_a_relation_that_is_not_known_is_not_guessed(header, word):
    rows = [("web", "cart", "Runs on" if header == "Type" else word), ("cart", "db", word)]
    records = records_of(table(["Source", "Target", header], *rows))
    assert records.outcomes["outcome"].to_list()[-1] == "rejected"


@pytest.mark.parametrize(
    "header", ["Configuration Item,Relationship,Related CI", "CI,Typ,Bezogenes Element", "A,B,C"]
)
def test_a_phrase_between_two_columns_says_which_needs_the_other(header):
    rows = ("crm,depends on,db", "db,supports,crm", "srv,Hosts::Hosted on,crm")
    records = records_of(
        *formats.reshape((table(header.split(","), *(r.split(",") for r in rows)),))
    )
    assert records.relations.select("source", "relation", "target").rows() == [
        ("crm", "depends_on", "db"),
        ("crm", "depends_on", "db"),
        ("crm", "runs_on", "srv"),
    ]


def test_of_two_names_of_an_end_the_plainer_one_names_it():
    header = "SourceIp,DestinationIp,DestinationPort,RemoteIp,BytesSent"
    assert edges_of(header, "10.0.0.1,10.0.0.2,443,10.0.0.1,9") == [
        ("10.0.0.1", "10.0.0.2", 443, "observed")
    ]


@pytest.mark.parametrize(
    ("header", "relation"),
    [
        ("Sender System,Receiver System", "connects_to"),
        ("Sending Application,Receiving Application", "connects_to"),
        ("Originating System,Receiving System", "connects_to"),
        ("Producer,Consumer,Topic", "connects_to"),
        ("Publisher,Subscriber", "connects_to"),
        ("Upstream App,Downstream App", "connects_to"),
        ("Application émettrice,Application réceptrice", "connects_to"),
        ("Sistema emisor,Sistema receptor", "connects_to"),
        ("Sendendes System,Empfangendes System", "connects_to"),
        ("Sistema fonte,Sistema alvo", "depends_on"),
        ("requesting_service,responding_service", "depends_on"),
        ("calling service,called service", "depends_on"),
        ("Dependent Application,Depends On Application", "depends_on"),
        ("origin,destination", "depends_on"),
    ],
)
def test_who_sends_and_who_asks_is_the_source_in_any_language(header, relation):
    rows = [["web", "cart", "t"], ["cart", "db", "t"]]
    relations = records_of(table(header.split(","), *rows)).relations
    assert relations.select("source", "relation", "target").rows() == [
        ("web", relation, "cart"),
        ("cart", relation, "db"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "CI,Related CI,Relationship",
        "CI,Relation,Related CI",
        "Relationship,Application,Other Application",
        "Anwendung,Abhängige Anwendung,Beziehung",
        "Service A,Relation,Service B",
        "Subject,Predicate,Object",
        "Left,Right,How",
    ],
)
def test_a_phrase_says_the_direction_wherever_its_column_stands(header):
    columns = header.split(",")
    (phrase,) = (at for at, name in enumerate(columns) if name not in _ENDS)
    rows = [["db", "cart"], ["cart", "web"]]
    for row, expected in zip(rows, ("is used by", "provides services to"), strict=True):
        row.insert(phrase, expected)
    edges = edges_of(header, *(",".join(row) for row in rows))
    assert [edge[:2] for edge in edges] == [("cart", "db"), ("web", "cart")]


_ENDS = {
    *("CI", "Related CI", "Application", "Other Application", "Anwendung"),
    *("Abhängige Anwendung", "Service A", "Service B", "Subject", "Object", "Left", "Right"),
}


def test_one_known_phrase_of_a_column_called_relation_keeps_the_unknown_from_being_guessed():
    rows = ("cart,used by,web", "cart,twiddles,db", "db,frobs,web")
    records = records_of(listed("CI,Relation,Related CI", *rows))
    assert records.relations.select("source", "target").rows() == [("web", "cart")]
    assert counts(records) == {"accepted": 1, "rejected": 2}


UNDIRECTED = [
    "Service A,Service B",
    "CI 1,CI 2,Protocol",
    "A-End,B-End",
    "System links,System rechts",
]


@pytest.mark.parametrize("header", UNDIRECTED)
def test_ends_that_only_a_letter_tells_apart_wait_for_a_person(header):
    pairs = table(header.split(","), ("web", "cart", "tcp"), ("cart", "db", "tcp"))
    records = records_of(pairs)
    assert records.relations.is_empty()
    assert counts(records) == {"rejected": 2}
    assert {issue["message"] for issue in records.issues.iter_rows(named=True)} == {
        "No column is accepted as the source.",
        "No column is accepted as the target.",
    }
    known = formats.recognise(pairs)
    first, second, *_ = header.split(",")
    decided = [
        MappingDecision(known.name, fold(column), column, field, True, "ann", datetime(2026, 1, 1))
        for column, field in ((first, "target"), (second, "source"))
    ]
    mapping = map_table(0, pairs, known, decided)
    edges = canonicalise([(pairs, known)], mapping).relations
    assert edges.select("source", "target").rows() == [("cart", "web"), ("db", "cart")]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Application,Interface With,Direction", ("Outbound", "inbound", "Bi-directional")),
        ("System A,System B,Direction", ("A to B", "B -> A", "A <-> B")),
        ("Anwendung,Schnittstellenpartner,Richtung", ("ausgehend", "eingehend", "bidirektional")),
        ("CI 1,CI 2,Direction", ("1->2", "2 to 1", "both")),
    ],
)
def test_a_direction_says_who_connects_to_whom(header, words):
    rows = (
        f"web,{other},{word}" for other, word in zip(("cart", "shop", "db"), words, strict=True)
    )
    edges = [edge[:2] for edge in edges_of(header, *rows)]
    assert edges == [("web", "cart"), ("shop", "web"), ("web", "db"), ("db", "web")]


@pytest.mark.parametrize(
    ("header", "row"),
    [("System,Feeds", "db,cart"), ("System,Fed By", "cart,db"), ("System,Quellsysteme", "cart,db")],
)
def test_what_feeds_another_connects_to_it(header, row):
    relations = records_of(listed(header, row)).relations
    assert relations.select("source", "target", "relation").rows() == [
        ("db", "cart", "connects_to")
    ]


def test_an_unknown_direction_is_not_guessed():
    rows = [("web", "cart", "outbound"), ("web", "db", "southbound")]
    records = records_of(table(["Application", "Interface With", "Direction"], *rows))
    assert records.relations.select("source", "target").rows() == [("web", "cart")]
    (issue,) = records.issues.iter_rows(named=True)
    assert issue["message"] == (
        '"southbound" is not a known relation; which thing needs the other is not guessed.'
    )


def test_ends_that_are_told_apart_keep_their_direction_and_may_go_both_ways():
    header = "Source Application,Target Application,Direction"
    german = edges_of("Quellsystem,Zielsystem,Richtung", "web,cart,bidirektional")
    assert [edge[:2] for edge in german] == [("web", "cart"), ("cart", "web")]
    edges = edges_of(header, "web,cart,Inbound", "cart,db,Bidirectional")
    assert [edge[:2] for edge in edges] == [("web", "cart"), ("cart", "db"), ("db", "cart")]


@pytest.mark.parametrize("header", ["Related Application", "Dependent Systems", "Related CI"])
def test_a_column_of_related_things_is_only_proposed(header):
    source = table(["Application", header], ("web", "cart"), ("cart", "db"))
    assert records_of(source).relations.is_empty()
    known = formats.recognise(source)
    (row,) = map_table(0, source, known).filter(column=header).iter_rows(named=True)
    assert (row["field"], row["status"]) == ("connects_to", "proposed")
    decided = MappingDecision(
        known.name, fold(header), header, "used_by", True, "ann", datetime(2026, 1, 1)
    )
    edges = canonicalise([(source, known)], map_table(0, source, known, [decided])).relations
    assert edges.select("source", "target").rows() == [("cart", "web"), ("db", "cart")]


def test_two_hosts_of_an_application_are_no_pair():
    edges = edges_of("Application,Server 1,Server 2", "web,srv-1,srv-2")
    assert {edge[:2] for edge in edges} == {("web", "srv-1"), ("web", "srv-2")}


@pytest.mark.parametrize(
    "word", ["Deny", "reset-both", "implicit deny", "drop-icmp", "Not allowed"]
)
@pytest.mark.parametrize("header", ["src_ip,dst_ip,dst_port,action", "Source,Target,Port,Action"])
def test_what_was_refused_is_no_need(header, word):
    edges = edges_of(header, f"10.0.0.1,10.0.0.2,443,{word}", "10.0.0.3,10.0.0.2,443,allow")
    assert [edge[:3] for edge in edges] == [("10.0.0.3", "10.0.0.2", 443)]


@pytest.mark.parametrize("port", ["443", "tcp/443", "443/TCP", "https", "443.0"])
def test_a_port_is_read_however_it_is_written(port):
    assert edges_of("src_ip,dst_ip,dst_port,bytes", f"10.0.0.1,10.0.0.2,{port},9")[0][2] == 443


def test_ends_are_parted_from_their_ports():
    there, back = "10.0.0.1:51000,10.0.0.2:443,9", "10.0.0.2:443,10.0.0.1:51000,9"
    assert edges_of("Source,Destination,Bytes", there, back)[0][:3] == ("10.0.0.1", "10.0.0.2", 443)
    local = edges_of("Local Address,Remote Address,State", "[2001:db8::1]:22,10.0.0.9:50000,ESTAB")
    assert local[0][:3] == ("10.0.0.9", "2001:db8::1", 22)
    declared = edges_of("Source,Target", "web,db-01:5432", "web,postgres:14")
    assert [edge[1:3] for edge in declared] == [("db-01", 5432), ("postgres:14", None)]


def test_a_translated_destination_is_the_end():
    header = "src_ip,dst_ip,dst_port,nat_dst_ip,nat_dst_port,bytes"
    rows = ("10.0.0.1,203.0.113.5,443,10.0.0.2,8443,9", "10.0.0.1,203.0.113.6,443,0.0.0.0,,9")
    assert [edge[1:3] for edge in edges_of(header, *rows)] == [
        ("10.0.0.2", 8443),
        ("203.0.113.6", 443),
    ]

"""Tables of connections and relations of no particular tool, told by how headers name the ends."""

import pytest

from discovery_dagster_tests.domain.sources import counts, records_of, table


def edges_of(header, *rows):
    relations = records_of(table(header.split(","), *(row.split(",") for row in rows))).relations
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

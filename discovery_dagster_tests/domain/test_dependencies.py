from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import dependencies, services
from discovery_dagster.domain.tables import INVENTORY_MEMBERS
from discovery_dagster.reference import load
from discovery_dagster_tests.domain.rows import classified_assets, frame, relation_records
from discovery_dagster_tests.searching import examples

ESTATE = classified_assets(
    {"name": "web", "ip_addresses": ["10.0.0.1"]},
    {"name": "db", "ip_addresses": ["10.0.0.2"]},
    {"name": "host", "type": "server"},
)
WEB_TO_DB = {"source": "web", "target": "db"}
SEEN = WEB_TO_DB | {"kind": "observed", "relation": "connects_to", "file": "flows.log"}


def build(*rows):
    return dependencies.build(ESTATE, relation_records(*rows))


def told(*rows):
    columns = ("relation", "port", "protocol", "status")
    return build(*rows).select(columns).rows()


def test_a_declared_need_and_the_connection_seen_are_one_confirmed_edge():
    [edge] = build(
        WEB_TO_DB | {"phrase": "Depends on::Used by"},
        SEEN | {"port": 1433, "protocol": "tcp", "count": 5, "first_seen": "2026-01-01"},
        SEEN | {"port": 1433, "protocol": "tcp", "count": 7, "last_seen": "2026-01-02"},
    ).to_dicts()
    assert (edge["relation"], edge["port"], edge["service"]) == ("depends_on", 1433, "mssql")
    assert (edge["status"], edge["resolved"], edge["infrastructure"]) == ("confirmed", True, None)
    declared, observed = edge["evidence"]
    assert declared == {
        "kind": "declared",
        "file": "relations.csv",
        "sheet": None,
        "line": 2,
        "detail": "Depends on::Used by",
        "count": 1,
        "first_seen": None,
        "last_seen": None,
    }
    assert (observed["line"], observed["count"]) == (3, 12)
    assert observed["detail"] == "seen 2026-01-01 to 2026-01-02"
    assert (observed["first_seen"], observed["last_seen"]) == ("2026-01-01", "2026-01-02")


def test_what_a_record_states_of_itself_is_its_own_asset_s_among_namesakes():
    estate = classified_assets(
        {"name": "web", "asset_id": "web-1"},
        {"name": "web", "asset_id": "web-2"},
        {"name": "cache", "asset_id": "cache-1"},
    )
    needs = relation_records(
        {"source": "web", "target": "cache", "source_record": 0},
        {"source": "cache", "target": "web", "target_record": 1},
    )
    members = frame(
        INVENTORY_MEMBERS,
        [{"asset_id": f"web-{n + 1}", "record": n, "file": "a.csv"} for n in (0, 1)],
    )
    edges = dependencies.build(estate, needs, members=members)
    assert sorted(edges.select("source_id", "target_id", "resolved").rows()) == [
        ("cache-1", "web-2", True),
        ("web-1", "cache-1", True),
    ]
    assert not dependencies.build(estate, needs)["resolved"].any()


def test_two_sources_that_declare_one_relation_are_two_pieces_of_one_edge():
    [edge] = build(WEB_TO_DB, WEB_TO_DB | {"file": "databases.json"}).to_dicts()
    assert [piece["file"] for piece in edge["evidence"]] == ["databases.json", "relations.csv"]
    assert edge["status"] == "declared_only"


def test_a_declaration_stands_at_each_port_that_was_seen():
    assert told(
        WEB_TO_DB,
        SEEN | {"port": 1433, "protocol": "tcp"},
        SEEN | {"port": 8080, "protocol": "tcp"},
    ) == [("depends_on", 1433, "tcp", "confirmed"), ("depends_on", 8080, "tcp", "confirmed")]


def test_administration_does_not_confirm_a_need():
    assert told(WEB_TO_DB, SEEN | {"port": 22, "protocol": "tcp"}) == [
        ("connects_to", 22, "tcp", "observed_only"),
        ("depends_on", None, None, "declared_only"),
    ]


def test_a_connection_does_not_confirm_a_placement():
    rows = told(WEB_TO_DB | {"relation": "runs_on"}, SEEN | {"port": 1433, "protocol": "tcp"})
    assert [row[3] for row in rows] == ["observed_only", "declared_only"]


def test_a_port_without_protocol_joins_the_one_with_it():
    assert told(SEEN | {"port": 1433}, SEEN | {"port": 1433, "protocol": "tcp"}) == [
        ("connects_to", 1433, "tcp", "observed_only")
    ]


def test_what_is_spoken_on_a_port_is_no_other_transport():
    declared = WEB_TO_DB | {"port": 8443, "protocol": "https"}
    seen = SEEN | {"port": 8443, "protocol": "tcp"}
    assert told(declared, WEB_TO_DB | {"port": 8443}, seen) == [
        ("depends_on", 8443, "tcp", "confirmed")
    ]
    [edge] = build(declared, WEB_TO_DB | {"port": 8443, "line": 9}).to_dicts()
    assert (edge["protocol"], len(edge["evidence"])) == ("https", 2)


def test_a_ping_is_an_edge_of_the_monitoring():
    # NetFlow writes type and code of the message where ports stand: 8 and 0 are 2048.
    [edge] = build(
        SEEN | {"protocol": "icmp"}, SEEN | {"protocol": "icmp", "port": 2048}
    ).to_dicts()
    assert (edge["service"], edge["infrastructure"]) == ("ping", "monitoring")
    assert edge["port"] is None


def test_an_end_in_no_inventory_is_kept_as_written():
    [edge] = build({"source": "WEB", "target_address": "192.0.2.9"}).to_dicts()
    assert (edge["source"], edge["source_id"]) == ("web", "web")
    assert (edge["target"], edge["target_id"], edge["resolved"]) == ("192.0.2.9", None, False)


def test_what_an_asset_says_of_itself_is_no_edge():
    assert build({"source": "web", "target_address": "10.0.0.1"}).is_empty()
    assert build({"source": "gone", "target": "gone"}).is_empty()


def test_no_relations_make_no_edges():
    assert build().is_empty()


def test_a_piece_of_evidence_says_what_talked_and_that_there_were_others():
    [edge] = build(
        SEEN | {"detail": "b.exe"}, SEEN | {"detail": "a.exe"}, SEEN | {"detail": "a.exe"}
    ).to_dicts()
    assert edge["evidence"][0]["detail"] == "a.exe and 1 others"


def test_every_relation_and_kind_has_a_family_and_a_worth():
    words, evidence = load("vocabulary"), load("evidence")
    relations = [name for members in evidence["families"].values() for name in members]
    assert sorted(relations) == sorted(words["relations"])
    kinds = sorted(words["evidence_kinds"])
    every = [c for size in range(1, len(kinds) + 1) for c in combinations(kinds, size)]
    assert sorted(tuple(row["kinds"]) for row in evidence["kinds"]) == sorted(every)


@pytest.mark.parametrize(
    ("port", "protocol", "service", "infrastructure"),
    [
        (53, "udp", "dns", "dns"),
        (123, "udp", "ntp", "time"),
        (22, "tcp", "ssh", "remote_administration"),
        (3389, None, "rdp", "remote_administration"),
        (135, "tcp", "ms-rpc", "remote_procedure_call"),
        (445, "tcp", "smb", "file_sharing"),
        (514, "udp", "syslog", "logging"),
        (514, "tcp", "rsh", "remote_administration"),
        (9092, "tcp", "kafka", None),
        (64999, "tcp", None, None),
        (None, None, None, None),
    ],
)
def test_a_port_names_its_service(port, protocol, service, infrastructure):
    places = pl.DataFrame({"port": [port], "protocol": [protocol]}).cast(
        {"port": pl.Int32, "protocol": pl.String}
    )
    assert services.with_services(places).row(0)[2:] == (service, infrastructure)


PORTS = [(22, "tcp"), (1433, None), (1433, "tcp"), (1433, "udp"), (8080, "tcp"), (1433, "jdbc")]
PLACES = st.sampled_from([(None, None), (None, "tcp"), (None, "icmp"), *PORTS])
RECORDS = st.builds(
    lambda ends, kind, relation, place: {
        "source": ends[0],
        "target": ends[1],
        "kind": kind,
        "relation": relation,
        "port": place[0],
        "protocol": place[1],
    },
    st.sampled_from([("web", "db"), ("db", "web"), ("web", "gone")]),
    st.sampled_from(["declared", "observed", "inferred"]),
    st.sampled_from(["depends_on", "connects_to", "runs_on"]),
    PLACES,
)


def numbered(rows):
    return [row | {"line": at + 2} for at, row in enumerate(rows)]


def evidence(edges):
    """How often each file's line, or all observations of the file, speak for a pair."""
    return {
        (edge["source"], edge["target"], piece["kind"], piece["line"], piece["count"])
        for edge in edges.to_dicts()
        for piece in edge["evidence"]
        if piece["kind"] != "observed"
    }


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(RECORDS, max_size=6), RECORDS)
def test_more_evidence_never_removes_an_edge(rows, another):
    before, after = build(*numbered(rows)), build(*numbered([*rows, another]))
    pairs = ["source", "target"]
    counts = before.group_by(pairs).len().join(after.group_by(pairs).len(), on=pairs, how="left")
    assert (counts["len"] <= counts["len_right"].fill_null(0)).all()
    assert evidence(before) <= evidence(after)


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(RECORDS, max_size=6), st.randoms())
def test_edges_do_not_depend_on_the_order_of_records(rows, random):
    shuffled = numbered(rows)
    random.shuffle(shuffled)
    assert build(*shuffled).equals(build(*numbered(rows)))

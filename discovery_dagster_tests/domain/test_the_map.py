"""The map beyond its edges: external endpoints, shared services, cycles, conflicts, coverage."""

from itertools import permutations

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import dependencies, graph
from discovery_dagster.domain.dependencies import endpoints, unresolved
from discovery_dagster.domain.graph import cycles, shared_services
from discovery_dagster.domain.graph.feedback_arcs import cheapest
from discovery_dagster.domain.planning.coverage import coverage
from discovery_dagster_tests.domain.rows import (
    classified_assets,
    edge_rows,
    piece,
    relation_records,
)
from discovery_dagster_tests.searching import examples

SEEN = {"kind": "observed", "relation": "connects_to", "protocol": "tcp", "file": "flows.log"}


@pytest.mark.parametrize(
    ("endpoint", "kind"),
    [
        ("8.8.8.8", "external"),
        ("10.9.9.9", "unmatched"),
        ("198.51.100.7", "external"),
        ("203.0.113.9", "unmatched"),
        ("224.0.0.251", "broadcast"),
        ("255.255.255.255", "broadcast"),
        ("10.0.0.255", "broadcast"),
        ("fe80::1", "local"),
        ("crm.partner.example", "unmatched"),
    ],
)
def test_an_endpoint_is_judged_by_the_networks_of_the_estate(endpoint, kind):
    assert unresolved.classify_endpoint(endpoint, {"203.0.113.0/24", "10.0.0.0/24"}) == kind


def test_strangers_are_told_by_subnet_and_port_with_how_many_assets_talk_to_them():
    assets = classified_assets({"name": "a", "ip_addresses": ["10.0.0.1"]}, {"name": "b"})
    built = dependencies.build(
        assets,
        relation_records(
            *(
                SEEN | {"source": name, "target_address": address, "port": 443, "count": 3}
                for name in "ab"
                for address in ("8.8.8.1", "8.8.8.2")
            ),
            SEEN | {"source_address": "10.0.0.9", "target": "a", "port": 22, "count": 1},
        ),
    )
    rows = endpoints.report(built).to_dicts()
    assert (rows[0]["subnet"], rows[0]["kind"], rows[0]["service"]) == (
        "8.8.8.0/24",
        "external",
        "https",
    )
    assert (rows[0]["assets"], rows[0]["number"], rows[0]["count"]) == (2, 2, 12)
    assert (rows[1]["side"], rows[1]["endpoints"]) == ("source", ["10.0.0.9"])


def connections(target, sources, port, infrastructure, reverse=False):
    return [
        {
            "source": target if reverse else source,
            "target": source if reverse else target,
            "relation": "connects_to",
            "port": port,
            "infrastructure": infrastructure,
            "service": infrastructure,
        }
        for source in sources
    ]


VMS = [f"vm{number}" for number in range(10)]


def services_of(edges, *names, decided=None):
    assets = classified_assets(*({"name": name} for name in (*VMS, *names)))
    services = shared_services.recognise(assets, edge_rows(*edges), decided or {})
    return dict(services.select("asset_id", "service").iter_rows())


def test_shared_services_are_recognised_by_port_fan_in_and_name():
    edges = [
        *connections("x1", VMS, 53, "dns"),
        *connections("mon-01", VMS, 161, "monitoring", reverse=True),
        *connections("jump01", VMS, 22, "remote_administration", reverse=True),
        *connections("dc02", VMS[:1], 88, "directory"),
        *connections("x2", VMS[:1], 88, "directory"),
    ]
    assert services_of(edges, "x1", "x2", "mon-01", "jump01", "dc02") == {
        "x1": "dns",
        "mon-01": "monitoring",
        "jump01": "remote_administration",
        "dc02": "directory",
    }


def test_a_portal_that_sends_its_log_is_no_monitoring_whatever_its_name_says():
    edges = [
        *connections("monitoring-portal", VMS, 443, None),
        *connections("log-9", ["monitoring-portal", *VMS], 514, "logging"),
    ]
    assert services_of(edges, "monitoring-portal", "log-9") == {"log-9": "monitoring"}


def test_an_application_that_many_administer_is_no_shared_service():
    edges = [
        *connections("app", VMS, 8443, None),
        *connections("app", VMS[:4], 161, "monitoring"),
        *connections("app", VMS, 22, "remote_administration"),
    ]
    assert services_of(edges, "app") == {}


def test_what_collected_the_data_is_told_by_its_name_and_ties_nothing():
    reached = "remote_administration"
    edges = [
        *connections("flow-collector-01", VMS, 22, reached, reverse=True),
        *connections("srv-09", VMS, 22, reached, reverse=True),
        *connections("db-collector", VMS, 5432, None, reverse=True),
    ]
    services = services_of(edges, "flow-collector-01", "srv-09", "db-collector")
    assert services == {"flow-collector-01": "discovery", "srv-09": reached}


def test_a_person_overrules_what_serves_the_estate():
    edges = connections("x1", VMS, 53, "dns")
    assert services_of(edges, "x1", decided={"x1": (False, "no")}) == {}
    assert services_of(edges, "x1", decided={"vm1": (True, "yes")}) == {
        "vm1": "decided",
        "x1": "dns",
    }


def test_what_a_person_denies_of_an_asset_lets_its_connections_tie():
    edges = edge_rows(
        *connections("dc01", VMS, 389, "directory"),
        *connections("mon-01", [*VMS, "dc01"], 161, "monitoring", reverse=True),
        *connections("jump01", [*VMS, "dc01"], 22, "remote_administration", reverse=True),
    )

    def tying(asset):
        overruled = shared_services.overrule(edges, {asset: (False, "no"), "vm1": (True, "yes")})
        return set(overruled.filter(pl.col("infrastructure").is_null())["service"])

    assert tying("dc01") == {"directory"}
    assert tying("mon-01") == {"monitoring"}
    assert tying("jump01") == {"remote_administration"}
    assert tying("vm2") == set()


def test_one_declared_and_the_other_way_seen_is_a_conflict_on_both_edges():
    assets = classified_assets({"name": "a"}, {"name": "b"})
    built = dependencies.build(
        assets,
        relation_records(
            {"source": "a", "target": "b"}, SEEN | {"source": "b", "target": "a", "port": 9}
        ),
    )
    assert built["conflict"].to_list() == [
        "Declared that a needs b, but only connections from b to a were seen.",
        "Connections from b to a were seen, but only that a needs b was declared.",
    ]
    both = dependencies.build(
        assets,
        relation_records(
            {"source": "a", "target": "b"},
            SEEN | {"source": "a", "target": "b", "port": 8},
            SEEN | {"source": "b", "target": "a", "port": 9},
        ),
    )
    assert both["conflict"].null_count() == both.height


@pytest.mark.parametrize(
    ("files", "seen", "conflict"),
    [
        ("xy", "", "Declared both ways, by different sources, and no connection was seen."),
        (
            "xy",
            "ba",
            "Declared both ways, by different sources, but only connections from b to a were seen.",
        ),
        ("xy", "ab ba", None),
        ("xx", "", None),  # who says both means both
        ("xx", "ab", None),
    ],
)
def test_sources_that_declare_opposite_needs_contradict_each_other(files, seen, conflict):
    assets = classified_assets({"name": "a"}, {"name": "b"})
    observed = [SEEN | {"source": one, "target": other, "port": 9} for one, other in seen.split()]
    declared = [
        {"source": "a", "target": "b", "file": files[0]},
        {"source": "b", "target": "a", "file": files[1]},
    ]
    built = dependencies.build(assets, relation_records(*declared, *observed))
    assert set(built["conflict"]) == {conflict}


HOSTS = ["a", "b", "c", "dc1", "mon-01"]
ENDS = st.sampled_from([*HOSTS, "gone", "8.8.8.8", "10.9.9.9"])
CONNECTIONS = st.lists(
    st.builds(
        lambda source, target, kind, port, count: {
            "source": source if source.isalnum() or "-" in source else None,
            "source_address": None if source.isalnum() or "-" in source else source,
            "target": target if target.isalnum() or "-" in target else None,
            "target_address": None if target.isalnum() or "-" in target else target,
            "kind": kind,
            "relation": "connects_to",
            "port": port,
            "protocol": "tcp",
            "count": count,
            "first_seen": f"2026-01-0{count}T00:00:00" if kind == "observed" else None,
            "last_seen": f"2026-02-0{count}T00:00:00" if kind == "observed" else None,
        },
        ENDS,
        ENDS,
        st.sampled_from(["declared", "observed"]),
        st.sampled_from([53, 161, 389, 443]),
        st.integers(1, 9),
    ),
    max_size=12,
)


def whole_map(rows):
    """Endpoints, conflicts and shared services of connections between hosts."""
    assets = classified_assets(*({"name": name} for name in HOSTS))
    edges = dependencies.build(assets, relation_records(*rows))
    shared = shared_services.recognise(assets, edges, {})
    return endpoints.report(edges), edges, shared


@settings(max_examples=examples(40), deadline=None)
@given(CONNECTIONS, st.randoms())
def test_what_the_map_says_does_not_depend_on_the_order_of_records(rows, random):
    numbered = [row | {"line": at + 2} for at, row in enumerate(rows)]
    shuffled = random.sample(numbered, len(numbered))
    for one, other in zip(whole_map(numbered), whole_map(shuffled), strict=True):
        assert one.equals(other)


@settings(max_examples=examples(40), deadline=None)
@given(CONNECTIONS, CONNECTIONS)
def test_more_evidence_never_removes_a_stranger(rows, others):
    def unmatched(rows):
        reported = whole_map(rows)[0].explode("endpoints")
        return set(reported.select("endpoints", "side", "port").iter_rows())

    assert unmatched(rows) <= unmatched([*rows, *others])


def test_a_scan_is_no_need_but_a_client_of_many_servers_has_them():
    names = [f"t{number}" for number in range(60)]
    assets = classified_assets(*({"name": name} for name in ("scan", "mon", *names)))
    scan = [
        SEEN | {"source": "scan", "target": name, "port": 7000 + at % 7, "count": 1}
        for at, name in enumerate(names)
    ]
    watch = [SEEN | {"source": "mon", "target": n, "port": 7001, "count": 90} for n in names]
    built = dependencies.build(assets, relation_records(*scan, *watch))
    assert set(built.filter(source="scan")["infrastructure"]) == {"scanning"}
    assert set(built.filter(source="mon")["infrastructure"]) == {None}


def test_the_cheapest_edge_of_a_cycle_is_cut():
    assets = classified_assets(*({"name": name} for name in "abc"))
    edges = edge_rows(
        {"source": "a", "target": "b", "relation": "runs_on"},
        {"source": "b", "target": "c", "status": "confirmed"},
        {"source": "c", "target": "a", "status": "observed_only",
         "evidence": [piece("observed", 3, 2)]},
    )  # fmt: skip
    [cycle] = cycles.cycles(assets, edges, graph.analyse(assets, edges)).to_dicts()
    assert (cycle["assets"], cycle["cut_edges"]) == (["a", "b", "c"], [2])
    assert cycle["cuts"] == ["c depends on a (seen in 2 flows, not declared; flows.log)"]


PAIRS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda e: e[0] != e[1]),
    max_size=20,
    unique=True,
)


WEIGHTED = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from([1, 2, 4, 8, 24.8])).filter(
        lambda edge: edge[0] != edge[1]
    ),
    min_size=1,
    max_size=14,
).map(lambda edges: [(*edge, at) for at, edge in enumerate(edges)])


@settings(max_examples=examples(60), deadline=None)
@given(WEIGHTED)
def test_of_a_small_set_no_order_of_its_assets_cuts_less(edges):
    cost = {at: weight for _, _, weight, at in edges}
    orders = permutations({node for source, target, _, _ in edges for node in (source, target)})
    least = min(
        sum(weight for a, b, weight, _ in edges if order.index(a) < order.index(b))
        for order in orders
    )
    assert sum(cost[at] for at in cheapest(edges, exact=6)) == pytest.approx(least)


@settings(max_examples=examples(100), deadline=None)
@given(PAIRS, st.randoms(), st.sampled_from([0, 8]))
def test_what_is_cut_opens_every_cycle_and_no_cut_is_needless(pairs, random, exact):
    edges = [(a, b, random.randint(1, 5), at) for at, (a, b) in enumerate(pairs)]
    cut = set(cheapest(edges, exact))
    kept = nx.DiGraph([(a, b) for a, b, _, at in edges if at not in cut])
    assert nx.is_directed_acyclic_graph(kept)
    for source, target, _, at in edges:
        if at in cut:
            with_it = nx.DiGraph(kept)
            with_it.add_edge(source, target)
            assert not nx.is_directed_acyclic_graph(with_it)


def test_coverage_counts_the_edges_of_each_kind_and_the_time_observed():
    assets = classified_assets({"name": "a"}, {"name": "b"}, {"name": "lone"})
    seen = piece("observed", 3) | {"first_seen": "2026-01-01", "last_seen": "2026-02-01"}
    edges = edge_rows({"source": "a", "target": "b", "evidence": [piece(), seen]})
    rows = {row["asset_id"]: row for row in coverage(assets, edges).to_dicts()}
    assert rows["b"] == {
        "asset_id": "b",
        "declared": 1,
        "observed": 1,
        "inferred": 0,
        "first_seen": "2026-01-01",
        "last_seen": "2026-02-01",
        "evidence": True,
    }
    assert rows["lone"]["evidence"] is False

"""Firewall rules: what may connect to what. Only single hosts are ends of a dependency."""

import polars as pl
import pytest

from discovery_dagster.domain import formats
from discovery_dagster_tests.domain.sources import counts, records_of, table

pytestmark = pytest.mark.pipeline

HEADER = ["Rule Name", "Source", "Destination", "Service", "Action"]


def edges_of(*rows, header=HEADER):
    records = records_of(*formats.reshape((table(header, *rows),)))
    relations = records.relations.with_columns(
        source=pl.coalesce("source", "source_address"),
        target=pl.coalesce("target", "target_address"),
    )
    assert set(relations["kind"]) <= {"declared"}
    assert set(relations["relation"]) <= {"connects_to"}
    return relations.select("source", "target", "port").rows(), counts(records)


ANY = ("cleanup", "any", "any", "any", "drop")


def test_a_rule_between_two_hosts_declares_that_they_connect():
    edges, outcomes = edges_of(("db", "app01", "db01", "tcp/1433", "accept"), ANY)
    assert edges == [("app01", "db01", 1433)]
    assert outcomes == {"accepted": 1, "ignored": 1}


@pytest.mark.parametrize(
    "many",
    ["any", "*", "10.1.0.0/16", "10.1.1.0/24", "10.1.1.1-10.1.1.20", "10.1.1.1 - 20", "fd00::/8",
     "NET_ADMIN_10.9.0.0_24", "all_servers", "grp-citrix", "Internet"],
)  # fmt: skip
@pytest.mark.parametrize("side", [0, 1])
def test_what_is_no_single_host_is_no_end_of_an_edge(many, side):
    ends = ["10.7.0.9", "10.7.0.9"]
    ends[side] = many
    edges, outcomes = edges_of(("r", *ends, "https", "allow"), ANY)
    assert edges == []
    assert outcomes == {"ignored": 2}


def test_a_rule_of_several_hosts_is_an_edge_for_each_pair_and_one_record():
    edges, outcomes = edges_of(("r", "web1; web2", "h_10.1.1.4; 10.0.0.0/8", "443", "allow"), ANY)
    assert edges == [("web1", "10.1.1.4", 443), ("web2", "10.1.1.4", 443)]
    assert outcomes == {"accepted": 1, "ignored": 1}


def test_a_rule_of_thousands_of_pairs_says_nothing_of_who_needs_whom():
    hosts = "; ".join(f"10.0.{at // 250}.{at % 250 + 1}" for at in range(200))
    assert edges_of(("r", hosts, hosts, "443", "allow"), ANY) == ([], {"ignored": 2})


@pytest.mark.parametrize("enabled", ["no", "false", "Disabled"])
def test_a_disabled_rule_is_left_out(enabled):
    header = [*HEADER, "Enabled"]
    rows = (("r", "a1", "b1", "443", "allow", enabled), ("s", "a2", "b2", "443", "allow", "yes"))
    assert edges_of(*rows, header=header) == ([("a2", "b2", 443)], {"accepted": 1, "ignored": 1})


@pytest.mark.parametrize(
    ("service", "ports"),
    [
        ("TCP_8443", [8443]),
        ("443/tcp", [443]),
        ("udp 53", [53]),
        ("ssh", [22]),
        ("443, 8443", [443, 8443]),
        ("tcp/88; udp/88", [88]),
        ("ping", [None]),
        ("8000-8010", [None]),
    ],
)
def test_the_service_of_a_rule_is_its_port_and_several_are_an_edge_each(service, ports):
    edges, outcomes = edges_of(("r", "a1", "b1", service, "allow"), ANY)
    assert edges == [("a1", "b1", port) for port in ports]
    assert outcomes == {"accepted": 1, "ignored": 1}


def test_a_range_of_ports_is_said_in_an_issue():
    rows = [("r", "a1", "b1", "8000-8010", "allow"), ANY]
    issues = records_of(*formats.reshape((table(HEADER, *rows),))).issues
    assert issues.select("code", "value").rows() == [("unreadable_value", "8000-8010")]


def test_a_flow_log_that_names_policies_stays_one():
    header = ["policy_id", "src_ip", "src_port", "dst_ip", "dst_port", "action", "bytes"]
    records = records_of(table(header, ("7", "10.0.0.1", "50000", "10.0.0.2", "443", "allow", "9")))
    assert records.relations["kind"].to_list() == ["observed"]


def test_a_subnet_in_a_flow_log_or_a_list_of_relations_is_no_address():
    flows = table(["src_ip", "dst_ip", "dst_port"], ("10.0.0.0/8", "10.0.0.2", "443"))
    needs = table(["Source", "Target"], ("app1", "10.0.0.0/8"), ("app1", "10.0.0.5/24"))
    records = records_of(flows, needs)
    assert records.relations["target_address"].to_list() == ["10.0.0.5"]
    assert counts(records) == {"accepted": 1, "ignored": 2}

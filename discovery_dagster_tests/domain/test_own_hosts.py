"""A column called `Host`, and one called `Type`, beside the names of things."""

import pytest

from discovery_dagster_tests.domain.sources import fields_of, records_of, table


@pytest.mark.parametrize("name", ["Device", "Name", "Display Name"])
@pytest.mark.parametrize("host", ["Host", "Hosts"])
@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["10.40.1.11", "10.40.0.1"], "ip_addresses"),
        (["lnxpay01", "core-sw.corp.example"], "hostname"),
        (["esx01", "esx01"], "runs_on"),
        (["10.40.1.11", "10.40.1.11"], "runs_on"),
        (["Second", "other"], "runs_on"),
    ],
)
def test_a_host_is_the_thing_itself_where_its_values_say_so(name, host, cells, field):
    rows = zip(["First", "Second"], cells, ["Up", "Down"], strict=True)
    assert fields_of(table([name, host, "Status"], *rows))[host] == field


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name,Host,Type", "hr,db01,Database"),
        ("Application,Host", "hr,db01"),
        ("Name,Host,Engine", "hr,db01,PostgreSQL"),
        ("Name,Host,Power State", "vm1,esx1,on"),
        ("VM,Host,OS", "vm1,esx1,Linux"),
        ("Name,Host,OS", "vm1,esx-01,Linux"),
        ("Name,Host", "vm1,srv01"),
        ("Name,Host,FQDN", "vm1,esx1,vm1.corp.example"),
    ],
)
def test_what_runs_on_machines_keeps_its_host(header, row):
    assert fields_of(table(header.split(","), row.split(",")))["Host"] == "runs_on"


@pytest.mark.parametrize(
    ("name", "kind", "cells"),
    [
        ("LoadBalancerName", "load_balancer", ["application", "network"]),
        ("DBInstanceIdentifier", "database", ["application", "server"]),
        ("Cluster Name", "cluster", ["storage", "network"]),
    ],
)
def test_a_type_beside_names_that_say_it_is_a_subtype(name, kind, cells):
    rows = [(f"a{at}", cell) for at, cell in enumerate(cells)]
    assert records_of(table([name, "Type"], *rows)).assets["declared_type"].to_list() == [kind] * 2


def test_a_type_beside_names_of_servers_is_their_type():
    source = table(["Server Name", "Type"], ("a", "Virtual"), ("b", "Physical"))
    kinds = records_of(source).assets["declared_type"].to_list()
    assert kinds == ["virtual_machine", "server"]


def test_a_host_that_is_called_as_the_record_is_another_name_of_it():
    rows = [("Core SW 01", "Core SW 01", "10.2.0.1"), ("Core SW 02", "Core SW 02", "10.2.0.2")]
    source = table(["Host", "Name", "IP"], *rows)
    assert fields_of(source)["Host"] == "aliases"
    assert records_of(source).relations.is_empty()

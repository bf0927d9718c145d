"""Objects around lists of objects: things with parts are records, envelopes are not."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.readers import Limits
from discovery_dagster.domain.readers.json_text import read_json
from discovery_dagster.domain.readers.yaml_text import read_yaml
from discovery_dagster.domain.source_tables import SourceTable


def tables_in(document: object) -> tuple[SourceTable, ...]:
    return read_json(json.dumps(document), "utf-8", "a.json", Limits()).tables


def cells_in(table: SourceTable, column: str) -> list[str | None]:
    return table.records[f"c{table.position(column)}"].to_list()


def names_in(document: object) -> dict[str | None, list[str | None]]:
    """The first cells of each table, by its sheet."""
    return {table.sheet: table.records["c0"].to_list() for table in tables_in(document)}


def host(name: str, **fields: Any) -> dict[str, Any]:
    return {"hostname": name, "ip_address": "10.8.0.4", "os": "SLES 15", **fields}


@pytest.mark.parametrize(
    "thing",
    [
        host("pay-01", services=[{"name": "cron", "state": "on"}, {"name": "ssh"}]),
        host("pay-01", processes=[{"name": "java", "memory": "2 GB", "cpu": 3}]),
        host("pay-01", neighbors=[{"hostname": "sw-2", "port": "Gi1", "ip": "10.8.0.9"}]),
        host("pay-01", disks=[], packages=[]),
        host("pay-01", interfaces={"eth0": {"mtu": 1500}, "eth1": {"mtu": 9000}}),
        {"hostname": "pay-01", "packages": [{"name": "bash", "version": "5"}]},
        {"name": "pay-01", "disks": [{"name": "sda"}], "nics": [{"name": "eth0", "ip": "1"}]},
        {"name": "pay-01", "serial": "X7", "contacts": [{"name": "Ann"}]},
        {"nom": "pay-01", "storage": {"volumes": [{"name": "data"}]}},
        {"ok": True, "result": host("pay-01", patches=[{"name": "KB1"}])},
    ],
)
def test_a_thing_with_lists_of_its_parts_is_the_record(thing):
    assert names_in(thing) == {None: ["pay-01"]}


@pytest.mark.parametrize(
    "envelope",
    [
        {"items": [host("pay-01"), host("pay-02")], "total": 2, "page": 1},
        {"data": {"servers": [host("pay-01"), host("pay-02")]}, "meta": {"hostname": "exporter"}},
        {"name": "Data centre 7", "location": "Bonn", "servers": [host("pay-01"), host("pay-02")]},
        {"host": "vcenter-1", "exported": "today", "vms": [host("pay-01"), host("pay-02")]},
        {"hostname": "collector", "results": [{"name": "pay-01"}, {"name": "pay-02"}]},
        {"name": "shop", "services": [{"name": "pay-01"}, {"name": "pay-02"}]},
        {"application": "Shop", "owner": "Ann", "servers": [host("pay-01"), host("pay-02")]},
        [{"items": [host("pay-01")], "next": 2}, {"items": [host("pay-02")], "next": None}],
        [[host("pay-01")], [host("pay-02")]],
        [host("pay-01"), [host("pay-02")]],
    ],
)
def test_what_only_wraps_things_is_no_record(envelope):
    assert names_in(envelope) == {None: ["pay-01", "pay-02"]}


def test_two_lists_of_things_are_two_tables():
    document = {"servers": [host("pay-01")], "databases": [{"name": "ledger"}]}
    assert names_in(document) == {"servers": ["pay-01"], "databases": ["ledger"]}


@pytest.mark.parametrize("in_list", [False, True])
def test_guests_are_records_that_run_on_the_one_around_them(in_list):
    hypervisor = host("kvm-1", vms=[{"name": "web"}, {"name": "db", "runs_on": None}])
    tables = tables_in([hypervisor, host("kvm-2")] if in_list else hypervisor)
    assert cells_in(tables[0], "hostname") == (["kvm-1", "kvm-2"] if in_list else ["kvm-1"])
    assert tables[1].sheet == "vms"
    assert cells_in(tables[1], "name") == ["web", "db"]
    assert cells_in(tables[1], "runs_on") == ["kvm-1", "kvm-1"]


def test_a_host_in_several_parts_is_one_record():
    document = {
        "system": {"hostname": "pay-01", "os": "Debian 12"},
        "network": {"interfaces": [{"name": "eth0"}]},
        "packages": [{"name": "bash"}],
    }
    assert names_in(document) == {None: ["pay-01"]}


def test_documents_may_be_things_lists_and_envelopes():
    text = (
        "hostname: a\nos: x\ndisks:\n- name: sda\n---\n- hostname: b\n- hostname: c\n---\n"
        "servers:\n- hostname: d\n  os: y\n---\nservers: []\n"
    )
    own, servers = read_yaml(text, "utf-8", "a.yaml", Limits()).tables
    assert own.records.select("line", "outcome", "c0").rows() == [
        (1, "read", "a"), (6, "read", "b"), (7, "read", "c"), (13, "ignored", None),
    ]  # fmt: skip
    assert servers.records.select("line", "c0").rows() == [(10, "d")]


def test_a_repeated_key_is_not_lost_in_a_thing_with_parts():
    text = '{"hostname": "a", "os": "x", "os": "y", "disks": [{"name": "sda"}]}'
    (table,) = read_json(text, "utf-8", "a.json", Limits()).tables
    assert table.records.select("outcome", "reason").rows() == [("rejected", "duplicate_key")]


def test_tags_in_pairs_are_columns_unless_one_would_be_lost():
    def header(tags):
        (table,) = tables_in([{"name": "web", "Tags": tags}])
        return table.header

    pair = {"Key": "team", "Value": "pay"}
    assert header([pair, {"Key": "Name", "Value": "x"}]) == ("name", "Tags.team", "Tags.Name")
    assert header([pair, pair]) == ("name", "Tags")
    assert header([{**pair, "Propagate": True}]) == ("name", "Tags")


NAMES = st.integers(0, 10**6).map("host-{}".format)
PARTS = st.lists(st.builds(lambda name: {"name": name}, NAMES), max_size=3)
HOSTS = st.builds(lambda name, disks: {"hostname": name, "os": "AIX", "disks": disks}, NAMES, PARTS)
MACHINES = st.one_of(
    HOSTS,
    st.builds(lambda one, guests: {**one, "vms": guests}, HOSTS, st.lists(HOSTS, min_size=1)),
)
DOCUMENTS = st.lists(
    st.one_of(
        MACHINES,
        st.lists(MACHINES, min_size=1, max_size=3),
        st.builds(
            lambda key, hosts: {"count": 1, key: hosts},
            st.sampled_from(["items", "servers", "my.hosts"]),
            st.lists(MACHINES, min_size=1),
        ),
    ),
    min_size=2,
    max_size=6,
)


def hosts_in(document: object) -> list[str]:
    if isinstance(document, list):
        return [name for each in document for name in hosts_in(each)]
    if not isinstance(document, dict):
        return []
    own = [document["hostname"]] if "hostname" in document else []
    return own + hosts_in([each for each in document.values() if isinstance(each, list)])


@given(DOCUMENTS)
def test_each_host_of_any_mix_of_documents_is_one_record_on_its_line(documents):
    text = yaml.safe_dump_all(documents, sort_keys=False)
    lines = text.split("\n")
    reading = [
        (line, name)
        for table in read_yaml(text, "utf-8", "a.yaml", Limits()).tables
        for line, name in table.records.select("line", "c0").rows()
    ]
    assert sorted(name for _, name in reading) == sorted(hosts_in(documents))
    assert all(
        f"hostname: {name}" in lines[line - 1] for line, name in reading if "- " in lines[line - 1]
    )


def test_what_only_a_machine_says_of_itself_makes_a_record_whatever_names_it() -> None:
    facts = {
        "nodeKey": "lnx-7",
        "os": {"name": "RedHat", "release": {"full": "8.6"}},
        "processors": {"count": 8},
        "mounted": [{"name": "/", "size": "20 GiB"}, {"name": "/var", "size": "50 GiB"}],
    }
    (table,) = read_json(json.dumps(facts), "utf-8", "a.json", Limits()).tables
    assert table.records.height == 1
    assert "nodeKey" in table.header, "its mounts are not taken for the things that it is about"

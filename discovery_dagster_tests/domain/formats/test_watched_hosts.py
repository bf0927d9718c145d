"""What monitoring says beside names: who is reached by whom, who needs whom, and by which label."""

import json

import pytest

from discovery_dagster.domain.readers import read_file
from discovery_dagster_tests.domain.sources import counts, fields_of, records_of_files, table

NAGIOS = """\
define host{
    host_name       web01
    address         10.0.0.11
    parents         core-sw1,core-sw2
}
define host{
    host_name       db01
    address         10.0.0.21
}
define hostdependency{
    host_name                       db01
    dependent_host_name             web01
}
define servicedependency{
    host_name                       db01,db02
    service_description             PostgreSQL
    dependent_host_name             web01
    dependent_service_description   HTTP
}
"""


def test_parents_and_dependencies_of_nagios_are_relations(tmp_path):
    file = tmp_path / "objects.cfg"
    file.write_text(NAGIOS)
    records = records_of_files(file)
    assert counts(records) == {"accepted": 4}
    assert records.relations.select("source", "relation", "target", "detail").rows() == [
        ("web01", "connects_to", "core-sw1", None),
        ("web01", "connects_to", "core-sw2", None),
        ("web01", "depends_on", "db01", None),
        ("web01", "depends_on", "db01", "PostgreSQL"),
        ("web01", "depends_on", "db02", "PostgreSQL"),
    ]


TARGETS = [
    {"targets": ["web01.corp:9100", "db1:9100"], "labels": {"env": "prod", "job": "node"}},
    {"targets": ["10.0.0.21:9187"], "labels": {"env": "test", "job": "postgres"}},
]
IN_YAML = """\
- targets: [web01.corp:9100, db1:9100]
  labels: {env: prod, job: node}
- targets:
    - 10.0.0.21:9187
  labels:
    env: test
    job: postgres
"""


@pytest.mark.parametrize(
    ("name", "text"), [("targets.json", json.dumps(TARGETS)), ("targets.yml", IN_YAML)]
)
def test_targets_that_prometheus_finds_in_files_are_hosts_one_by_one(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    records = records_of_files(tmp_path / name)
    assert counts(records) == {"accepted": 2, "ignored": 1}  # an address alone is no thing
    assert records.assets.select("name", "environment").rows() == [
        ("web01.corp", "prod"),
        ("db1", "prod"),
    ]


def test_what_has_more_than_targets_and_labels_is_a_record_as_a_whole(tmp_path):
    alerts = [{"name": "a1", "labels": {"x": "y"}, "targets": ["web01", "web02"]}] * 2
    (tmp_path / "alerts.json").write_text(json.dumps(alerts))
    [source] = read_file(tmp_path / "alerts.json", "alerts.json").tables
    assert source.records.height == 2
    assert set(source.header) == {"name", "labels.x", "targets"}


def test_a_label_names_the_host_of_a_target_and_what_was_dropped_is_none(tmp_path):
    active = {
        "discoveredLabels": {"__address__": "10.0.0.11:9100", "job": "node"},
        "labels": {"instance": "10.0.0.11:9100", "job": "node", "nodename": "web01"},
        "scrapePool": "node",
        "health": "up",
    }
    dropped = {"discoveredLabels": {"__address__": "127.0.0.1:9100", "job": "node"}}
    targets = {"activeTargets": [active, active], "droppedTargets": [dropped, dropped]}
    (tmp_path / "targets.json").write_text(json.dumps({"status": "success", "data": targets}))
    records = records_of_files(tmp_path / "targets.json")
    assert counts(records) == {"accepted": 2, "ignored": 2}
    assert set(records.assets["name"]) == {"web01"}
    assert records.assets["ip_addresses"].to_list()[0] == ["10.0.0.11"]


@pytest.mark.parametrize(
    "header",
    [["Probe", "Group", "Device", "Host", "Sensor"], ["probe", "group", "device", "host", "objid"]],
)
def test_the_host_of_a_device_of_prtg_is_how_it_is_asked_and_nothing_that_it_runs_on(header):
    source = table(header, ("p", "g", "db01 [Linux]", "10.0.0.21", "1"))
    assert "runs_on" not in fields_of(source).values()


def test_a_list_of_checkmk_says_the_environment_by_its_tag():
    header = ["host_name", "alias", "ipaddress", "tag_agent", "tag_criticality"]
    source = table(header, ("web01", "Shop", "10.0.0.11", "cmk-agent", "prod"))
    assert fields_of(source) == {
        "host_name": "name",
        "alias": "description",
        "ipaddress": "ip_addresses",
        "tag_criticality": "environment",
    }

"""Hosts and dependencies that Icinga 2 watches, from its files, its API and its lists."""

import json

from discovery_dagster_tests.domain.sources import counts, fields_of, records_of_files, table

CONFIGURATION = """\
/* object Host "old" {
} */
template Host "generic" {
  max_check_attempts = 3
}
object Host "web01" {
  import "generic" // of the site
  address = "10.0.0.11"
  groups = [ "web", "linux" ]
  vars.os = "RHEL 8"
  vars.env = "production"
  vars.disks["disk /"] = {
    disk_partitions = "/"
    address = "none of it"
  }
}
object Host "db01" { address = "10.0.0.99" }
object Dependency "web-db" {
  parent_host_name = "db01"
  child_host_name = "web01"
}
object Service "http" {
  host_name = "web01"
  check_command = "http"
}
apply Service "ping" {
  check_command = "ping4"
  assign where host.address
}
"""


def test_objects_of_the_configuration_are_hosts_and_needs(tmp_path):
    file = tmp_path / "hosts.conf"
    file.write_text(CONFIGURATION)
    records = records_of_files(file)
    assert counts(records) == {"accepted": 3, "ignored": 1}
    assert records.assets.select("name", "ip_addresses", "os_name", "environment").rows() == [
        ("web01", ["10.0.0.11"], "RHEL 8", "production"),
        ("db01", [], None, None),
    ]
    assert records.relations.select("source", "relation", "target").rows() == [
        ("web01", "depends_on", "db01")
    ]
    assert records.assets["line"].to_list() == [6, 17]


def host(name, address, **variables):
    attributes = {
        "__name": name,
        "name": name,
        "address": address,
        "check_command": "hostalive",
        "state": 0.0,
        "vars": variables,
    }
    return {"attrs": attributes, "joins": {}, "meta": {}, "name": name, "type": "Host"}


def test_objects_of_the_api_are_hosts(tmp_path):
    file = tmp_path / "hosts.json"
    hosts = [host("web01", "10.0.0.11", env="prod"), host("db01", "10.0.0.21", env="test")]
    file.write_text(json.dumps({"results": hosts}))
    records = records_of_files(file)
    assert records.assets.select("name", "ip_addresses", "environment", "status").rows() == [
        ("web01", ["10.0.0.11"], "prod", None),
        ("db01", ["10.0.0.21"], "test", None),
    ]


def test_lists_of_icinga_web_name_hosts_by_their_names_and_not_by_what_is_shown():
    header = ["host_name", "host_display_name", "host_address", "host_state", "Environment"]
    source = table(header, ("db01", "Database 1", "10.0.0.21", "1", "Production"))
    assert fields_of(source) == {
        "host_name": "name",
        "host_display_name": "description",
        "host_address": "ip_addresses",
        "Environment": "environment",
    }

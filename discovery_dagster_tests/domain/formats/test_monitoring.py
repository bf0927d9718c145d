"""Hosts that monitoring watches, and logs of keys with values."""

import json

import pytest

from discovery_dagster_tests.domain.families import (
    derived_from,
    edges,
    formats_of,
    outcomes,
    things,
)
from discovery_dagster_tests.domain.sources import records_of_files

pytestmark = pytest.mark.pipeline

NAGIOS = """# hosts
define host {
    use        generic
    host_name  web01
    address    10.3.3.1
}
define host{
\thost_name\tdb01
\taddress 10.3.3.2 ; primary
}
define host {
    name generic
    register 0
}
define service{
    host_name web01
    check_command check_http
}
"""
ZABBIX = (
    '"Name","Interface","Templates","Status","Availability"\n'
    '"web01","10.3.3.1:10050","Linux","Enabled","ZBX"\n'
    '"db01","10.3.3.2:10050","Linux","Enabled","ZBX"\n'
)
PRTG = (
    '"Probe","Group","Device","Host","Status"\n'
    '"Local","Linux","web01","10.3.3.1","Up"\n"Local","Win","db01 [Windows]","10.3.3.2","Up"\n'
)
CHECKMK = {"value": [
    {"id": name, "extensions": {"folder": "/", "attributes": {"ipaddress": address}}}
    for name, address in (("web01", "10.3.3.1"), ("db01", "10.3.3.2"))]}  # fmt: skip


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ("nagios.hosts", NAGIOS),
        ("zabbix.hosts", ZABBIX),
        ("prtg.devices", PRTG),
        ("checkmk.hosts", json.dumps(CHECKMK)),
    ],
)
def test_watched_hosts_are_things_with_the_address_they_are_reached_at(tmp_path, known, text):
    assert formats_of(tmp_path, text)[0] == known
    derived = derived_from(tmp_path, hosts_txt=text)
    assert things(derived, "ip_addresses") == {"web01": ["10.3.3.1"], "db01": ["10.3.3.2"]}
    assert derived.edges.is_empty()
    assert set(derived.assets["status"]) == {None}


def test_targets_of_prometheus_are_called_by_their_instance_without_its_port(tmp_path):
    targets = [
        {"labels": {"instance": name, "job": "node", "env": "prod"}, "scrapePool": "node",
         "health": "up"} for name in ("web01.corp.example:9100", "web02.corp.example:9100")
    ]  # fmt: skip
    derived = derived_from(tmp_path, t_json=json.dumps({"data": {"activeTargets": targets}}))
    assert things(derived, "environment") == {
        "web01.corp.example": "production",
        "web02.corp.example": "production",
    }


LOG = """date=2024-05-01 time=10:00:01 devname="FG 100" type="traffic" srcip=10.1.1.10 \
srcport=50111 dstip=10.1.2.20 dstport=5432 proto=6 action="close" sentbyte=500
<189>May 1 fw: date=2024-05-01 time=10:00:02 devname="FG 100" type="traffic" srcip=10.1.1.11 \
dstip=10.1.2.20 dstport=22 proto=6 action="deny"
"""


def test_a_log_of_keys_with_values_gives_its_allowed_connections(tmp_path):
    derived = derived_from(tmp_path, fortigate_log=LOG * 3 + "\ngarbage\n")
    assert edges(derived) == {("10.1.1.10", "connects_to", "10.1.2.20")}
    assert derived.edges["port"].to_list() == [5432]
    assert outcomes(derived) == {"accepted": 3, "ignored": 4, "rejected": 1}


def test_groups_in_a_json_export_of_zabbix_are_no_assets(tmp_path):
    host = {
        "host": "lnxpay01",
        "name": "Payment server 1",
        "groups": [{"name": "Linux servers"}],
        "interfaces": [{"ip": "10.40.1.11", "dns": "lnxpay01.corp.example"}],
    }
    path = tmp_path / "zabbix.json"
    export = {"version": "6.0", "groups": [{"name": "Linux servers"}], "hosts": [host]}
    path.write_text(json.dumps({"zabbix_export": export}))
    (asset,) = records_of_files(path).assets.iter_rows(named=True)
    assert (asset["name"], asset["aliases"]) == ("lnxpay01", ["Payment server 1"])
    assert (asset["ip_addresses"], asset["fqdn"]) == (["10.40.1.11"], "lnxpay01.corp.example")

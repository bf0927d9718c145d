"""Lists that scanners print as text, and what platforms list beside their machines."""

import json

import pytest

from discovery_dagster_tests.domain.sources import fields_of, records_of_files, table

GREPABLE = """\
# Nmap 7.80 scan initiated Mon Jan  1 00:00:00 2024 as: nmap -oG - 10.1.2.0/24
Host: 10.1.2.3 (web01.corp.example)\tStatus: Up
Host: 10.1.2.3 (web01.corp.example)\tPorts: 22/open/tcp//ssh///, 81/closed/tcp//x///\tOS: Linux 4.15
Host: 10.1.2.4 (db01.corp.example)\tStatus: Down
# Nmap done at Mon Jan  1 00:00:10 2024 -- 256 IP addresses (1 host up) scanned in 10.00 seconds
"""
MASSCAN = """\
#masscan
open tcp 80 10.1.2.3 1390380064
banner tcp 80 10.1.2.3 1390380066 http nginx
open tcp 22 10.1.2.4 1390380065
# end
"""


def test_lines_of_nmap_are_its_hosts_once_each(tmp_path):
    path = tmp_path / "scan.gnmap"
    path.write_text(GREPABLE)
    assets = records_of_files(path).assets
    assert assets.select("fqdn", "ip_addresses").rows() == [("web01.corp.example", ["10.1.2.3"])]


def test_no_line_of_a_scan_is_lost(tmp_path):
    path = tmp_path / "scan.gnmap"
    path.write_text(GREPABLE + "Host: 10.1.2.9 without the rest\n")
    outcomes = records_of_files(path).outcomes.select("line", "outcome").rows()
    assert outcomes == [
        (1, "ignored"),
        (2, "accepted"),
        (4, "ignored"),  # it did not answer
        (5, "ignored"),
        (6, "rejected"),
    ]


def test_ports_that_masscan_found_say_nothing_of_the_life_of_a_host(tmp_path):
    path = tmp_path / "ports.txt"
    path.write_text(MASSCAN)
    records = records_of_files(path)
    assert records.assets.is_empty() or records.assets["status"].null_count() == len(records.assets)
    assert "no_header" not in set(records.outcomes["reason"])


def test_hosts_of_proxmox_have_what_they_have(tmp_path):
    path = tmp_path / "nodes.json"
    node = {"node": "pve1", "type": "node", "id": "node/pve1", "status": "online", "maxcpu": 8,
            "maxmem": 68719476736, "mem": 9, "ssl_fingerprint": "AA:BB"}  # fmt: skip
    path.write_text(json.dumps({"data": [node, {**node, "node": "pve2", "id": "node/pve2"}]}))
    rows = records_of_files(path).assets.select("name", "declared_type", "cpu_cores", "memory_gb")
    assert rows.rows() == [("pve1", "server", 8, 64.0), ("pve2", "server", 8, 64.0)]


def test_the_computer_of_a_machine_of_hyper_v_is_its_host():
    header = ["Name", "State", "MemoryAssigned", "ComputerName"]
    source = table(header, ("web01", "Running", "4294967296", "HV01"), ("db01", "Off", "0", "HV02"))
    assert fields_of(source)["ComputerName"] == "runs_on"


def test_the_computer_name_of_another_machine_is_its_own():
    header = ["Name", "PowerState", "ComputerName"]
    source = table(header, ("vm-1", "running", "web01"), ("vm-2", "running", "db01"))
    assert fields_of(source)["ComputerName"] == "hostname"


@pytest.mark.parametrize("size", ["VolumeSize", "Size"])
def test_size_and_state_of_a_volume_are_not_those_of_its_machine(tmp_path, size):
    path = tmp_path / "volumes.csv"
    path.write_text(
        f"VolumeId,InstanceId,{size},VolumeType,State\n"
        "vol-1,i-0abc1,100,gp3,in-use\nvol-2,i-0abc1,500,gp3,in-use\nvol-3,i-0abc2,50,gp2,in-use\n"
    )
    assets = records_of_files(path).assets
    assert assets["storage_gb"].null_count() == len(assets)
    assert assets["status"].null_count() == len(assets)

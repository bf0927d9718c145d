"""Inventories of GLPI's agents in JSON: one thing, whatever it lists of its parts."""

import json

from discovery_dagster_tests.domain.families import derived_from, things

COMPUTER = {
    "deviceid": "pc-1", "action": "inventory", "itemtype": "Computer",
    "content": {
        "versionclient": "GLPI-Agent 1.7",
        "hardware": {"name": "pc-1", "memory": 8192, "chassis_type": "Laptop"},
        "bios": {"ssn": "2FAGP34", "smanufacturer": "Dell Inc.", "smodel": "XPS 13"},
        "networks": [{"description": "eth0", "ipaddress": "10.7.0.1", "mac": "02:00:00:00:00:01"}],
        "virtualmachines": [{"name": "db", "memory": 512}],
    },
}  # fmt: skip
SWITCH = {
    "deviceid": "sw-1", "action": "netinventory", "itemtype": "NetworkEquipment",
    "content": {
        "versionclient": "4.1",
        "network_device": {"name": "sw-1", "serial": "SSI19", "ips": ["10.7.0.2"]},
        "network_ports": [{"ifname": "eth1", "mac": "8c:60:4f:8d:ae:a0"}],
    },
}  # fmt: skip


def test_an_inventory_is_one_thing(tmp_path):
    derived = derived_from(tmp_path, pc_json=json.dumps(COMPUTER), switch_json=json.dumps(SWITCH))
    assert things(derived, "type", "serial_number", "ip_addresses", "memory_gb") == {
        "pc-1": ["other", "2FAGP34", ["10.7.0.1"], 8.0],
        "sw-1": ["network_device", "SSI19", ["10.7.0.2"], None],
    }

"""NetBox: dumps of all models in one array, and exports of one list."""

import json
from collections import Counter

import polars as pl
import pytest

from discovery_dagster.domain import formats
from discovery_dagster_tests.domain.sources import (
    counts,
    records_of,
    records_of_files,
    table,
    tables_of,
)
from quality.derive import derive

pytestmark = pytest.mark.pipeline


@pytest.fixture
def dump(tmp_path):
    """The path of a dump of records written as model, number and fields."""

    def write(*records):
        path = tmp_path / "netbox.json"
        objects = [{"model": model, "pk": pk, "fields": fields} for model, pk, fields in records]
        path.write_text(json.dumps(objects, indent=1))
        return path

    return write


def test_a_dump_gives_its_devices_machines_and_clusters(shared_data):
    records = records_of_files(shared_data / "netbox" / "netbox-demo-v2.11.filtered.json")
    assert counts(records) == {"accepted": 63 + 180 + 32, "ignored": 5072 - 275}
    assert Counter(records.assets["format"].to_list()) == {
        "netbox.devices": 63,
        "netbox.virtual_machines": 180,
        "netbox.clusters": 32,
    }
    assert Counter(records.assets["declared_type"].to_list()) == {
        "virtual_machine": 180,
        "cluster": 32,
        "network_device": 31,
        "other": 32,  # 13 power distribution units and 19 patch panels, most without a name
    }
    assert records.relations.height == 180
    assert set(records.relations["relation"]) == {"runs_on"}
    assert set(records.relations["target"]) <= set(records.assets["name"])
    assert records.assets["provider_id"].n_unique() == 275
    names = records.assets["name"]
    assert {"dmi01-akron-rtr01", "ncsu-coreswitch1", "vm1", "DO-NYC1"} <= set(names)
    # 13 patch panels have no name but their number, and three share one.
    assert names.str.starts_with("dcim.device/").sum() == 13
    assert (names == "PP:MDF").sum() == 3


@pytest.mark.parametrize("role", ["device_role", "role"])
def test_numbers_become_names_whatever_the_version_calls_the_role(dump, role):
    path = dump(
        ("dcim.manufacturer", 3, {"name": "Dell"}),
        ("dcim.devicetype", 5, {"manufacturer": 3, "model": "PowerEdge R640"}),
        ("dcim.devicerole", 7, {"name": "Application Server"}),
        ("dcim.site", 1, {"name": "Ghent"}),
        ("ipam.ipaddress", 9, {"address": "10.0.0.5/24"}),
        ("dcim.device", 12, {"name": "srv-1", "_name": "srv-01", "device_type": 5, role: 7,
                             "site": 1, "primary_ip4": 9, "serial": "CZ1234567"}),
    )  # fmt: skip
    records = records_of_files(path)
    row = records.assets.row(0, named=True)
    assert row["name"] == "srv-1"
    assert (row["declared_type"], row["vendor"], row["model"]) == (
        "server",
        "Dell",
        "PowerEdge R640",
    )
    assert (row["location"], row["ip_addresses"]) == ("Ghent", ["10.0.0.5"])
    assert counts(records) == {"accepted": 1, "ignored": 5}


def test_records_of_a_dump_keep_their_lines(dump):
    path = dump(("dcim.site", 1, {"name": "Ghent"}), ("dcim.device", 12, {"name": "srv-1"}))
    lines = path.read_text().split("\n")
    devices = next(part for part in tables_of(path) if part.sheet == "dcim.device")
    assert lines[devices.records["line"][0]].strip() == '"model": "dcim.device",'


def test_lists_of_devices_and_machines_are_told_by_their_columns():
    devices = ["Name", "Status", "Tenant", "Site", "Rack", "Role", "Manufacturer", "Type",
               "IP Address"]  # fmt: skip
    machines = ["name", "status", "role", "site", "cluster", "platform", "vcpus", "memory", "disk"]
    assert formats.recognise(table(devices)).name == "netbox.devices"
    assert formats.recognise(table(machines)).name == "netbox.virtual_machines"
    records = records_of(table(machines, ("vm1", "active", "Application Server", "Ghent", "c1",
                                          "Ubuntu", "4.00", "8192", "100")))  # fmt: skip
    row = records.assets.row(0, named=True)
    assert (row["declared_type"], row["cpu_cores"], row["memory_gb"]) == ("virtual_machine", 4, 8.0)
    assert records.relations.select("relation", "target").rows() == [("runs_on", "c1")]


def test_devices_of_one_title_and_ids_of_their_own_are_several_things(shared_data):
    derived = derive([shared_data / "netbox" / "netbox-demo-v2.11.filtered.json"])
    assert derived.assets.height == 63 + 180 + 32
    assert derived.assets.filter(pl.col("name") == "PP:MDF").height == 3

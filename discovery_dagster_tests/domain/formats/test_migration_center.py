"""The tables of Google's Migration Center: machines, and disks and tags that add to them."""

import json

import pytest

from discovery_dagster.domain import formats, identity
from discovery_dagster_tests.domain.sources import counts, records_of, table

pytestmark = pytest.mark.pipeline

MACHINES = ["MachineName", "MachineId", "PrimaryIPAddress", "AllocatedProcessorCoreCount",
            "MemoryGiB", "IsPhysical"]  # fmt: skip
DISKS = ["SizeInGib", "DiskLabel", "MachineId", "UsedInGib", "StorageTypeLabel"]
TAGS = ["Value", "Key", "MachineId"]


def reshaped(header, *rows, file):
    (source,) = formats.reshape((table(header, *rows, file=file),))
    return source


def machines(*rows):
    return table(MACHINES, *rows, file="vmInfo.csv")


def inventory(*sources):
    records = records_of(*sources)
    resolved = identity.resolve("acme.exit", records.assets, records.relations, {}).assets
    return records, {row["name"]: row for row in resolved.iter_rows(named=True)}


WEB = ("web", "m-1", "10.0.0.1", "4", "16", "TRUE")
DB = ("db", "m-2", "10.0.0.2", "8", "64", "FALSE")


def test_a_machine_has_the_size_of_all_its_disks_and_every_disk_is_accounted_for():
    disks = reshaped(DISKS, ("100", "C:", "m-1", "40", "SSD"), ("50.5", "D:", "m-1", None, None),
                     ("10", "/", "m-9", None, None), (None, "E:", "m-1", None, None),
                     file="diskInfo.csv")  # fmt: skip
    records, assets = inventory(machines(WEB, DB), disks)
    assert counts(records) == {"accepted": 6}
    assert assets["web"]["storage_gb"] == pytest.approx(150.5 * 2**30 / 1e9, abs=0.01)
    assert assets["db"]["storage_gb"] is None
    assert set(assets) == {"web", "db"}  # a disk of an unknown machine declares none


def test_a_machines_own_size_outranks_the_sum_of_its_disks():
    header = [*MACHINES, "TotalDiskAllocatedGiB"]
    disks = reshaped(DISKS, ("100", "C:", "m-1", None, None), file="diskInfo.csv")
    _, assets = inventory(table(header, (*WEB, "200")), disks)
    assert assets["web"]["storage_gb"] == pytest.approx(214.75, abs=0.01)


def test_tags_whose_keys_are_known_headers_are_fields_and_others_are_custom():
    tags = reshaped(TAGS, ("Produktion", "Umgebung", "m-1"), ("Shop", "Application", "m-1"),
                    ("42", "Cost Center", "m-1"), ("Test", "Umgebung", "m-2"),
                    file="tagInfo.csv")  # fmt: skip
    records, assets = inventory(machines(WEB, DB), tags)
    assert counts(records) == {"accepted": 6}
    assert (assets["web"]["environment"], assets["db"]["environment"]) == ("Produktion", "Test")
    assert assets["web"]["applications"] == ["Shop"]
    assert json.loads(assets["web"]["custom"]) == {"Cost Center": "42"}


def test_two_keys_that_mean_one_field_are_a_conflict_and_neither_wins():
    tags = reshaped(TAGS, ("prod", "env", "m-1"), ("test", "stage", "m-1"), ("dev", "Env.", "m-1"),
                    file="tagInfo.csv")  # fmt: skip
    _, assets = inventory(machines(WEB), tags)
    assert assets["web"]["environment"] is None
    assert "prod" in assets["web"]["custom"]


def test_interfaces_of_an_agent_add_their_addresses_to_its_host():
    hosts = table(["agent_id", "host_name", "os_name"], ("o-1", "web", "Linux"), file="os.csv")
    interfaces = table(["agent_id", "ip_address", "mac_address", "netmask"],
                       ("o-1", "10.0.0.1", "00:50:56:00:00:01", "255.0.0.0"),
                       ("o-7", "10.0.0.7", "00:50:56:00:00:07", "255.0.0.0"),
                       file="nics.csv")  # fmt: skip
    records, assets = inventory(hosts, interfaces)
    assert counts(records) == {"accepted": 3}
    assert list(assets) == ["web"]
    assert assets["web"]["ip_addresses"] == ["10.0.0.1"]

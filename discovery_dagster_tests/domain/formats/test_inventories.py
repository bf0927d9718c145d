"""Import templates and inventories of the clouds' own tools."""

import json

import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.words import fold
from discovery_dagster_tests.domain.sources import counts, records_of, records_of_files, table

DISCOVERY = ["ExternalId", "SMBiosId", "IPAddress", "MACAddress", "HostName", "VMware.MoRefId",
             "VMware.VCenterId", "CPU.NumberOfCores", "OS.Name", "OS.Version", "VMware.VMName",
             "RAM.TotalSizeInMB", "CPU.UsagePct.Avg", "Applications", "Tags"]  # fmt: skip
MACHINES = ["MachineId", "MachineName", "PrimaryIPAddress", "IpAddressListSemiColonDelimited",
            "TotalDiskAllocatedGiB", "AllocatedProcessorCoreCount", "MemoryGiB", "OsName",
            "IsPhysical"]  # fmt: skip
AZURE = ["*Server name", "IP addresses", "*Cores", "*Memory (In MB)", "*OS name", "OS version",
         "Number of disks", "Disk 1 size (In GB)"]  # fmt: skip
MGN = ["mgn:account-id", "mgn:app:name", "mgn:wave:name", "mgn:server:user-provided-id",
       "mgn:server:platform", "mgn:server:fqdn-for-action-framework"]  # fmt: skip


def first_of(header, row):
    return records_of(table(header, row)).assets.row(0, named=True)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (DISCOVERY, "aws.discovery_import"),
        (["source_ip", "source_port", "destination_ip", "destination_port", "agent_id"],
         "aws.discovery_connections"),
        (["server_name", "app_name", "wave_name", "aws_accountid", "r_type"],
         "aws.migration_factory"),
        (MGN, "aws.mgn"),
        (AZURE, "azure_migrate.import"),
        (["Machine", "Azure VM readiness", "Recommended size", "Cores", "Memory(MB)"],
         "azure_migrate.assessment"),
        (MACHINES, "google.vm_info"),
        (["MachineId", "DiskLabel", "SizeInGib", "UsedInGib"], "google.disk_info"),
        (["MachineId", "TimeStamp", "CpuUtilizationPercentage"], "google.perf_info"),
        (["MachineId", "Key", "Value"], "google.tag_info"),
    ],
)  # fmt: skip
def test_each_is_told_by_its_headers_in_any_order(header, name):
    assert formats.recognise(table(header)).name == name
    assert formats.recognise(table(header[::-1])).name == name


def test_every_word_of_a_declaration_is_folded_so_that_headers_can_meet_it():
    for known in formats.FORMATS.values():
        words = {word for words in known.headers for word in words} | known.columns.keys()
        assert {fold(word) for word in words} == words, known.name


def test_the_import_of_application_discovery_service_gives_machines_in_gib():
    row = first_of(DISCOVERY, ("x-1", None, "10.1.0.4", "02:00:00:aa:bb:cc", "web-7", "vm-12",
                               "vc-1", "8", "Ubuntu", "22.04", "WEB 7", "16384", "13",
                               "shop, crm", "a=b"))  # fmt: skip
    assert (row["name"], row["hostname"], row["provider_id"]) == ("WEB 7", "web-7", "x-1")
    assert (row["cpu_cores"], row["memory_gb"], row["applications"]) == (8, 16.0, ["shop", "crm"])


def test_the_intake_workbook_of_migration_factory_is_read(shared_data):
    records = records_of_files(shared_data / "aws-cmf" / "test_valid.xlsx")
    assert counts(records).get("rejected", 0) == 0
    assert counts(records)["accepted"] == 1
    assert set(records.assets["format"]) == {"aws.migration_factory"}


def test_mgn_names_a_server_by_what_its_user_called_it():
    row = first_of(MGN, ("1", "crm", "w1", "db-1", "Linux", "db-1.acme.example"))
    assert (row["name"], row["fqdn"], row["applications"]) == ("db-1", "db-1.acme.example", ["crm"])


def test_azures_import_reads_memory_in_mb_and_sums_no_disks():
    row = first_of(AZURE, ("app-1", "10.0.0.9;10.0.0.10", "4", "8192", "Windows Server 2019",
                           None, "1", "100"))  # fmt: skip
    assert (row["memory_gb"], row["cpu_cores"], row["storage_gb"]) == (8.0, 4, None)
    assert row["ip_addresses"] == ["10.0.0.9", "10.0.0.10"]


def test_migration_center_says_whether_a_machine_is_physical():
    rows = [("m1", "a", "10.0.0.1", "10.0.0.1;10.0.0.2", "100", "4", "16", "RHEL 8", "TRUE"),
            ("m2", "b", None, None, None, "2", "8", None, "FALSE"),
            ("m3", "c", None, None, None, "2", "8", None, None)]  # fmt: skip
    assets = records_of(table(MACHINES, *rows)).assets
    assert assets["declared_type"].to_list() == ["server", "virtual_machine", None]
    assert assets["storage_gb"][0] == pytest.approx(107.37, abs=0.01)


def test_tables_beside_the_machines_are_ignored_with_their_reason():
    records = records_of(table(["MachineId", "TimeStamp", "CpuUtilizationPercentage"],
                               ("m1", "2024-01-01", "5")))  # fmt: skip
    assert counts(records) == {"ignored": 1}
    assert "measurements" in records.outcomes["reason"][0]


@pytest.mark.parametrize("file", ["RVTools_tabvInfo.csv", "export/RVTools_tabvInfo.csv"])
@pytest.mark.parametrize("unit", ["MB", "MiB"])
def test_tabs_of_rvtools_as_files_are_read_in_both_generations_of_units(file, unit):
    header = ["VM", "Powerstate", "CPUs", "Memory", f"Provisioned {unit}"]
    source = table(header, ("web", "poweredOn", "2", "8,192", "122,880"), file=file)
    row = records_of(source).assets.row(0, named=True)
    assert (row["declared_type"], row["memory_gb"]) == ("virtual_machine", 8.0)
    assert row["storage_gb"] == pytest.approx(128.85, abs=0.01)


def test_typed_json_of_dynamodb_is_read_without_its_types(tmp_path):
    items = [{"server_name": {"S": "web-1"}, "app_name": {"S": "crm"}, "wave_name": {"NULL": True},
              "tags": {"L": [{"S": "a"}, {"S": "b"}]}},
             {"server_name": {"S": "web-2"}, "app_name": {"NULL": True}}]  # fmt: skip
    path = tmp_path / "items.json"
    path.write_text(json.dumps({"Items": items, "Count": 2}))
    records = records_of_files(path)
    assert records.assets["name"].to_list() == ["web-1", "web-2"]
    assert records.assets["applications"].to_list() == [["crm"], []]
    assert json.loads(records.assets["custom"][0]) == {"tags": "a; b"}

import polars as pl
import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.fields import FIELDS
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.tables import FIELD_MAPPING, conform
from discovery_dagster_tests.domain.sources import fields_of, records_of, table


def mapping_of(source):
    return map_table(0, source, formats.recognise(source))


def column_of(source, column):
    return mapping_of(source).filter(pl.col("column") == column).row(0, named=True)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Cost Center", ["4711", "4712"]),
        ("Zip", ["21335", "10115"]),
        ("Ship Date", ["2024-01-31", "2024-02-28"]),
        ("Framework", [".NET 4.8", "Spring"]),
        ("Tier", ["Gold", "Silver"]),
        ("Tier", ["1", "2"]),
        ("Default Gateway", ["10.0.0.1", "10.0.1.1"]),
    ],
)
def test_false_friends_are_mapped_to_nothing(header, cells):
    source = table(["Hostname", header], *zip(["a", "b"], cells, strict=True))
    assert fields_of(source) == {"Hostname": "hostname"}


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Description", ["web server", "10.0.0.1"], "description"),
        ("Host Cluster", ["cl-1", "cl-1"], "runs_on"),
        ("MAC Address", ["00:50:56:aa:00:01", "00:50:56:aa:00:02"], "mac_addresses"),
        ("Application Name", ["CRM", "ERP"], "applications"),
        ("Tier", ["web", "db"], "tier"),
        ("Status", ["up", "down"], "status"),
        ("Betriebssystem", ["RHEL 8", "SLES 15"], "os_name"),
        ("Arbeitsspeicher (GB)", ["8", "16"], "memory_gb"),
        ("Kritikalität", ["hoch", "gering"], "criticality"),
    ],
)
def test_columns_are_mapped_by_whole_known_headers(header, cells, field):
    rows = zip(["a", "b"], ["10.0.0.1", "10.0.0.2"], cells, strict=True)
    source = table(["Server Name", "IP", header], *rows)
    assert fields_of(source)[header] == field


def test_an_address_column_is_one_only_when_its_values_are_addresses():
    good = table(["Name", "IP Address"], ("a", "10.0.0.1"), ("b", "10.0.0.x"), ("c", "10.0.0.3"))
    assert fields_of(good)["IP Address"] == "ip_addresses"
    assert 0.5 < column_of(good, "IP Address")["confidence"] < 0.9
    bad = table(["Name", "IP Address"], ("a", "yes"), ("b", "no"))
    assert column_of(bad, "IP Address")["status"] == "rejected"


def test_nameless_columns_of_addresses_are_only_proposed():
    row = column_of(table(["Name", "Foo"], ("a", "10.0.0.1")), "Foo")
    assert (row["field"], row["status"], row["method"]) == ("ip_addresses", "proposed", "values")


def test_two_equal_claims_to_one_field_are_a_conflict_and_nothing_is_used():
    source = table(["Name", "Support Group", "IT Owner"], ("a", "x", "y"))
    claims = mapping_of(source).filter(pl.col("field") == "technical_owner")
    assert claims["status"].to_list() == ["proposed", "proposed"]
    assert claims["conflict"].to_list() == ["IT Owner", "Support Group"]


def test_the_plainest_word_wins_a_conflict_that_stays_on_record():
    source = table(["Display Name", "Name"], ("a", "b"))
    claims = mapping_of(source).filter(pl.col("field") == "name")
    assert claims["status"].to_list() == ["rejected", "accepted"]
    assert claims["conflict"].to_list() == ["Name", "Display Name"]


def test_an_empty_column_does_not_win_over_a_filled_one():
    assert fields_of(table(["Name", "Display Name"], (None, "b"))) == {"Display Name": "name"}


def test_the_format_wins_over_a_synonym():
    header = ["VM", "Powerstate", "CPUs", "Memory", "RAM (GB)"]
    source = table(header, ("a", "poweredOn", "2", "8192", "8"))
    assert column_of(source, "Memory")["unit"] == "MiB"
    assert column_of(source, "Memory")["conflict"] == "RAM (GB)"
    assert column_of(source, "RAM (GB)")["status"] == "rejected"


def test_two_columns_that_a_format_puts_in_order_are_no_conflict():
    header = ["VM", "Powerstate", "CPUs", "Memory", "OS according to the VMware Tools",
              "OS according to the configuration file"]  # fmt: skip
    claims = mapping_of(table(header, ("a",))).filter(pl.col("field") == "os_name")
    assert claims["status"].to_list() == ["accepted", "accepted"]
    assert claims["conflict"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("header", "cells", "unit", "status"),
    [
        ("RAM (GB)", ["8", "16"], "GB", "accepted"),
        ("Memory in MB", ["8192"], "MB", "accepted"),
        ("MemoryMiB", ["8192"], "MiB", "accepted"),
        ("RAM", ["8 GB", "512 MB"], None, "accepted"),
        ("RAM", ["16384", "8192"], "MB", "accepted"),
        ("RAM", ["16", "8"], "GB", "accepted"),
        ("RAM", ["16", "8192"], None, "proposed"),
        ("Storage", ["50000", "80"], None, "proposed"),
    ],
)
def test_units_come_from_the_header_the_cells_or_the_plausible_range(header, cells, unit, status):
    row = column_of(table(["Name", header], *[(str(at), c) for at, c in enumerate(cells)]), header)
    assert (row["unit"], row["status"]) == (unit, status)


def test_the_column_that_tells_records_apart_names_them():
    servers = [("CRM", "srv1"), ("CRM", "srv2"), ("ERP", "srv3")]
    assert fields_of(table(["App Name", "Server Name"], *servers)) == {
        "App Name": "applications",
        "Server Name": "name",
    }
    applications = [("CRM", "srv1"), ("ERP", "srv1"), ("HR", "srv1")]
    assert fields_of(table(["App Name", "Server Name"], *applications)) == {
        "App Name": "name",
        "Server Name": "runs_on",
    }


def test_the_host_of_an_application_is_not_its_own_host_name():
    rows = [("CRM", "srv1"), ("ERP", "srv1"), ("HR", "srv1")]
    assert fields_of(table(["Application", "Hostname"], *rows))["Hostname"] == "runs_on"


def test_the_identifier_of_databases_names_them_where_their_names_repeat():
    header = ["DBInstanceIdentifier", "DBName", "Endpoint.Address"]
    rows = [(f"{name}-1", "main", f"{name}-1.q.rds.example.com") for name in ("store", "wages")]
    expected = {"DBInstanceIdentifier": "name", "Endpoint.Address": "fqdn"}
    assert fields_of(table(header, *rows)) == expected
    assert fields_of(table(["Database Name", "Host"], ("main", "srv1"), ("logs", "srv2"))) == {
        "Database Name": "name",
        "Host": "runs_on",
    }


def test_host_names_that_repeat_beside_names_are_not_taken():
    rows = [(f"vm{at}", "esx1") for at in range(6)]
    assert fields_of(table(["Name", "Host Name"], *rows)) == {"Name": "name"}


def test_memory_that_would_be_absurd_in_megabytes_is_in_kilobytes():
    source = table(["Name", "TotalPhysicalMemory"], ("a", "16777216"), ("b", "8388608"))
    assert column_of(source, "TotalPhysicalMemory")["unit"] == "KB"
    assert records_of(source).assets["memory_gb"].to_list() == [16.0, 8.0]


def test_truth_values_name_nothing_whatever_their_header():
    header = ["Nombre del servidor", "Activo", "Sistema operativo"]
    source = table(header, ("srv-1", "Sí", "RHEL 8"), ("srv-2", "No", "SLES 15"))
    assert fields_of(source) == {"Nombre del servidor": "name", "Sistema operativo": "os_name"}
    assert column_of(source, "Activo")["field"] == "unmapped"


def test_services_are_downstream_of_their_callers():
    source = table(["Service", "Downstream Services"], ("shop", "stock, pay"), ("pay", None))
    relations = records_of(source).relations.select("source", "relation", "target").rows()
    assert relations == [("shop", "depends_on", "stock"), ("shop", "depends_on", "pay")]
    pairs = table(["Downstream Service", "Upstream Service"], ("stock", "shop"))
    assert records_of(pairs).relations.select("source", "target").rows() == [("shop", "stock")]


def test_every_synonym_means_a_field_that_exists():
    for section in (synonyms.ASSETS, synonyms.RELATIONS):
        assert set(synonyms.field_words(section).values()) <= FIELDS.keys()
    for asset_type in synonyms.named_types():
        assert synonyms.reference_field(asset_type, "application") in {*FIELDS, None}
    assert not synonyms.field_words(synonyms.ASSETS).keys() & synonyms.named_words().keys()


def test_a_mapping_has_one_row_a_column_in_the_shared_schema():
    source = table(["Name", "", "Name", "Foo"], ("a", "b", "c", "d"))
    mapping = conform(mapping_of(source), FIELD_MAPPING)
    assert mapping["position"].to_list() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Hosting", ["On-Prem", "SaaS"]),
        ("Zugewiesen zu", ["4711", "4712"]),
        ("Assigned", ["1", "2"]),
        ("Level", ["normal", "high"]),
        ("Related", ["yes", "partly"]),
    ],
)
def test_a_word_that_only_describes_others_means_nothing_alone(header, cells):
    source = table(["Hostname", header], *zip(["a", "b"], cells, strict=True))
    assert fields_of(source) == {"Hostname": "hostname"}


def test_memory_of_hosts_and_machines_that_is_counted_in_bytes_is_told_by_its_size():
    source = table(["Name", "Total Memory"], ("a", "8589934592"), ("b", "17179869184"))
    assert column_of(source, "Total Memory")["unit"] == "B"
    assert records_of(source).assets["memory_gb"].to_list() == [8.0, 16.0]


def test_memory_that_is_terabytes_in_one_unit_and_gigabytes_in_another_is_only_proposed():
    source = table(["Name", "Memory"], ("a", "2147483648"), ("b", "3221225472"))
    assert column_of(source, "Memory")["status"] == "proposed"


def test_processors_beside_cores_are_sockets_where_they_are_never_more():
    header = ["Name", "Processors", "Cores"]
    source = table(header, ("a", "2", "32"), ("b", "1", "1"))
    assert fields_of(source) == {"Name": "name", "Cores": "cpu_cores"}
    a_processor = table(header, ("a", "2", "16"), ("b", "4", "2"))
    assert column_of(a_processor, "Cores")["conflict"] == "Processors"


def test_a_header_of_alternatives_means_the_one_whose_notation_all_values_are_in():
    source = table(["Name", "IP Address/DNS"], ("a", "10.0.0.1"), ("b", "10.0.0.2"))
    assert fields_of(source)["IP Address/DNS"] == "ip_addresses"
    mixed = table(["Name", "IP Address/DNS"], ("a", "10.0.0.1"), ("b", "b.corp.local"))
    assert "IP Address/DNS" not in fields_of(mixed)


def test_host_names_that_no_virtual_machine_has_are_of_their_hosts():
    rows = [("vm1", "HV1"), ("vm2", "HV1"), ("vm3", "HV2")]
    assert fields_of(table(["VMName", "ComputerName"], *rows))["ComputerName"] == "runs_on"
    own = [("vm1", "VM1"), ("vm2", "VM2"), ("vm3", "VM3")]
    assert fields_of(table(["VMName", "ComputerName"], *own))["ComputerName"] == "hostname"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("dependency_1", "depends_on"),
        ("Application Dependencies", "depends_on"),
        ("outboundApps", "depends_on"),
        ("Applications amont", "depends_on"),
        ("inboundApps", "used_by"),
        ("Eingehende Abhängigkeiten", "used_by"),
        ("Utilizada por", "used_by"),
        ("Est hébergé sur", "runs_on"),
        ("Application Status", "status"),
    ],
)
def test_headers_say_which_way_a_need_goes_in_any_language(header, field):
    assert fields_of(table(["Application", header], ("crm", "erp")))[header] == field


@pytest.mark.parametrize(
    "header", ["Dependency Type", "Inbound Interfaces", "Part of", "Guest State"]
)
def test_what_is_about_a_need_is_none(header):
    assert header not in fields_of(table(["Application", header], ("crm", "erp")))


def test_servers_of_an_application_may_be_named_by_what_they_are_for():
    header = ["App", "Prod Server(s)", "DB Server", "Web Server"]
    fields = fields_of(table(header, ("shop", "web1, web2", "db1", "www1")))
    assert fields == {"App": "name", **dict.fromkeys(header[1:], "runs_on")}

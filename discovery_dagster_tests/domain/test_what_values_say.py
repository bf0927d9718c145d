"""What values say whatever stands above them: words of clouds, shares in use, software, ids."""

import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.mapping import map_table
from discovery_dagster_tests.domain.sources import fields_of, records_of, table

THINGS = ["web01", "web02"]


def status_of(source, column):
    mapping = map_table(0, source, formats.recognise(source))
    return mapping.filter(column=column)["status"].item()


def _list(header, cells):
    return table(["Name", header], *zip(THINGS, cells, strict=True))


@pytest.mark.parametrize(
    "cells",
    [
        ["t3.micro", "m5a.2xlarge"],
        ["Standard_D2s_v5", "Standard_B1ms"],
        ["n1-standard-4", "e2-medium"],
        ["VM.Standard2.4", "VM.Standard.E4.Flex"],
    ],
)
def test_what_clouds_call_sizes_is_a_model(cells):
    assert fields_of(_list("Instance Type", cells))["Instance Type"] == "model"


@pytest.mark.parametrize(
    "cells",
    [
        ["us-east-1", "eu-central-1b"],
        ["asia-south1", "europe-west4-b"],
        ["westeurope", "eastus2"],
    ],
)
def test_what_clouds_call_regions_is_a_place(cells):
    assert fields_of(_list("Region", cells))["Region"] == "location"


@pytest.mark.parametrize("cells", [["EMEA", "APAC"], ["North", "South"], ["t3.micro", "EMEA"]])
def test_a_region_may_be_a_market(cells):
    assert "Region" not in fields_of(_list("Region", cells))


def test_memory_beside_processors_in_percent_is_a_share():
    source = table(["name", "cpu", "memory"], ("a", "22.5", "42.0"), ("b", "31.2", "28.2"))
    assert status_of(source, "memory") == "rejected"
    counted = table(["name", "cpu", "memory"], ("a", "2", "4"), ("b", "8", "32"))
    assert fields_of(counted)["memory"] == "memory_gb"
    with_unit = table(["name", "cpu", "memory GB"], ("a", "22.5", "1.5"), ("b", "31.2", "3.5"))
    assert fields_of(with_unit)["memory GB"] == "memory_gb"


def test_libraries_with_versions_are_no_things_that_are_needed():
    header = ["Application", "Dependencies"]
    libraries = table(
        header, ("pay", "Spring Boot 2.3.0;Hibernate 5.4.0"), ("crm", "Kafka 2.8.1;javax.mail")
    )
    assert status_of(libraries, "Dependencies") == "rejected"
    things = table(header, ("pay", "crm;ledger"), ("crm", "mail2"))
    assert fields_of(things)["Dependencies"] == "depends_on"


def test_a_plain_id_names_what_nothing_else_does():
    def fields(*rows):
        return fields_of(table(["id", "name", "os"], *rows))

    assert fields(("vm-0f59", "1", "Ubuntu"))["id"] == "provider_id"
    assert "id" not in fields(("x1", "web01", "Ubuntu"), ("x2", "web02", "Debian"))
    assert "id" not in fields(("1", "1", "Ubuntu"), ("2", "0", "Debian"))


def test_a_server_is_part_of_its_cluster_and_other_machines_run_on_it():
    def field(header):
        rows = [("sql01", "CL1", "Windows"), ("sql02", "CL1", "Windows")]
        return fields_of(table([header, "Cluster", "OS"], *rows))["Cluster"]

    assert field("Server") == "member_of"
    assert field("VM") == "runs_on"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name,DisplayName,State,StartMode,StartName,PathName", "Spooler,Print,Running,Auto,x,c"),
        ("TaskName,TaskPath,State,Triggers,LastRunTime", "Backup,\\,Ready,Daily,2026-01-01"),
        ("Protocol,LocalAddress,LocalPort,OwningProcess,ProcessName", "TCP,10.0.0.5,443,9,nginx"),
    ],
)
def test_what_runs_inside_one_machine_is_no_list_of_things(header, row):
    records = records_of(table(header.split(","), row.split(","), row.split(",")))
    assert records.assets.is_empty()


def test_findings_of_a_cloud_tell_by_the_keys_inside_them():
    header = ["exploitAvailable", "details.vulnerabilityId", "severity", "status", "title", "of"]
    rows = [("NO", f"CVE-2024-{at}", "HIGH", "ACTIVE", "linux", '[{"id":"x"}]') for at in (1, 2)]
    assert records_of(table(header, *rows)).assets.is_empty()


def test_a_rack_is_the_place_where_no_site_is_given():
    rows = [("web01", "R07", "Debian", "Berlin"), ("web02", "R08", "Debian", "Rome")]
    alone = table(["Hostname", "Rack", "OS"], *(row[:3] for row in rows))
    assert fields_of(alone)["Rack"] == "location"
    beside = fields_of(table(["Hostname", "Rack", "OS", "Site"], *rows))
    assert "Rack" not in beside
    assert beside["Site"] == "location"


def test_the_country_of_an_application_is_no_place_where_it_stands():
    rows = [("CRM", "Italy", "Ann"), ("ERP", "Spain", "Bob")]
    source = table(["Application", "Country", "Owner"], *rows)
    assert "Country" not in fields_of(source)

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


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Recommended Size", ["Standard_D4s_v3", "Standard_E8s_v4"]),
        ("Target Instance Type", ["m5.large", "r5.xlarge"]),
        ("New Azure Region", ["westeurope", "northeurope"]),
        ("aws_region", ["eu-west-1", "us-east-1"]),
    ],
)
def test_what_a_thing_is_to_be_is_not_what_it_is(header, cells):
    assert header not in fields_of(_list(header, cells))


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


@pytest.mark.parametrize("header", ["Dependency Type", "Bağımlılık Tipi", "Tipo dipendenza"])
def test_how_data_is_sent_holds_back_no_relation(header):
    rows = [("web", "pay", "senkron"), ("pay", "ledger", "asenkron")]
    relations = records_of(table(["Source", "Target", header], *rows)).relations
    assert relations.select("source", "target").rows() == [("web", "pay"), ("pay", "ledger")]


def test_a_type_of_dependencies_may_be_their_protocol():
    header = ["source_service", "target_service", "dependency_type"]

    def field(*words):
        rows = [("web", "pay", words[0]), ("pay", "ledger", words[-1])]
        return fields_of(table(header, *rows)).get("dependency_type")

    assert field("HTTP", "gRPC") == "protocol"
    assert field("runs on", "depends on") == "relation"
    assert field("hard", "soft") is None


def test_names_that_are_addresses_are_the_addresses_of_what_another_column_names():
    rows = [("lab", "192.0.2.1", "22"), ("core", "192.0.2.2", "22")]
    fields = fields_of(table(["Nombre", "Equipo", "Puerto"], *rows))
    assert (fields["Nombre"], fields["Equipo"]) == ("name", "ip_addresses")
    alone = fields_of(table(["Equipo", "Puerto"], *(row[1:] for row in rows)))
    assert alone["Equipo"] != "ip_addresses"


def test_a_cell_that_slipped_is_no_reason_to_drop_a_column_of_addresses():
    addresses = [f"192.0.2.{at}" for at in range(1, 5)]
    for header, slipped, field in [
        ("WG_TunnelIP", ["n"], "ip_addresses"),
        ("WG_TunnelIP", ["n", "s", "y"], None),
        ("Gateway IP", [], None),
    ]:
        cells = [*addresses, *slipped]
        rows = [(f"host{at:02}", cell) for at, cell in enumerate(cells)]
        assert fields_of(table(["Host", header], *rows)).get(header) == field


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Server Type", ["PROD", "UAT"], "environment"),
        ("Severity(CIA)", ["High", "Medium"], "criticality"),
        ("Server Type", ["Physical Server", "Virtual Machine"], "declared_type"),
        ("Server Type", ["alpha", "beta"], None),
        ("Category", ["gold", "blue"], None),
    ],
)
def test_a_class_of_servers_is_what_its_words_are(header, cells, field):
    assert fields_of(_list(header, cells)).get(header) == field


def test_an_interface_of_a_device_is_nothing_that_it_connects_to():
    rows = [("sw01", "Gi0/1", "Access"), ("sw02", "Gi0/2", "Trunk")]
    header = ["Device", "Interface", "Mode"]
    assert "Interface" not in fields_of(table(header, *rows))
    feeding = table(["Application", "Interfaces with"], ("pay", "crm"), ("crm", "mail2"))
    assert fields_of(feeding)["Interfaces with"] == "depends_on"


def test_a_list_of_subnets_is_one_whatever_is_counted_in_it():
    header = ["Resource_Type", "Resource_Name", "CIDR", "IP_Count", "Status"]
    subnets = [("Subnet", f"net-{at}", f"10.{at}.0.0/24", "254", "Allocated") for at in (1, 2)]
    assert records_of(table(header, *subnets)).assets.is_empty()
    servers = [("Server", f"srv{at}", f"10.{at}.0.0/24", "1", "Active") for at in (1, 2)]
    assert records_of(table(header, *servers)).assets.height == len(servers)


def test_a_resource_group_is_where_a_name_is_its_own_unless_a_subscription_is_given():
    rows = [("web01", "Debian", "rg-a", "sub-1"), ("web02", "Debian", "rg-b", "sub-1")]
    header = ["Hostname", "OS", "Resource Group", "Subscription"]
    assert fields_of(table(header[:3], *(row[:3] for row in rows)))["Resource Group"] == "scope"
    beside = fields_of(table(header, *rows))
    assert beside["Subscription"] == "scope"
    assert "Resource Group" not in beside

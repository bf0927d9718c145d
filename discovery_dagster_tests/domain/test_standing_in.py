"""Headers that say a field only where no other column of the table does."""

import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.headers.affixes import plain_headers
from discovery_dagster.domain.mapping import map_table, understand_table
from discovery_dagster_tests.domain.sources import fields_of, table


@pytest.mark.parametrize("header", ["ESXi Host", "Hypervisor", "VMHost", "物理ホスト"])
def test_hypervisors_are_the_things_of_a_list_that_names_nothing_else(header):
    rows = [("esx-01", "A", "256"), ("esx-02", "A", "256"), ("esx-03", "B", "512")]
    source = table([header, "Cluster", "Memory GB"], *rows)
    assert fields_of(source) == {header: "name", "Cluster": "member_of", "Memory GB": "memory_gb"}


@pytest.mark.parametrize(
    "others", [("VM Name", "OS"), ("Name", "IP Address"), ("Guest OS", "IP Address")]
)
def test_beside_machines_hypervisors_are_what_those_run_on(others):
    rows = [("web01", "Debian 12", "esx-01"), ("web02", "Debian 12", "esx-01")]
    assert fields_of(table([*others, "ESXi Host"], *rows))["ESXi Host"] == "runs_on"


@pytest.mark.parametrize("header", ["nickname", "Alias", "Bezeichnung", "标签"])
def test_what_things_are_called_beside_addresses_names_them(header):
    rows = [("sw-01", "10.0.0.1", "Zürich"), ("sw-02", "10.0.0.2", "Bern")]
    source = table([header, "IP", "Area"], *rows)
    assert fields_of(source) == {header: "name", "IP": "ip_addresses", "Area": "location"}


def test_an_alias_beside_a_name_stays_one():
    source = table(["Name", "Alias", "IP"], ("web01", "shop", "10.0.0.1"))
    assert fields_of(source)["Alias"] == "aliases"


def test_a_catalogue_of_services_names_them_and_their_teams():
    rows = [("catalog", "shop", "production"), ("orders", "shop", "staging")]
    source = table(["service_name", "team", "environment"], *rows)
    assert fields_of(source) == {
        "service_name": "name",
        "team": "technical_owner",
        "environment": "environment",
    }


def test_services_without_anything_that_a_catalogue_says_are_none():
    source = table(
        ["Service Name", "Port", "Protocol"], ("ssh", "22", "tcp"), ("http", "80", "tcp")
    )
    assert formats.recognise(source) is None


def test_a_team_beside_an_owner_is_no_owner():
    source = table(["Hostname", "Owner", "Team"], ("web01", "Meier", "Shop"))
    assert "Team" not in fields_of(source)


@pytest.mark.parametrize("header", ["OSDComputerName", "OSD Computer Name", "XYZ_Device_Name"])
def test_an_acronym_before_a_name_of_machines_is_no_part_of_it(header):
    assert plain_headers([header, "Site"])[0] != header
    assert plain_headers([header, "Hostname"])[0] == header


@pytest.mark.parametrize("header", ["DNS Server Name", "NTP Host Name"])
def test_names_of_what_serves_machines_are_not_theirs(header):
    assert plain_headers([header, "Site"])[0] == header


ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]


def _devices(header, addresses):
    vendors = ["Cisco", "Cisco", "Juniper", "Juniper"]
    return table(["vendor", header], *zip(vendors, addresses, strict=True))


def test_the_only_addresses_of_a_list_are_those_of_its_things():
    mapping, grain = understand_table(0, _devices("mgmt", ADDRESSES), formats.UNRECOGNISED)
    assert mapping.filter(column="mgmt").select("field", "status").row(0) == (
        "ip_addresses",
        "accepted",
    )
    assert (grain.grain, grain.waits) == ("thing", False)


@pytest.mark.parametrize(
    ("header", "addresses"), [("gateway", ADDRESSES), ("mgmt", ["10.0.0.1"] * 4)]
)
def test_addresses_of_others_and_those_that_repeat_are_only_proposed(header, addresses):
    source = _devices(header, addresses)
    mapping = map_table(0, source, formats.UNRECOGNISED)
    assert mapping.filter(column=header)["status"].item() != "accepted" or (
        mapping.filter(column=header)["field"].item() == "unmapped"
    )


def test_models_below_a_header_that_may_mean_them_are_such():
    rows = [("fw-01", "FortiGate-80F"), ("fw-02", "FortiGate-60F")]
    assert fields_of(table(["Hostname", "Platform"], *rows))["Platform"] == "model"
    systems = [("srv-01", "Windows Server 2019"), ("srv-02", "Debian 12")]
    assert fields_of(table(["Hostname", "Platform"], *systems))["Platform"] == "os_name"


@pytest.mark.parametrize("header", ["RGname", "rgName", "RG Name"])
def test_a_short_word_for_a_resource_group_is_the_scope_of_machines(header):
    source = table(["VMname", header, "OS"], ("web01", "rg-shop", "Debian 12"))
    assert fields_of(source)[header] == "scope"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Responsible_Person", "business_owner"),
        ("Verantwortliche Person", "business_owner"),
        ("Persona responsable", "business_owner"),
        ("MoRefID", "provider_id"),
        ("Managed Object Reference", "provider_id"),
    ],
)
def test_further_words_for_owners_and_ids_are_known(header, field):
    rows = [("web01", "vm-101", "Debian 12"), ("web02", "vm-102", "Debian 12")]
    if field == "business_owner":
        rows = [("web01", "Ann Lee", "Debian 12"), ("web02", "Bo Chen", "Debian 12")]
    assert fields_of(table(["Hostname", header, "OS"], *rows))[header] == field

"""Which assets look like one thing: suggested to a person, merged by nobody."""

import pytest

from discovery_dagster.domain.identity.likeness import suggest
from discovery_dagster_tests.domain.rows import classified_assets


def pairs(*rows):
    return [
        (row["name"], row["other_name"], row["why"])
        for row in suggest(classified_assets(*rows)).iter_rows(named=True)
    ]


def test_names_that_differ_in_separators_or_one_letter_are_suggested():
    ((one, other, why),) = pairs({"name": "billing-01-app"}, {"name": "billing01app"})
    assert (one, other) == ("billing-01-app", "billing01app")
    assert why == "their names are one but for separators or domain"
    ((_, _, why),) = pairs({"name": "databse-07"}, {"name": "database-07"})
    assert why == "their names differ in one letter"
    ((_, _, why),) = pairs({"name": "detabase-07"}, {"name": "database-07"})
    assert why == "their names differ in one letter"


def test_names_with_one_letter_in_another_place_are_not_suggested():
    assert pairs({"name": "STULTKDBT01"}, {"name": "STULBTDBT01"}) == []


def test_numbered_names_are_not_alike():
    assert pairs(*({"name": f"web-{number:02d}"} for number in range(50))) == []
    assert pairs({"name": "database-01"}, {"name": "databases-11"}) == []


def test_an_address_or_serial_number_that_two_share_is_suggested_and_one_of_many_is_not():
    shared = {"ip_addresses": ["10.0.0.1"]}
    ((_, _, why),) = pairs({"name": "alpha", **shared}, {"name": "omega", **shared})
    assert why == "both have one address"
    assert pairs(*({"name": f"node{letter}", **shared} for letter in "abcdefgh")) == []
    serial = {"serial_number": "CZJ1"}
    assert len(pairs({"name": "alpha", **serial}, {"name": "omega", **serial})) == 1


def test_what_identifiers_or_declared_types_contradict_is_not_suggested():
    for field, one, other in (
        ("serial_number", "CZJ1", "CZJ2"),
        ("fqdn", "billing01.a.example", "billing01.b.example"),
        ("declared_type", "server", "database"),
    ):
        assert pairs({"name": "bill-01", field: one}, {"name": "bill01", field: other}) == []


def test_addresses_tell_names_apart_that_differ_in_one_letter_only_where_both_have_some():
    one, other = {"name": "databse-07", "ip_addresses": ["10.0.0.1"]}, {"name": "database-07"}
    assert len(pairs(one, other)) == 1
    assert pairs(one, {**other, "ip_addresses": ["10.0.0.2"]}) == []


def test_most_evidence_comes_first():
    shared = {"ip_addresses": ["10.0.0.1"]}
    suggestions = pairs(
        {"name": "a-1"}, {"name": "a1"}, {"name": "z-1", **shared}, {"name": "z1", **shared}
    )
    assert [pair[0] for pair in suggestions] == ["z-1", "a-1"]


def test_a_name_cut_by_windows_is_suggested_with_the_only_one_that_begins_with_it():
    ((one, other, why),) = pairs(
        {"name": "WAREHOUSE-APPSR"}, {"name": "warehouse-appsrv07.a.example"}
    )
    assert {one, other} == {"WAREHOUSE-APPSR", "warehouse-appsrv07.a.example"}
    assert why == "one name is the other, cut at 15 characters"
    ((_, _, why),) = pairs({"name": "svc-long-account-nam"}, {"name": "svc-long-account-name-2"})
    assert why == "one name is the other, cut at 20 characters"
    several = [{"name": f"warehouse-appsrv0{n}"} for n in range(3)]
    assert not any("cut at" in why for _, _, why in pairs({"name": "WAREHOUSE-APPSR"}, *several))
    assert pairs({"name": "warehouse-apps"}, {"name": "warehouse-appsrv07"}) == []


def test_namesakes_that_one_file_tells_apart_by_site_are_suggested():
    ((_, _, why),) = pairs(
        {"name": "fs", "asset_id": "1", "location": "Lyon"},
        {"name": "fs", "asset_id": "2", "location": "Nantes"},
    )
    assert why == "their names are one but for separators or domain"
    tags = [{"name": "fs", "asset_id": tag, "asset_tag": tag} for tag in ("77001", "77002")]
    assert pairs(*tags) == []


@pytest.mark.parametrize("copy", ["db01_replica", "DB01-clone", "db01 (other)", "db01_restored_2"])
def test_a_copy_is_proposed_by_the_mark_behind_its_name_whatever_its_firmware(copy):
    own, other = "4c4c4544-0011-2233-4455-66778899001", "4c4c4544-0011-2233-4455-66778899002"
    rows = ({"name": "db01", "smbios_uuid": own}, {"name": copy, "smbios_uuid": other})
    suggestions = suggest(classified_assets(*rows))["why"].to_list()
    marked = "the name of one is that of the other with the mark of a copy"
    assert [marked in why for why in suggestions] == ([] if "other" in copy else [True])

"""Which records become one thing, and which never do."""

import pytest

from discovery_dagster.domain import identity
from discovery_dagster_tests.domain.rows import Row, asset_records, relation_records

pytestmark = pytest.mark.pipeline

UUID = "4c4c4544-0035-4210-8052-b9c04f4a5931"
OTHER_UUID = "5d5d5544-0035-4210-8052-b9c04f4a5932"
A, B = {"file": "a.csv"}, {"file": "b.csv"}
SERVER = {"declared_type": "server"}


def things(*records: Row) -> list[list[int]]:
    """The records of each thing, by the lines on which they stand."""
    inventory = identity.resolve("acme.exit", asset_records(*records), relation_records(), {})
    lines = inventory.members.group_by("asset_id").agg("line")["line"].to_list()
    return sorted(sorted(line - 2 for line in group) for group in lines)


@pytest.mark.parametrize(
    "shared",
    [
        {"smbios_uuid": UUID},
        {"vendor": "Dell", "serial_number": "7XK2P"},
        {"fqdn": "web.acme.example"},
        {"hostname": "web", "domain": "corp"},
        {"mac_addresses": ["00:11:22:33:44:55"]},
        {"provider_id": "i-0123456789abcdef0"},
        {"hostname": "web"},
    ],
)
def test_one_identifier_joins_two_sources(shared):
    other = {"name": "Web server of the shop", **SERVER, **B, **shared}
    assert things({"name": "Webshop", **SERVER, **A, **shared}, other) == [[0, 1]]


@pytest.mark.parametrize(
    "shared",
    [
        {"ip_addresses": ["10.0.0.1"]},
        {"serial_number": "To be filled by O.E.M.", "vendor": "Dell"},
        {"serial_number": "00000000", "vendor": "Dell"},
        {"smbios_uuid": "00000000-0000-0000-0000-000000000000"},
        {"mac_addresses": ["00:00:5e:00:01:0a"]},
        {"hostname": "localhost", "fqdn": "localhost.localdomain"},
    ],
)
def test_what_many_things_have_joins_none(shared):
    records = [{"name": f"Machine {file}", "file": file, **SERVER, **shared} for file in "ab"]
    if "hostname" not in shared:
        assert things(*records) == [[0], [1]]
    else:
        uuids = [UUID, OTHER_UUID]
        paired = zip(records, uuids, strict=True)
        assert things(*[{**row, "smbios_uuid": uuid} for row, uuid in paired]) == [[0], [1]]


@pytest.mark.parametrize(
    "cloned", [{"smbios_uuid": UUID}, {"mac_addresses": ["00:11:22:33:44:55"]}]
)
def test_firmware_shared_by_hosts_of_different_names_is_cloned(cloned):
    assert things(
        {"name": "web01", **SERVER, **A, **cloned}, {"name": "web02", **SERVER, **B, **cloned}
    ) == [[0], [1]]


def test_a_serial_of_two_machines_of_one_file_is_a_copy():
    serial = {"vendor": "Dell", "serial_number": "7XK2P", **SERVER}
    assert things({"name": "web01", **serial}, {"name": "web02", **serial}) == [[0], [1]]


def test_vendors_of_one_serial_are_compared_by_their_first_word():
    assert things(
        {
            "name": "A",
            **SERVER,
            **A,
            "vendor": "Hewlett Packard Enterprise",
            "serial_number": "CZ1",
        },
        {"name": "B", **SERVER, **B, "vendor": "HPE", "serial_number": "cz1"},
        {"name": "C", **SERVER, **A, "vendor": "Hewlett-Packard", "serial_number": "CZ123"},
        {"name": "D", **SERVER, **B, "vendor": "HP Inc.", "serial_number": "cz 123"},
        {"name": "E", **SERVER, **B, "vendor": "Dell", "serial_number": "cz123"},
    ) == [[0], [1], [2, 3], [4]]


def test_a_uuid_is_one_in_either_byte_order_and_in_vmware_s_serial():
    assert things(
        {"name": "Machine A", **SERVER, **A, "smbios_uuid": "00112233-4455-6677-8899-aabbccddeeff"},
        {"name": "Machine B", **SERVER, **B, "smbios_uuid": "33221100-5544-7766-8899-aabbccddeeff"},
        {
            "name": "Machine C",
            "declared_type": "virtual_machine",
            "file": "c.csv",
            "serial_number": "VMware-00 11 22 33 44 55 66 77-88 99 aa bb cc dd ee ff",
        },
    ) == [[0, 1, 2]]


def test_one_short_name_in_two_domains_is_two_things_and_alone_a_third():
    two = [{"name": f"web01.{domain}.example", **SERVER} for domain in ("a", "b")]
    assert things(*two, {"name": "web01", **SERVER, **B}) == [[0], [1], [2]]


def test_a_name_that_two_things_bear_joins_nothing_else_either():
    two = [{"name": f"web01.{domain}.example", **SERVER} for domain in ("a", "b")]
    short = [{"name": "web01", **SERVER, "file": file} for file in ("b.csv", "c.csv")]
    assert things(*two, *short) == [[0], [1], [2], [3]]


def test_instances_of_one_label_are_as_many_as_their_ids():
    one, other = ({"name": "web", "provider_id": f"i-0123456789abcdef{n}"} for n in (1, 2))
    assert things({**one, **SERVER}, {**other, **SERVER}) == [[0], [1]]
    arn = f"arn:aws:ec2:eu-central-1:123456789012:instance/{one['provider_id']}"
    assert things({**one, **SERVER}, {"name": "web", "provider_id": arn, **SERVER, **B}) == [[0, 1]]


def test_a_host_that_a_cmdb_lists_twice_is_one_unless_its_entries_have_other_addresses():
    entries = [{"name": "web01", "provider_id": f"{n}", **SERVER} for n in (1, 2)]
    addresses = [{"ip_addresses": [f"10.0.0.{n}"]} for n in (1, 2)]
    assert things(*entries) == [[0, 1]]
    assert things({**entries[0], **addresses[0]}, entries[1]) == [[0, 1]]
    assert things(*(entry | own for entry, own in zip(entries, addresses, strict=True))) == [
        [0],
        [1],
    ]


def test_a_short_name_joins_the_only_full_name_it_has():
    assert things({"name": "web01.a.example", **SERVER}, {"name": "WEB01", **SERVER, **B}) == [
        [0, 1]
    ]


def test_a_directory_domain_joins_the_full_name_that_begins_with_it():
    assert things(
        {"name": "web01", "domain": "corp", **SERVER},
        {"name": "web01.corp.acme.example", **SERVER, **B},
    ) == [[0, 1]]


def test_one_name_with_two_uuids_is_two_machines():
    assert things(
        {"name": "web01", **SERVER, "smbios_uuid": UUID},
        {"name": "web01", **SERVER, **B, "smbios_uuid": OTHER_UUID},
    ) == [[0], [1]]


@pytest.mark.parametrize("kind", ["application", "database", "cluster", "network_device"])
def test_things_of_different_kinds_never_merge_by_name(kind):
    assert things({"name": "CRM", "declared_type": kind}, {"name": "crm", **SERVER, **B}) == [
        [0],
        [1],
    ]


def test_a_server_of_one_source_is_the_virtual_machine_of_another():
    virtual = {"name": "web01", "declared_type": "virtual_machine"}
    inventory = identity.resolve(
        "a.b", asset_records(virtual, {"name": "Web01", **SERVER, **B}), relation_records(), {}
    )
    assert inventory.assets["declared_type"].to_list() == ["virtual_machine"]


def test_an_untyped_record_takes_the_kind_of_the_only_typed_one_of_its_name():
    crm = {"name": "CRM", "declared_type": "application"}
    assert things(crm, {"name": "crm", **B}) == [[0, 1]]
    assert things(crm, {"name": "crm", **SERVER}, {"name": "crm", **B}) == [[0], [1], [2]]


def test_databases_of_one_name_on_two_hosts_are_two():
    database = {"name": "ORCL", "declared_type": "database"}
    assert things(
        {**database, "hostname": "db01"},
        {**database, "hostname": "db02"},
        {**database, "hostname": "db01", **B},
    ) == [[0, 2], [1]]


def test_local_ids_of_providers_count_within_their_format_and_type():
    assert things(
        {"name": "A", **SERVER, "provider_id": "17"},
        {"name": "B", "declared_type": "application", "provider_id": "17", **B},
    ) == [[0], [1]]


def test_a_chain_of_names_does_not_join_two_domains():
    assert things(
        {"name": "Shop", "fqdn": "x.a.example", **SERVER},
        {"name": "Shop", "hostname": "y", **SERVER, **B},
        {"name": "Cart", "fqdn": "y.b.example", **SERVER, "file": "c.csv"},
    ) == [[0], [1, 2]]


def test_a_detail_adds_to_a_thing_and_makes_none():
    detail = {"name": "web01", "detail": True, "mac_addresses": ["00:50:56:01:02:03"]}
    records = asset_records({"name": "web01", **SERVER}, detail, {**detail, "name": "gone"})
    inventory = identity.resolve("acme.exit", records, relation_records(), {})
    assert inventory.assets.select("name", "records", "mac_addresses").rows() == [
        ("web01", 2, ["00:50:56:01:02:03"])
    ]


def test_a_detail_that_fits_two_things_goes_to_the_one_of_its_own_file():
    detail = {"name": "web01", "detail": True, **SERVER}
    two = [
        {"name": "web01", **SERVER, **A, "smbios_uuid": UUID},
        {"name": "web01", **SERVER, **B, "smbios_uuid": OTHER_UUID},
    ]
    assert things(*two, {**detail, **B}) == [[0], [1, 2]]
    assert things(*two, {**detail, "file": "c.csv"}) == [[0], [1]]


def test_a_detail_of_a_clone_goes_to_the_one_of_its_name():
    clones = [{"name": f"web0{n}", **SERVER, "smbios_uuid": UUID} for n in (1, 2)]
    adapter = {"name": "web02", "detail": True, "smbios_uuid": UUID, **B}
    assert things(*clones, adapter) == [[0], [1, 2]]


def test_an_address_chooses_between_the_things_that_a_detail_names():
    one, other = ({**A, "ip_addresses": [f"10.0.0.{n}"]} for n in (1, 2))
    assert things(
        {"name": "web01", "fqdn": "web01.a.example", **SERVER, **one},
        {"name": "web01", "fqdn": "web01.b.example", **SERVER, **other},
        {"name": "web01", "detail": True, **SERVER, **other},
        {"name": "elsewhere", "detail": True, **SERVER, **other},
    ) == [[0], [1, 2]]


def test_records_of_one_file_under_different_names_do_not_share_a_full_name():
    copied = {"fqdn": "web06.a.example", **SERVER}
    assert things({"name": "Web06", **copied}, {"name": "Web08", **copied}) == [[0], [1]]
    assert things({"name": "web06", **copied}, {"name": "web06.a.example", **copied}) == [[0, 1]]


def test_a_number_for_want_of_a_name_is_no_name_where_another_record_has_one():
    numbered = {"vendor": "Dell", "serial_number": "7XK2P"}
    records = asset_records(
        {"name": "7XK2P", **numbered, **SERVER, **A},
        {"name": "web01", **numbered, **SERVER, **B},
        {"name": "7XK3P", "vendor": "Dell", "serial_number": "7XK3P", **SERVER, **A},
    )
    inventory = identity.resolve("acme.exit", records, relation_records(), {})
    assert sorted(inventory.assets["name"]) == ["7XK3P", "web01"]


def test_a_name_that_one_file_has_for_two_things_is_no_evidence_where_another_key_joins():
    records = asset_records(
        {"name": "web01", "provider_id": "i-1", "ip_addresses": ["10.0.0.1"], **SERVER, **A},
        {"name": "web01", "provider_id": "i-2", "ip_addresses": ["10.0.0.2"], **SERVER, **A},
        {"name": "web01", "provider_id": "i-1", **SERVER, **B},
    )
    inventory = identity.resolve("acme.exit", records, relation_records(), {})
    keys = inventory.members.sort("record")["keys"].to_list()
    assert keys == [["provider:generic|server|i-1"], [], ["provider:generic|server|i-1"]]


@pytest.mark.parametrize(
    ("configured", "listed", "system"),
    [
        ("Ubuntu Linux (64-bit)", "Ubuntu 22.04", "Ubuntu 22.04"),
        ("Red Hat Enterprise Linux 8 (64-bit)", "RHEL", "Red Hat Enterprise Linux 8 (64-bit)"),
        ("Ubuntu Linux (64-bit)", "RHEL 9", "Ubuntu Linux (64-bit)"),
        ("Ubuntu Linux (64-bit)", None, "Ubuntu Linux (64-bit)"),
    ],
)
def test_of_two_names_of_one_system_the_one_with_its_version_is_believed(
    configured, listed, system
):
    machine = {"name": "web", "hostname": "web", **SERVER}
    records = asset_records(
        {**machine, **A, "os_name": configured, "format": "rvtools.vinfo"},
        {**machine, **B, "os_name": listed},
    )
    inventory = identity.resolve("acme.exit", records, relation_records(), {})
    assert inventory.assets["os_name"].to_list() == [system]

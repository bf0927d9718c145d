"""When things of one name are two: what their records say within one file."""

import pytest

from discovery_dagster_tests.domain.identity.test_merging_records import SERVER, A, B, things

pytestmark = pytest.mark.pipeline

HOST = {"hostname": "jet01", **SERVER, **A}
ELSEWHERE = {"ip_addresses": ["10.7.0.2"]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"location": "Lyon"}, {"location": "Nantes"}),
        ({"serial_number": "PF1QWE2"}, {"serial_number": "PF1QWE9"}),
        ({"asset_tag": "770011"}, {"asset_tag": "770012"}),
        ({"os_name": "Windows Server 2019"}, {"os_name": "Debian 12"}),
        ({"os_name": "Debian 11"}, {"os_name": "Debian", "os_version": "12.4"}),
        ({"scope": "vc-a.example"}, {"scope": "vc-b.example"}),
    ],
)
def test_a_fact_that_differs_in_one_file_tells_two_things_of_one_name_apart(one, other):
    assert things({**HOST, **one}, {**HOST, **other}) == [[0], [1]]
    assert things({**HOST, **one}, {**HOST, **other, "fqdn": "jet01.corp.example"}) == [[0], [1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"location": "Lyon"}, {"location": "LYN-DC2"}),
        ({"serial_number": "PF1QWE2"}, {"serial_number": "CHASSIS-4"}),
        ({"os_name": "Windows Server 2012 R2"}, {"os_name": "Windows Server 2019"}),
        ({"scope": "vc-a.example"}, {"scope": "Corp Prod"}),
        ({"ip_addresses": ["10.7.0.1"]}, ELSEWHERE),
    ],
)
def test_two_files_may_word_and_know_one_thing_differently(one, other):
    assert things({**HOST, **one}, {**HOST, **other, **B}) == [[0, 1]]


def test_words_of_one_sheet_for_a_site_are_not_compared_with_those_of_another():
    sites = [{"sheet": "Servers", "location": "Lyon"}, {"sheet": "Backup", "location": "LYN-DC2"}]
    assert things(*({**HOST, **site} for site in sites)) == [[0, 1]]


def test_a_site_that_differs_in_one_file_outranks_one_full_name():
    sites = [{"fqdn": "jet01.corp.example", "location": site} for site in ("Lyon", "Nantes")]
    assert things(*({**HOST, **site} for site in sites)) == [[0], [1]]


NIC = [{**HOST, "ip_addresses": [f"10.7.{n}.1"], "os_name": "Debian 12"} for n in (0, 1)]


@pytest.mark.parametrize(
    ("same", "difference", "expected"),
    [
        ({"memory_gb": 8.0}, {}, [[0, 1]]),
        ({"memory_gb": 8.0}, {"environment": "test"}, [[0, 1]]),  # the other row does not say
        ({"environment": "production"}, {"environment": "test"}, [[0], [1]]),
        ({"memory_gb": 8.0}, {"memory_gb": 32.0}, [[0], [1]]),
    ],
)
def test_rows_with_other_addresses_are_interfaces_only_where_all_else_agrees(
    same, difference, expected
):
    assert things({**NIC[0], **same}, {**NIC[1], **same, **difference}) == expected


def test_other_addresses_without_anything_in_common_are_for_a_person_to_judge():
    bare = {"hostname": "jet01", **SERVER, **A}
    assert things({**bare, "ip_addresses": ["10.7.0.1"]}, {**bare, **ELSEWHERE}) == [[0], [1]]
    both = {"ip_addresses": ["10.7.0.1", "10.7.0.2"]}
    assert things({**bare, **both}, {**bare, **ELSEWHERE}) == [[0, 1]]
    assert things(bare, {**bare, **ELSEWHERE}) == [[0, 1]]


def test_an_application_is_wherever_its_servers_are():
    rows = [
        {"name": "Billing", "declared_type": "application", "location": site, "os_name": system}
        for site, system in (("Lyon", "Debian 12"), ("Nantes", "Windows Server 2019"))
    ]
    assert things(*rows) == [[0, 1]]


@pytest.mark.parametrize("number", ["asset_tag", "serial_number"])
def test_things_called_by_their_model_are_as_many_as_their_numbers(number):
    rows = [{"name": "Laserjet M507", number: f"VNB3K0{at}"} for at in range(9)]
    assert things(*rows) == [[at] for at in range(9)]


def test_names_that_installers_give_join_nothing():
    assert things({"hostname": "raspberrypi", **SERVER, **A},
                  {"hostname": "raspberrypi", **SERVER, **B}) == [[0], [1]]  # fmt: skip


def test_an_asset_tag_joins_what_no_name_does_and_gives_way_to_the_name():
    tagged = {"asset_tag": "770-011", "name": "770-011", "os_name": "Debian 12", **A}
    assert things(tagged, {"asset_tag": "770011", "name": "jet01", **SERVER, **B}) == [[0, 1]]


def test_rows_of_one_address_and_no_name_are_one_thing():
    nameless = {"name": "10.7.0.9", "ip_addresses": ["10.7.0.9"]}
    assert things(nameless, nameless, nameless) == [[0, 1, 2]]
    assert things(nameless, {**nameless, "ip_addresses": ["10.7.0.9", "10.7.0.8"]}) == [[0], [1]]


RENAMED = [{"hostname": name, "serial_number": "CZ3DD9", **SERVER} for name in ("erp-a", "erp-b")]
MAC = {"mac_addresses": ["3c:fd:fe:00:00:01"]}


@pytest.mark.parametrize("other", [MAC, {"smbios_uuid": "4c4c4544-0035-4210-8052-b9c04f4a5931"}])
@pytest.mark.parametrize("vendor", ["Dell Inc.", None])
def test_a_serial_number_and_other_hardware_in_common_are_one_machine(other, vendor):
    assert things(*({**row, **other, "vendor": vendor} for row in RENAMED)) == [[0, 1]]
    tags = ({"asset_tag": f"77001{n}"} for n in (1, 2))
    assert things(*({**row, **other, **tag} for row, tag in zip(RENAMED, tags, strict=True))) == [
        [0],
        [1],
    ]


def test_blades_and_clones_have_but_one_identifier_in_common():
    blades = [{**row, "mac_addresses": [f"3c:fd:fe:00:00:0{n}"]} for n, row in enumerate(RENAMED)]
    assert things(*blades) == [[0], [1]]
    copied = {"serial_number": "VMware-56 4d 1a 22 33 44 55 66-77 88 99 aa bb cc dd ee", **MAC}
    assert things(*({**row, **copied} for row in RENAMED)) == [[0], [1]]


def test_a_name_is_its_own_within_its_scope():
    service = {"name": "pay", "declared_type": "service", "format": "kubernetes.objects"}
    blue, green = ({**service, "scope": scope} for scope in ("blue", "green"))
    assert things(blue, green, {**green, **B}) == [[0], [1, 2]]
    assert things({**blue, **A}, {**green, **B}) == [[0], [1]]
    catalogued = {**service, "format": "backstage.entities", "scope": "team-x", **B}
    assert things(blue, catalogued) == [[0, 1]]

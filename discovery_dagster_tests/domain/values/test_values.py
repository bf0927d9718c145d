import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.values import TRANSFORMS, clean, read_cells

LISTS = {"addresses", "macs", "names", "ports"}
#: Kinds of a single value that other text may stand beside.
PARTLY_READ = {"text", "address", "host", "port"}


def read(kind, *cells, unit=None):
    return read_cells(kind, clean(pl.Series(cells, dtype=pl.String)), unit)


def value(kind, cell, unit=None):
    return read(kind, cell, unit=unit).values.item()


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        ("10.0.0.1", ["10.0.0.1"]),
        ("[2001:DB8:0:0::1,10.1.1.1];", ["2001:db8::1", "10.1.1.1"]),
        ("[];", []),
        ("10.0.0.1 10.0.0.2|10.0.0.3", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        ("10.0.0.1, 10.0.0.1", ["10.0.0.1"]),
        ("10.0.0.5/24", ["10.0.0.5"]),
        ("fe80::1%eth0", ["fe80::1"]),
        ("172.016.004.009", ["172.16.4.9"]),
        ("10.7.0.1/10.8.0.1", ["10.7.0.1", "10.8.0.1"]),
        ("10.7.0.1 / 10.8.0.1", ["10.7.0.1", "10.8.0.1"]),
        ("10.7.0.1 und 10.8.0.1", ["10.7.0.1", "10.8.0.1"]),
        ("10.7.0.1/255.255.252.0", ["10.7.0.1"]),
        ("10.7.0.1 255.255.252.0", ["10.7.0.1"]),
        ("::ffff:10.0.0.1", ["10.0.0.1"]),
        ("255.255.255.255", []),
        ("DHCP", []),
    ],
)
def test_addresses_are_read_from_any_list_into_canonical_text(cell, addresses):
    reading = read("addresses", cell)
    assert reading.values.to_list() == [addresses]
    assert not reading.faults.item()


def test_a_list_keeps_its_good_addresses_beside_a_bad_one():
    reading = read("addresses", "10.0.0.1; 10.0.0.300", "10.0.0.300")
    assert reading.values.to_list() == [["10.0.0.1"], []]
    assert reading.faults.to_list() == [True, True]


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("addresses", "10.7.0.1 (backup)", ["10.7.0.1"]),
        ("addresses", "10.7.0.1 - lan", ["10.7.0.1"]),
        ("addresses", "nic0: 10.7.0.1; nic1: 10.8.0.1", ["10.7.0.1", "10.8.0.1"]),
        ("addresses", "nic0=10.7.0.1,nic1=10.8.0.1", ["10.7.0.1", "10.8.0.1"]),
        ("addresses", "mgmt:10.7.0.1", ["10.7.0.1"]),
        ("addresses", "10.7.0.1:8443", ["10.7.0.1"]),
        ("addresses", "https://10.7.0.1:8443", ["10.7.0.1"]),
        ("addresses", "[2001:db8::7]:8443", ["2001:db8::7"]),
        ("address", "10.7.0.1:8443", "10.7.0.1"),
        ("macs", "00:50:56:01:02:03 (vmnic1)", ["00:50:56:01:02:03"]),
        ("host", "Mail01 (old)", "mail01"),
        ("host", "mail01.corp.example:25", "mail01.corp.example"),
        ("host", "mail01 - to be replaced", "mail01"),
        ("host", "mail01 10.7.0.1", "mail01"),
        ("ports", "443 (TLS)", [443]),
        ("ports", "443, 8000-8010", [443]),
    ],
)
def test_a_value_beside_which_more_stands_is_read_and_the_rest_is_a_fault(kind, cell, value):
    reading = read(kind, cell)
    assert reading.values.to_list() == [value]
    assert reading.faults.to_list() == [True]
    assert not reading.unread.item()


@pytest.mark.parametrize("cell", ["10.7.0.1-10.7.0.9", "10.7.0.0-99", "10.7.0.1.2", "v10.7.0"])
def test_a_range_of_addresses_and_a_longer_number_are_no_address(cell):
    assert read("addresses", cell).unread.item()


def test_hosts_that_only_their_remarks_tell_apart_are_not_taken_for_one():
    reading = read("host", "crm01", "crm01 (old)", "erp01 (blue)", "erp01 (green)", "hr01 (old)")
    assert reading.values.to_list() == ["crm01", None, None, None, "hr01"]
    assert reading.faults.to_list() == [False, True, True, True, True]


@pytest.mark.parametrize("cell", ["[00:50:56:8B:74:7A];", "0050.568b.747a", "00-50-56-8b-74-7a"])
def test_mac_addresses_are_read_in_any_notation(cell):
    assert read("macs", cell).values.to_list() == [["00:50:56:8b:74:7a"]]


def test_a_mac_address_of_zeros_is_none():
    reading = read("macs", "00:00:00:00:00:00")
    assert reading.values.to_list() == [[]]
    assert not reading.faults.item()


@pytest.mark.parametrize(
    "cell",
    [
        "{4215C1F4-1111-2222-3333-444455556666}",
        "4215c1f4111122223333444455556666",
        "42 15 c1 f4 11 11 22 22-33 33 44 44 55 55 66 66",
    ],
)
def test_uuids_are_read_in_any_notation(cell):
    assert value("uuid", cell) == "4215c1f4-1111-2222-3333-444455556666"


@pytest.mark.parametrize(
    ("cell", "unit", "gib"),
    [
        ("8192", "MiB", 8.0),
        ("8192", "MB", 8.0),
        ("32,768", "MB", 32.0),
        ("16 GB", "MB", 16.0),
        ("16GiB", None, 16.0),
        ("0,5", "GB", 0.5),
        ("1 TB", None, 1024.0),
        ("1'024", "MB", 1.0),
        ("1 024", "MB", 1.0),
    ],
)
def test_memory_is_read_in_gib(cell, unit, gib):
    assert value("memory", cell, unit) == gib


@pytest.mark.parametrize(
    ("cell", "unit", "gb"),
    [
        ("122880", "MiB", 128.85),
        ("122,880", "MiB", 128.85),
        ("1.2 TB", None, 1200.0),
        ("800 GB", None, 800.0),
        ("1 GiB", None, 1.07),
        ("500", "GB", 500.0),
    ],
)
def test_storage_is_read_in_10_to_the_9_bytes(cell, unit, gb):
    assert value("storage", cell, unit) == gb


def test_megabytes_are_whole_unless_another_cell_has_decimals():
    assert read("memory", "16.384", "8.192", unit="MB").values.to_list() == [16.0, 8.0]
    assert read("storage", "102.400", unit="MB").values.to_list() == [102.4]
    assert read("memory", "512.125", "8.5", unit="MB").values.to_list() == [0.5, 0.008]
    assert read("memory", "16.384", unit="GB").values.to_list() == [16.384]
    assert read("memory", "16.384 MB", "2.048 GB").values.to_list() == [16.0, 2.048]


def test_a_column_that_writes_decimal_commas_groups_by_dots():
    assert read("storage", "1.024", "0,5", unit="GB").values.to_list() == [1024.0, 0.5]
    assert read("storage", "1.024", "0.5", unit="GB").values.to_list() == [1.02, 0.5]


@pytest.mark.parametrize(
    ("kind", "cell", "unit"),
    [
        ("cores", "-2", None),
        ("cores", "0", None),
        ("cores", "2.5", None),
        ("cores", "two", None),
        ("memory", "8192", None),
        ("memory", "-1", "MB"),
        ("memory", "8 parsecs", "MB"),
        ("storage", "-1", "MiB"),
        ("port", "70000", None),
        ("host", "Web Server 1", None),
        ("host", "10.0.0.1", None),
        ("uuid", "42", None),
        ("tier", "Gold", None),
        ("time", "31.02.2024", None),
        ("time", "2024-02-31", None),
        ("address", "10.0.0.1, 10.0.0.2", None),
    ],
)
def test_what_cannot_be_read_is_a_fault_without_a_value(kind, cell, unit):
    reading = read(kind, cell, unit=unit)
    assert reading.values.to_list() == [None]
    assert reading.faults.to_list() == [True]


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("serial", "To Be Filled By O.E.M."),
        ("serial", "0"),
        ("serial", "SN-TBD"),
        ("serial", "S/N: unknown"),
        ("serial", "see label"),
        ("serial", "Siehe Etikett"),
        ("serial", "VirtualBox-0"),
        ("serial", "HVM domU"),
        ("serial", "None"),
        ("uuid", "00000000-0000-0000-0000-000000000000"),
        ("host", "localhost"),
        ("name", "ALL"),
        ("text", " n/a "),
        ("text", "Unknown"),
        ("text", ""),
    ],
)
def test_a_placeholder_is_no_value_and_no_fault(kind, cell):
    reading = read(kind, cell)
    assert reading.values.to_list() == [None]
    assert reading.faults.to_list() == [False]


@pytest.mark.parametrize(
    ("cell", "cores"),
    [
        ("12 cores", 12),
        ("1 vCPU", 1),
        ("6vCPUs", 6),
        ("12 Kerne", 12),
        ("6 cœurs", 6),
        ("12 (2x6)", 12),
        ("12 (2 sockets)", 12),
        ("2 x 6", 12),
        ("2 \xd7 6 cores", 12),
        ("2 sockets x 6 cores", 12),
        ("2 (12 cores)", None),
        ("2x Xeon Gold", None),
        ("2 x 2.4 GHz", None),
        ("2400 MHz", None),
    ],
)
def test_cores_are_read_with_their_words_and_as_products(cell, cores):
    assert read("cores", cell).values.to_list() == [cores]


@pytest.mark.parametrize(
    ("cell", "ports"),
    [
        ("443", [443]),
        ("tcp/443", [443]),
        ("443/tcp", [443]),
        ("TCP443", [443]),
        ("https", [443]),
        ("443 (https)", [443]),
        ("Port 443", [443]),
        ("88/464", [88, 464]),
        ("1521,1522", [1521, 1522]),
        ("80,443", [80, 443]),
        ("1,433", [1433]),
        ("10,250", [10250]),
        ("80 and 8080", [80, 8080]),
        ("tcp/88, udp/88", [88]),
        ("http; https", [80, 443]),
        ("0", []),
    ],
)
def test_all_ports_of_a_cell_are_read(cell, ports):
    reading = read("ports", cell)
    assert reading.values.to_list() == [ports]
    assert not reading.faults.item()


@pytest.mark.parametrize("cell", ["9000-9010", "9000 to 9010", "9000:9010", "any", "-1", "44.5"])
def test_a_range_of_ports_and_what_is_no_port_are_faults(cell):
    assert read("ports", cell).unread.item()


def test_lists_of_names_are_split_by_the_strongest_separator():
    names = read("names", "a;b, c d;ALL", "a, b,N/A", "CRM Core", "TBD", None).values.to_list()
    assert names == [["a", "b, c d"], ["a", "b"], ["CRM Core"], [], []]


def test_commas_between_words_without_blanks_separate_beside_stronger_ones():
    assert read("names", "a; b, c ,d | e").values.to_list() == [["a", "b", "c", "d", "e"]]


def test_beside_commas_signs_between_blanks_separate_too():
    names = read("names", "Field Service, HR / Payroll, Data Warehouse").values.to_list()
    assert names == [["Field Service", "HR", "Payroll", "Data Warehouse"]]


def test_times_are_read_into_iso_8601():
    times = read(
        "time", "2025-06-14 00:00", "1418530010", "1418530010000", "2023-07-25T06:12:34.1Z"
    )
    assert times.values.to_list() == [
        "2025-06-14T00:00:00",
        "2014-12-14T04:06:50Z",
        "2014-12-14T04:06:50Z",
        "2023-07-25T06:12:34Z",
    ]


def test_protocols_are_named():
    assert read("protocol", "6", "UDP", "icmp").values.to_list() == ["tcp", "udp", "icmp"]


CELLS = st.lists(
    st.none()
    | st.text(max_size=30)
    | st.text("0123456789.,:;-+ []/GMTKBib%'x", max_size=20)
    | st.integers().map(str)
    | st.floats().map(str)
    | st.ip_addresses().map(str)
    | st.uuids().map(str),
    max_size=8,
)


@given(kind=st.sampled_from(sorted(TRANSFORMS)), cells=CELLS, unit=st.sampled_from([None, "MB"]))
def test_a_cell_gives_a_value_or_nothing_or_a_fault_and_never_an_error(kind, cells, unit):
    cleaned = clean(pl.Series(cells, dtype=pl.String))
    reading = read_cells(kind, cleaned, unit)
    assert len(reading.values) == len(reading.faults) == len(cells)
    assert reading.faults.null_count() == 0
    assert not reading.faults.filter(cleaned.is_null()).any()
    if kind in LISTS:
        assert reading.values.null_count() == 0
    elif kind not in PARTLY_READ:
        assert reading.unread.to_list() == reading.faults.to_list()


@given(address=st.ip_addresses())
def test_every_address_is_read_into_one_spelling(address):
    reading = read("addresses", str(address), address.exploded.upper())
    assert reading.values[0].to_list() == reading.values[1].to_list()
    assert not reading.faults.any()


def same(kind, usual, unusual, unit=None):
    """Whether a cell written as nearly all are means what it means written in another way."""
    together = read(kind, usual, unusual, unit=unit)
    apart = [read(kind, cell, unit=unit) for cell in (usual, unusual)]
    values = [*together.values.to_list(), *(each.values.to_list()[0] for each in apart)]
    faults = [*together.faults, *(each.faults[0] for each in apart)]
    return all(value == values[0] for value in values) and len(set(faults)) == 1


@given(
    number=st.integers(-2, 20) | st.integers(-(10**18), 10**18),
    kind=st.sampled_from(["cores", "count", "port"]),
)
def test_whole_numbers_mean_the_same_with_a_decimal(number, kind):
    assert same(kind, f"{number}", f"{number}.0")


@given(
    number=st.integers(-2, 20) | st.integers(0, 10**17),
    kind=st.sampled_from(["memory", "storage"]),
    unit=st.sampled_from(["B", "KB", "MB", "MiB", "GB", "TB", "furlongs"]),
)
def test_amounts_mean_the_same_with_the_unit_of_their_column(number, kind, unit):
    assert same(kind, f"{number}", f"{number} {unit}", unit)


@given(host=st.from_regex(r"[a-z0-9_-]{1,70}(\.[a-z0-9-]{1,5}){0,3}", fullmatch=True)
       | st.sampled_from(["localhost", "default", "10.0.0.1", "7"]))  # fmt: skip
def test_host_names_mean_the_same_in_capitals(host):
    assert same("host", host, host.upper())


@given(octets=st.lists(st.integers(0, 255), min_size=6, max_size=6)
       | st.just([0, 80, 86, 0, 0, 0]) | st.just([255] * 6))  # fmt: skip
def test_mac_addresses_mean_the_same_in_another_notation(octets):
    assert same("macs", bytes(octets).hex(":"), bytes(octets).hex("-").upper())


@given(number=st.integers(1, 16_384))
def test_whole_numbers_are_read_in_both_notations(number):
    written = [f"{number}", f"{number:,}", f"{number:,}".replace(",", "."), f"{number}.0"]
    assert read("cores", *written).values.to_list() == [number] * 4


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (["04.03.2021", "31.12.2020 9:05"], ["2021-03-04T00:00:00", "2020-12-31T09:05:00"]),
        (["2021/3/4 10:10"], ["2021-03-04T10:10:00"]),
        (["25/03/2021", "03/04/2021"], ["2021-03-25T00:00:00", "2021-04-03T00:00:00"]),
        (["03/25/2021 1:05 PM", "03/04/2021 12:10 AM"],
         ["2021-03-25T13:05:00", "2021-03-04T00:10:00"]),
        (["03/04/2021", "05/06/2021"], [None, None]),
        (["25/03/2021", "03/25/2021"], [None, None]),
    ],
)  # fmt: skip
def test_dates_as_people_write_them_are_read_where_their_order_is_certain(written, read_as):
    reading = read("time", *written)
    assert reading.values.to_list() == read_as
    assert reading.faults.to_list() == [value is None for value in read_as]


@pytest.mark.parametrize(
    ("kind", "written", "wanted"),
    [
        ("host", "fir\u201107", "fir-07"),
        ("host", "\ufefffir\u00ad07\u200b", "fir07"),
        ("host", "fir\u201307", "fir-07"),
        ("name", "Billing \u2013 West", "Billing - West"),
        ("name", "\u2013", None),
        ("addresses", "\u202a10.6.0.7\u202c", ["10.6.0.7"]),
        ("macs", "00\u201150\u201156\u201100\u201100\u201107", ["00:50:56:00:00:07"]),
        ("serial", "AB\u221212\u2060", "AB-12"),
        ("cores", "8\u200b", 8),
        ("text", "moved \u2013 see\u200b list", "moved \u2013 see list"),
    ],
)
def test_what_cannot_be_seen_or_told_apart_makes_no_other_value(
    kind: str, written: str, wanted: object
) -> None:
    reading = read(kind, written, "x" if kind == "text" else None)
    assert reading.values.to_list()[0] == wanted
    assert not reading.faults.any()


@pytest.mark.parametrize("kind", ["serial", "identifier"])
@pytest.mark.parametrize(
    ("cell", "value", "fault"),
    [
        ("5.0237E+13", None, True),
        ("5,0237e+13", None, True),
        ("1E+11", None, True),
        ("4E12", "4E12", False),
        ("50237.0", "50237", False),
        ("50237.10", "50237.10", False),
        ("7E-4411", "7E-4411", False),
        ("SN-TBD-44", "SN-TBD-44", False),
    ],
)
def test_a_number_that_a_spreadsheet_rounded_identifies_nothing(kind, cell, value, fault):
    reading = read_cells(kind, pl.Series([cell]))
    assert (reading.values.to_list(), reading.faults.to_list()) == ([value], [fault])

"""What views, reports and tools write before or behind all headers of a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain import formats
from discovery_dagster.domain.headers.affixes import plain_headers
from discovery_dagster_tests.domain.sources import fields_of, table

PLAIN = ["name", "os", "ip_address", "location", "environment"]
FIELDS = ["name", "os_name", "ip_addresses", "location", "environment"]
ROW = ("lnx01", "Debian 12", "10.0.0.1", "Bern", "Test")


@pytest.mark.parametrize(
    "written",
    ["serv_{}", "serv_u_{}", "Details_Table0_{}0", "{}0", "x_snc_{}", "Servers[{}]", "export.{}",
     "zz.list.{}"],
)  # fmt: skip
def test_what_all_headers_share_is_no_part_of_them(written):
    source = table([written.format(header) for header in PLAIN], ROW)
    assert list(fields_of(source).values()) == FIELDS


@pytest.mark.parametrize(
    "prefix", ["snapshot_", "disk_", "user_", "patch_", "source_", "old_", "dbo.ticket."]
)
def test_a_table_that_is_called_by_parts_or_people_is_not_read_as_one_of_things(prefix):
    header = [f"{prefix}{each}" for each in ("name", "status", "owner", "comment")]
    assert "name" not in fields_of(table(header, ("s1", "ok", "me", "-"))).values()


def test_a_number_behind_a_name_counts_nothing_where_it_stands_once():
    source = table(["Netbios_Name01", "SerialNumber01"], ("PC-7", "S7"))
    assert list(fields_of(source).values()) == ["hostname", "serial_number"]
    several = ["Name", "Serial Number01", "Serial Number02"]
    assert plain_headers(several) == tuple(several)


def test_a_prefix_of_a_few_headers_says_what_they_are_of():
    header = ["Name", "cpu_model", "cpu_vendor", "cpu_note", "OS", "IP", "Owner", "Site"]
    assert plain_headers(header) == tuple(header)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_headers_stay_as_many_and_known_ones_as_they_are(header):
    plain = plain_headers([*header, "Name", "IP Address"])
    assert len(plain) == len(header) + 2
    assert plain[-2:] == ("Name", "IP Address")


def test_headers_of_a_tool_keep_what_its_format_knows():
    header = ["mgn:server:user-provided-id", "mgn:server:hostname", "mgn:server:platform"]
    source = table(header, ("s1", "a", "L"))
    assert formats.recognise(source).name == "aws.mgn"
    assert list(fields_of(source).values()) == ["name", "name", "os_name"]

"""Lists of virtual machines, whichever tool wrote them."""

import polars as pl
import pytest

from discovery_dagster_tests.domain.sources import counts, fields_of, records_of, table

pytestmark = pytest.mark.pipeline


def types_of(header, *rows):
    return records_of(table(header, *rows)).assets["declared_type"].to_list()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name,State,Status,Provisioned Space,Used Space", "a,Powered On,Normal,10 GB,5 GB"),
        ("Name,PowerState,NumCpu,MemoryMB,VMHost", "a,PoweredOn,2,4096,esx1"),
        ("Name,State,CPUUsage,MemoryAssigned", "a,Running,1,2147483648"),
        ("Name,Host Placement,vRAM (GB),vCPUs", "a,NTNX-A,8,2"),
        ("Name,server,operatingSystem,cpu,ram", "a,host-01,Ubuntu,2 vCPU,4 GB"),
    ],
)
def test_columns_that_only_virtual_machines_have_tell_them(header, row):
    assert types_of(header.split(","), row.split(",")) == ["virtual_machine"]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name,CPU,Memory (GB),OS", "a,2,8,Ubuntu"),
        ("Name,Server,vCores,Edition", "a,sql1,4,GP"),
        ("Name,Power State,OS", "a,On,Ubuntu"),
        ("Name,Power State,vCPU,Manufacturer,Model", "a,On,4,Dell,PowerEdge R740"),
    ],
)
def test_one_such_column_or_a_maker_tells_none(header, row):
    assert types_of(header.split(","), row.split(",")) == [None]


def test_a_list_of_both_kinds_leaves_the_columns_of_the_other_empty():
    header = ["Server Name", "Power State", "Hypervisor", "vCPU", "OS"]
    rows = [("p1", "On", None, None, "Ubuntu"), ("v1", "On", "esx1", "4", "Ubuntu")]
    assert types_of(header, *rows) == ["server", "virtual_machine"]


@pytest.mark.parametrize("header", ["Template", "Is Template", "Vorlage", "SRM Placeholder"])
@pytest.mark.parametrize("true", ["True", "yes", "1", "WAHR"])
def test_what_a_list_marks_as_no_machine_is_ignored_with_the_reason(header, true):
    records = records_of(table(["VM", "OS", header], ("a", "Linux", "0"), ("t", "Linux", true)))
    assert counts(records) == {"accepted": 1, "ignored": 1}
    assert records.outcomes["reason"].drop_nulls().to_list()[0].startswith("It is a ")


def test_a_template_of_monitoring_is_a_fact_of_its_host():
    source = table(["Host", "Template"], ("web1", "Linux by agent"), ("web2", "Linux by agent"))
    assert fields_of(source) == {"Host": "name"}
    assert counts(records_of(source)) == {"accepted": 2}


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("vCLS-4c4c4544-0011-2233-4455-667788990011", False),
        ("vCLS (12)", False),
        ("vCLS", False),
        ("NTNX-18SM6G0-A-CVM", False),
        ("stCtlVM-FCH1234", False),
        ("vcls-report-web", True),
        ("cvm01", True),
    ],
)
@pytest.mark.parametrize("header", ["VM", "VM Name", "Name"])
def test_machines_of_the_platform_are_not_moved(header, name, counted):
    records = records_of(table([header, "Guest OS"], (name, "Linux"), ("web1", "Linux")))
    assert counts(records) == ({"accepted": 2} if counted else {"accepted": 1, "ignored": 1})


def test_a_guest_is_its_operating_system_where_its_cells_are_one():
    rows = [("a1", "a1:Red Hat Enterprise Linux 8 (64-bit)"), ("my b", "my b:Ubuntu Linux")]
    records = records_of(table(["Name", "Guest"], *rows))
    systems = ["Red Hat Enterprise Linux 8 (64-bit)", "Ubuntu Linux"]
    assert records.assets["os_name"].to_list() == systems
    assert records.relations.is_empty()


@pytest.mark.parametrize(
    ("cells", "amounts"),
    [
        (["2147483648", "0", "17179869184"], [2.0, None, 16.0]),
        (["8", "16"], [8.0, 16.0]),
        (["8192", "16384"], [8.0, 16.0]),
        (["16777216", "8388608"], [16.0, 8.0]),
    ],
)
def test_memory_without_a_unit_is_told_by_its_size(cells, amounts):
    rows = [(f"vm{at}", cell) for at, cell in enumerate(cells)]
    memory = records_of(table(["VM", "MemoryAssigned"], *rows)).assets["memory_gb"]
    assert memory.to_list() == pytest.approx(pl.Series(amounts).to_list())

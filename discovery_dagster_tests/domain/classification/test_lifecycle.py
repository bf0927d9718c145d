"""Which version a text means, and how long it is supported."""

from datetime import date

import pytest

from discovery_dagster.domain.classification import classify
from discovery_dagster_tests.domain.rows import inventory_assets

pytestmark = pytest.mark.pipeline

TODAY = date(2026, 9, 1)
SERVER = {"asset_id": "1", "name": "x", "declared_type": "server"}
DATABASE = {"asset_id": "1", "name": "x", "declared_type": "database"}


def judge(as_of: date = TODAY, **asset: str) -> dict:
    (row,) = classify(inventory_assets(asset), as_of).rows(named=True)
    return row


W12R2 = ("windows", "Windows Server 2012 R2", "2012 R2", "2023-10-10")
RHEL, SLES = "Red Hat Enterprise Linux", "SUSE Linux Enterprise Server"
SYSTEMS = [
    ("Microsoft Windows Server 2012 R2 (64-bit)", None, W12R2),
    ("windows", "windows server 2012 R2", W12R2),
    ("W2K12R2", None, W12R2),
    (
        "Windows Server 2016 Standard",
        "10.0.14393",
        ("windows", "Windows Server 2016", "2016", "2027-01-12"),
    ),
    (
        "Microsoft Windows Server 2016 or later (64-bit)",
        None,
        ("windows", "Windows Server", None, None),
    ),
    ("Ubuntu", "22.04 LTS", ("linux", "Ubuntu", "22.04", "2027-04-01")),
    ("Ubuntu 22.04.3 LTS", None, ("linux", "Ubuntu", "22.04", "2027-04-01")),
    ("Ubuntu Linux (64-bit)", None, ("linux", "Ubuntu", None, None)),
    ("RHEL 8.8", None, ("linux", RHEL, "8.8", "2029-05-31")),
    ("Red Hat Enterprise Linux 8 (64-bit)", None, ("linux", RHEL, "8", "2029-05-31")),
    ("CentOS 4/5/6/7 (64-bit)", None, ("linux", "CentOS", None, None)),
    ("CentOS Stream 8", None, ("linux", "CentOS Stream", "8", "2024-05-31")),
    ("SUSE Linux Enterprise Server 15 SP5", None, ("linux", SLES, "15 SP5", "2024-12-31")),
    ("SUSE Linux Enterprise 15 (64-bit)", None, ("linux", SLES, "15", None)),
    ("Other 3.x or later Linux (64-bit)", None, ("linux", "Linux", None, None)),
    ("AIX 7.1", None, ("unix", "AIX", "7.1", "2023-04-30")),
    ("AIX", "7200-04-03-2148", ("unix", "AIX", "7200-04-03", "2022-11-30")),
    ("AIX 7.2 TL4", None, ("unix", "AIX", "7.2 TL4", "2022-11-30")),
    (
        "VMware ESXi 7.0.3 build-21930508",
        None,
        ("hypervisor", "VMware ESXi", "7.0.3", "2025-10-02"),
    ),
    ("VMware ESXi", "6.5.0", ("hypervisor", "VMware ESXi", "6.5.0", "2022-10-15")),
    ("vmkernel65Guest", None, ("hypervisor", "VMware ESXi", "6.5", "2022-10-15")),
    (
        "Cisco IOS XE Software, Version 17.06.05",
        None,
        ("network", "Cisco IOS XE", "17.06.05", "2024-07-30"),
    ),
    (
        "Cisco IOS Software 15.2(4)E10",
        None,
        ("network", "Cisco IOS Software 15.2(4)E10", None, None),
    ),
    ("PAN-OS 10.1.6-h3", None, ("network", "PAN-OS", "10.1.6-h3", "2024-12-01")),
    ("FortiOS v7.0.5", None, ("network", "FortiOS", "7.0.5", "2025-09-30")),
    ("BIG-IP 15.1", None, ("network", "F5 BIG-IP", "15.1", "2024-12-31")),
    ("NetApp ONTAP 9.12.1P4", None, ("storage", "NetApp ONTAP", "9.12.1P4", "2026-02-28")),
    ("Plan 9", "4", (None, "Plan 9", "4", None)),
]


def test_an_operating_system_is_named_cleanly_and_dated():
    rows = [{**SERVER, "os_name": name, "os_version": version} for name, version, _ in SYSTEMS]
    classified = classify(inventory_assets(*rows), TODAY)
    systems = classified.select("os_family", "os_name", "os_version", "eol_date").rows()
    assert systems == [expected for _, _, expected in SYSTEMS]
    undated = classified["eol_date"].is_null()
    assert ((classified["eol_status"] == "unknown") == undated).all()


PRODUCTS = {
    "Oracle 19c": "2029-12-31",
    "Oracle Database 12c Release 2": "2022-03-31",
    "Oracle 12c": None,
    "PostgreSQL 16": "2028-11-09",
    "Microsoft SQL Server 2016": "2026-07-14",
    "SQL Server 2016 SP1": "2019-07-09",
    "MySQL 8.0.33": "2026-04-30",
    "ClickHouse 24.1": None,
}


def test_a_database_ends_with_its_product():
    rows = [{**DATABASE, "product": product} for product in PRODUCTS]
    ends = classify(inventory_assets(*rows), TODAY)["eol_date"].to_list()
    assert dict(zip(PRODUCTS, ends, strict=True)) == PRODUCTS


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2023, 10, 10), "supported"),
        (date(2023, 10, 11), "extended"),
        (date(2026, 10, 13), "extended"),
        (date(2026, 10, 14), "ended"),
    ],
)
def test_support_is_judged_on_the_given_day(day, status):
    assert judge(day, **SERVER, os_name="Windows Server 2012 R2")["eol_status"] == status


def test_a_cycle_without_a_date_is_over_or_not():
    solaris = judge(**SERVER, os_name="Oracle Solaris 11.2")
    assert (solaris["eol_date"], solaris["eol_status"]) == (None, "ended")


def test_what_has_no_end_has_no_status():
    assert judge(**SERVER)["eol_status"] is None


def test_a_stack_of_products_has_no_single_end():
    application = {"asset_id": "1", "name": "x", "declared_type": "application"}
    assert judge(**application, product="PHP 7.4, PostgreSQL 12")["eol_status"] is None

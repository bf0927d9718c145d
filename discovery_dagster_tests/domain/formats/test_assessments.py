"""What assessments say beside machines: SQL Server, web applications, costs; facts of RVTools."""

from discovery_dagster.domain import formats
from discovery_dagster_tests.domain.sources import counts, records_of, table

INSTANCES = table(
    ["Machine Name", "SQL Instance", "Environment", "SQL Edition", "SQL Version", "Support Status",
     "Machine ID"],
    ("sql01", "MSSQLSERVER", "Prod", "Standard Edition", "SQL Server 2012", "Ended", "/m/1"),
    ("sql01", "CRM", "Prod", "Standard Edition", "SQL Server 2019", "Mainstream", "/m/1"),
    sheet="SQL_All_Instances",
)  # fmt: skip
WEB = table(
    ["Machine Name", "Web Application Name", "Environment", "App Service Plan", "Machine ID"],
    ("web01", "Default Web Site", "Prod", "Plan-001", "/m/2"),
    ("web02", "Default Web Site", "Prod", "Plan-001", "/m/3"),
    sheet="WebApp_PaaS",
)
COSTS = table(
    ["Migration Strategy", "Workload", "Source Count", "Target Count"],
    ("Lift-and-Shift/Rehost", "Servers - Prod", "1", "1"),
    sheet="Financial_Summary",
)


def reshaped(*sources):
    return records_of(*formats.reshape(sources))


def test_sql_instances_are_databases_on_their_machines_called_as_sql_server_calls_them():
    records = reshaped(INSTANCES)
    facts = records.assets.select("name", "declared_type", "product", "status", "provider_id")
    assert facts.rows() == [
        ("sql01\\MSSQLSERVER", "database", "SQL Server 2012 Standard Edition", None, None),
        ("sql01\\CRM", "database", "SQL Server 2019 Standard Edition", None, None),
    ]
    assert set(records.relations.select("relation", "target").rows()) == {("runs_on", "sql01")}


def test_web_applications_of_one_name_stay_those_of_their_machines():
    records = reshaped(WEB)
    assert records.assets.select("name", "scope", "declared_type").rows() == [
        ("Default Web Site", "web01", "application"),
        ("Default Web Site", "web02", "application"),
    ]
    assert records.relations["target"].to_list() == ["web01", "web02"]


def test_lines_of_costs_are_no_things():
    assert counts(reshaped(COSTS)) == {"ignored": 1}


VDISK = table(
    ["VM", "Template", "Disk", "Capacity MiB", "Raw", "Thin", "Disk Mode", "Sharing mode"],
    ("db1", "False", "Hard disk 1", "81920", "False", "True", "persistent", "sharingNone"),
    (
        "db1",
        "False",
        "Hard disk 2",
        "40960",
        "True",
        "False",
        "independent_persistent",
        "sharingMultiWriter",
    ),
    ("gold", "True", "Hard disk 1", "81920", "False", "True", "persistent", "sharingNone"),
    sheet="vDisk",
)
VPARTITION = table(
    ["VM", "Disk", "Capacity MiB", "Consumed MiB"],
    ("db1", "/", "40960", "10240"),
    ("db1", "/data", "81920", "20480"),
    sheet="vPartition",
)
VSNAPSHOT = table(
    ["VM", "Name", "Date / time", "Size MiB (total)"],
    ("db1", "before", "2024-02-01 10:00:00", "512"),
    ("db1", "after", "2024-01-01 10:00:00", "256"),
    sheet="vSnapshot",
)
VTOOLS = table(
    ["VM", "VM Version", "Tools", "Tools Version", "Folder"],
    ("db1", "19", "toolsOld", "10000", "prod"),
    sheet="vTools",
)
VCD = table(["VM", "Connected", "Device Type"], ("db1", "True", "ISO"), sheet="vCD")


def test_rvtools_parts_of_machines_are_facts_about_them():
    records = reshaped(VDISK, VPARTITION, VSNAPSHOT, VTOOLS, VCD)
    assert set(records.assets["name"]) == {"db1"}
    assert records.assets["detail"].all()
    customs = records.assets.select("custom").unique().sort("custom")["custom"].to_list()
    assert customs == [
        '{"Connected CD drives":"1"}',
        '{"Partitions capacity MiB":"122880","Partitions used MiB":"30720"}',
        '{"Raw device mappings":"1","Thin disks":"1","Independent disks":"1","Shared disks":"1",'
        '"Largest disk MiB":"81920"}',
        '{"Snapshots":"2","Snapshots MiB":"768","Oldest snapshot":"2024-01-01 10:00:00"}',
        '{"VMware Tools":"toolsOld","VMware Tools version":"10000","Hardware version":"19"}',
    ]
    assert counts(records) == {"accepted": 8, "ignored": 1}

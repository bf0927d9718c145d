import pytest

from discovery_dagster.domain import formats
from discovery_dagster_tests.domain.sources import table

VINFO = ["VM", "Powerstate", "CPUs", "Memory", "Host", "Cluster"]


def named(header, *rows, **place):
    recognised = formats.recognise(table(header, *rows, **place))
    return recognised and recognised.name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (["Dependency Direction", "Dependency", "Application Name", "Record Type 1"],
         "konveyor.applications"),
        (VINFO, "rvtools.vinfo"),
        (["Machine Name", "Cores", "Memory (in MB)", "IP Addresses", "Machine ID"],
         "azure_migrate.discovery_report"),
        (["Time slot", "Source server name", "Source IP", "Destination server name",
          "Destination IP", "Destination port"], "azure_migrate.dependencies"),
        (["name", "sys_id", "sys_class_name", "ip_address", "os"],
         "servicenow.configuration_items"),
        (["name", "ip_address", "ram", "disk_space", "cpu_count"], "servicenow.servers"),
        (["Name", "databaseEngine", "server", "storageSize"], "servicenow.databases"),
        (["Name", "productType", "technology"], "servicenow.applications"),
        (["parent", "type", "child", "sys_id"], "servicenow.relations"),
        (["parent", "child", "callCount"], "jaeger.dependencies"),
        (["srcaddr", "dstaddr", "srcport", "dstport", "vpc-id", "action"], "aws.vpc_flow_log"),
        (["srcaddr", "dstaddr", "srcport", "dstport", "log_status"], "aws.vpc_flow_log"),
        (["Source", "Target", "Weight"], "graph.edges"),
        (["Quelle", "Ziel"], "generic.relations"),
        (["Hostname", "Betriebssystem"], "generic.assets"),
        (["server_name", "app_name"], "generic.assets"),
        (["Name", "RAM", "Disk Space", "CPU Count"], "generic.assets"),
        (["test"], None),
        (["Zip", "Cost Center"], None),
        ([], None),
    ],
)  # fmt: skip
def test_headers_tell_the_format_in_any_column_order(header, name):
    assert named(header) == name
    assert named(header[::-1]) == name


def test_tabs_of_rvtools_are_told_by_their_sheet_or_their_file():
    assert named(["Host", "# Cores"], sheet="vHost") == "rvtools.vhost"
    assert named(["Name", "Message"], sheet="vHealth") == "rvtools.vhealth"
    assert named(["Name", "Message"], file="RVTools_tabvHealth.csv") == "rvtools.vhealth"
    assert named(["VM", "Status"], sheet="dvPort") == "rvtools.dvport"


def test_a_list_of_events_is_no_list_of_things():
    spans = [(f"{span}", "cart-1") for span in range(200)]
    assert named(["SpanID", "PodName"], *spans) is None
    assert named(["Container ID", "PodName"], *[(a, f"pod-{a}") for a, _ in spans]) is not None


def test_a_format_is_found_again_by_its_name():
    for name, known in formats.FORMATS.items():
        assert formats.format_named(name) is known
    assert formats.format_named("unrecognised") is formats.UNRECOGNISED
    with pytest.raises(KeyError):
        formats.format_named("nothing")


def test_formats_that_ignore_their_records_say_why():
    ignoring = {formats.Kind.IGNORED, formats.Kind.WAITING}
    for known in [*formats.FORMATS.values(), formats.UNRECOGNISED]:
        assert (known.reason is not None) == (known.kind in ignoring)

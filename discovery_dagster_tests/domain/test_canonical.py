import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.tables import (
    ASSET_RECORDS,
    ISSUES,
    RECORD_OUTCOMES,
    RELATION_RECORDS,
    conform,
)
from discovery_dagster_tests.domain.sources import counts, records_of, table, with_outcome

KONVEYOR = ["Record Type 1", "Application Name", "Dependency", "Dependency Direction"]
RELATIONS = ["parent", "parentClass", "child", "childClass", "type"]
FLOWS = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "start", "end", "action",
         "log-status"]  # fmt: skip


def asset(*args):
    return records_of(table(*args)).assets.row(0, named=True)


def relations_of(source, *columns):
    return records_of(source).relations.select(columns or ("source", "relation", "target")).rows()


def flow(source, target, source_port, target_port, action="ACCEPT", start="1700000000"):
    return (source, target, source_port, target_port, "6", start, "1700000060", action, "OK")


def test_a_record_without_name_is_named_by_its_host_name_or_identifier():
    header = ["Name", "FQDN", "Serial Number", "IP Address", "OS"]
    rows = [("a", None, None, None), (None, "B.acme.example", "1X", None), (None, None, "2X", None),
            (None, None, None, "10.0.0.1", "RHEL 8")]  # fmt: skip
    assert records_of(table(header, *rows)).assets["name"].to_list() == [
        "a",
        "B.acme.example",
        "2X",
        "10.0.0.1",
    ]


def test_a_record_that_names_nothing_is_rejected_with_its_reason():
    records = records_of(table(["Name", "OS"], ("a", "RHEL"), ("N/A", "RHEL"), (None, "RHEL")))
    assert counts(records) == {"accepted": 1, "rejected": 2}
    assert records.issues["severity"].to_list() == ["error", "error"]
    assert records.issues["line"].to_list() == [3, 4]


def test_host_names_are_parted_from_their_domain_whichever_column_has_them():
    row = asset(["Name", "Hostname"], ("Shop", "WEB-01.acme.example"))
    assert (row["hostname"], row["fqdn"]) == ("web-01", "web-01.acme.example")
    row = asset(["Name", "FQDN"], ("Shop", "web-01"))
    assert (row["hostname"], row["fqdn"]) == ("web-01", None)


def test_a_bad_cell_is_a_warning_and_does_not_cost_the_record():
    records = records_of(table(["Name", "IP Address", "CPU"], ("a", "10.0.0.1", "2"),
                               ("b", "10.0.0.2", "4"), ("c", "10.0.0.300", "-1")))  # fmt: skip
    assert counts(records) == {"accepted": 3}
    assert records.assets["cpu_cores"].to_list() == [2, 4, None]
    issues = records.issues.select("line", "column", "field", "severity", "value").rows()
    assert issues == [
        (4, "IP Address", "ip_addresses", "warning", "10.0.0.300"),
        (4, "CPU", "cpu_cores", "warning", "-1"),
    ]
    assert '"10.0.0.300"' in records.issues["message"][0]


def test_columns_nobody_understands_are_kept_as_they_stood():
    row = asset(["Name", 'Say "x"', "Zip", "Zip"], ("a", 'b"c', "1", None))
    assert json.loads(row["custom"]) == {'Say "x"': 'b"c', "Zip": "1"}
    assert asset(["Name"], ("a",))["custom"] is None


@pytest.mark.parametrize(
    ("word", "asset_type"),
    [("VM", "virtual_machine"), ("Datenbank", "database"), ("cmdb_ci_linux_server", "server"),
     ("Virtuelle Maschine", "virtual_machine"), ("Toaster", None)],
)  # fmt: skip
def test_type_words_are_read_and_unknown_ones_kept(word, asset_type):
    row = asset(["Name", "Type"], ("a", word))
    assert (row["declared_type"], row["declared_type_text"]) == (asset_type, word)


def test_the_header_that_names_the_records_states_their_type():
    assert asset(["VM Name", "OS"], ("a", "RHEL"))["declared_type"] == "virtual_machine"
    assert asset(["Database Name", "Type"], ("a", "Oracle"))["declared_type"] == "database"
    row = asset(["Server Name", "Type"], ("a", "VM"))
    assert row["declared_type"] == "virtual_machine"


def test_vmware_serial_numbers_are_the_uuid_of_the_machine():
    serial = "VMware-42 15 c1 f4 11 11 22 22-33 33 44 44 55 55 66 66"
    assert asset(["Name", "Serial Number"], ("a", serial))["smbios_uuid"] == (
        "4215c1f4-1111-2222-3333-444455556666"
    )


def test_columns_that_name_other_things_become_relations():
    source = table(
        ["Name", "Depends On", "Used By", "Server"],
        ("app", "db1; db2;ALL;app", "portal", "srv1"),
        ("other", "N/A", "TBD", "none"),
    )
    assert relations_of(source) == [
        ("app", "depends_on", "db1"),
        ("app", "depends_on", "db2"),
        ("portal", "depends_on", "app"),
        ("app", "runs_on", "srv1"),
    ]


def test_relations_are_turned_so_that_the_source_needs_the_target():
    source = table(
        RELATIONS,
        ("app", "cmdb_ci_appl", "db", "cmdb_ci_database", "Depends on::Used by"),
        ("srv", "cmdb_ci_server", "db", "cmdb_ci_database", "Contains::Contained by"),
        ("cl", "cmdb_ci_cluster", "srv", "cmdb_ci_server", "Contains::Contained by"),
        ("db", None, "app", None, "Used by"),
        ("cl", None, "node", None, "Members::Member of"),
        ("a", None, "b", None, "Receives data from"),
        ("srv", None, "app", None, "Hosts"),
    )
    assert relations_of(source) == [
        ("app", "depends_on", "db"),
        ("db", "runs_on", "srv"),
        ("srv", "member_of", "cl"),
        ("app", "depends_on", "db"),
        ("node", "member_of", "cl"),
        ("b", "connects_to", "a"),
        ("app", "runs_on", "srv"),
    ]


def test_types_are_turned_with_their_ends():
    row = ("srv", "cmdb_ci_server", "db", "cmdb_ci_database", "Contains::Contained by")
    assert relations_of(table(RELATIONS, row), "source_type", "target_type") == [
        ("database", "server")
    ]


def test_an_unknown_phrase_rejects_the_record_and_is_never_guessed():
    records = records_of(
        table(
            RELATIONS,
            ("a", None, "b", None, "Frobnicates::Frobnicated by"),
            ("a", None, "b", None, None),
            ("a", None, "b", None, "Managed by::Manages"),
            ("a", None, "A", None, "Depends on"),
            (None, None, "TBD", None, "Depends on"),
        )
    )
    assert records.relations.is_empty()
    outcomes = ["rejected", "rejected", "ignored", "ignored", "rejected"]
    assert records.outcomes["outcome"].to_list() == outcomes
    assert '"Frobnicates::Frobnicated by"' in records.issues["message"][0]
    assert records.issues.filter(pl.col("line") == 6)["code"].to_list() == [
        "no_source",
        "no_target",
    ]


def test_an_end_that_is_an_address_names_no_asset():
    row = relations_of(
        table(["Source", "Target"], ("app", "10.0.0.1")),
        "target",
        "target_address",
        "target_names_asset",
    )
    assert row == [(None, "10.0.0.1", False)]


def test_konveyor_directions_say_who_needs_whom():
    rows = [("2", "Gateway", "Inventory", "southbound"), ("2", "Gateway", "Shop", "Northbound")]
    assert relations_of(table(KONVEYOR, *rows)) == [
        ("Gateway", "depends_on", "Inventory"),
        ("Shop", "depends_on", "Gateway"),
    ]


def test_konveyor_records_of_another_type_or_direction_are_rejected_with_what_is_allowed():
    records = records_of(
        table(
            KONVEYOR,
            ("3", "A", None, None),
            (None, "B", None, None),
            ("2", "A", "B", "eastbound"),
            ("2", "A", None, "southbound"),
            ("1", None, None, None),
            ("1.0", "C", None, None),
        )
    )
    assert counts(records) == {"rejected": 5, "accepted": 1}
    messages = records.issues["message"].to_list()
    assert '"3"' in messages[0]
    assert "1 = application and 2 = dependency" in messages[0]
    assert "empty" in messages[1]
    assert "southbound or northbound" in messages[2]


def test_tags_that_a_record_has_twice_say_nothing():
    header = [*KONVEYOR, "Tag Category 1", "Tag 1", "Tag Category 2", "Tag 2"]
    rows = [("1", "A", None, None, "Operating System", "RHEL 8", "Runtime", "Tomcat"),
            ("1", "B", None, None, "Runtime", "Java", "Runtime", "Tomcat")]  # fmt: skip
    assets = records_of(table(header, *rows)).assets
    assert assets.select("os_name", "product").rows() == [("RHEL 8", "Tomcat"), (None, None)]


def test_templates_and_placeholders_of_rvtools_are_ignored_with_the_reason():
    header = ["VM", "Powerstate", "CPUs", "Memory", "Template", "SRM Placeholder"]
    rows = [("a", "poweredOn", "2", "8192", "False", "False"),
            ("t", "poweredOff", "x", "8192", "True", "False"),
            ("p", "poweredOff", "2", "8192", "False", "True")]  # fmt: skip
    records = records_of(table(header, *rows))
    assert counts(records) == {"accepted": 1, "ignored": 2}
    assert "template" in records.outcomes["reason"][1]
    assert records.issues.is_empty()


def test_both_generations_of_rvtools_headers_are_mebibytes():
    for unit in ("MiB", "MB"):
        header = ["VM", "Powerstate", "CPUs", "Memory", f"Provisioned {unit}"]
        row = asset(header, ("a", "poweredOn", "2", "8192", "122880"))
        assert (row["memory_gb"], row["storage_gb"]) == (8.0, 128.85)


def test_the_guests_own_word_for_its_system_comes_first():
    header = ["VM", "Powerstate", "CPUs", "Memory", "OS according to the configuration file",
              "OS according to the VMware Tools"]  # fmt: skip
    rows = [
        ("a", "on", "2", "1024", "Other Linux", "RHEL 8"),
        ("b", "on", "2", "1024", "SLES", None),
    ]
    assert records_of(table(header, *rows)).assets["os_name"].to_list() == ["RHEL 8", "SLES"]


def test_flows_of_a_connection_are_one_relation_from_client_to_listener():
    source = table(
        FLOWS,
        flow("10.0.0.1", "10.0.0.2", "45000", "443", start="1700000100"),
        flow("10.0.0.2", "10.0.0.1", "443", "45000"),
        flow("10.0.0.1", "10.0.0.2", "45001", "443"),
        flow("10.0.0.3", "10.0.0.2", "8080", "5432"),
        flow("10.0.0.2", "10.0.0.4", "15999", "51000"),
    )
    columns = ("line", "source_address", "target_address", "port", "protocol", "count", "relation")
    assert relations_of(source, *columns) == [
        (2, "10.0.0.1", "10.0.0.2", 443, "tcp", 3, "connects_to"),
        (5, "10.0.0.3", "10.0.0.2", 5432, "tcp", 1, "connects_to"),
        (6, "10.0.0.4", "10.0.0.2", 15999, "tcp", 1, "connects_to"),
    ]
    seen = relations_of(source, "first_seen", "last_seen")[0]
    assert seen == ("2023-11-14T22:13:20Z", "2023-11-14T22:14:20Z")


def test_the_first_segment_tells_who_opened_a_connection():
    header = [*FLOWS, "tcp-flags"]
    reply = (*flow("10.0.0.1", "10.0.0.2", "50100", "50200"), "18")
    assert relations_of(table(header, reply), "source_address", "port") == [("10.0.0.2", 50100)]


def test_flows_that_used_nothing_are_ignored_with_the_reason():
    nothing = ("-", "-", "-", "-", "-", "1700000000", "1700000060", "-", "NODATA")
    records = records_of(
        table(
            FLOWS,
            flow("10.0.0.1", "10.0.0.2", "45000", "3389", "REJECT"),
            nothing,
            flow("10.0.0.1", "10.0.0.1", "45000", "443"),
            flow("x", "10.0.0.1", "45000", "443"),
        )
    )
    assert records.outcomes["outcome"].to_list() == ["ignored", "ignored", "ignored", "rejected"]
    assert records.outcomes["reason"].null_count() == 1


def test_named_servers_of_a_dependency_export_declare_assets():
    header = ["Source server name", "Source IP", "Source process", "Destination server name",
              "Destination IP", "Destination process", "Destination port"]  # fmt: skip
    source = table(header, ("a", "10.0.0.1", "java", "b", "10.0.0.2", "sqlservr", "1433"))
    columns = ("source", "source_names_asset", "target", "target_address", "port", "detail")
    assert relations_of(source, *columns) == [("a", True, "b", "10.0.0.2", 1433, "java → sqlservr")]


def test_records_that_their_reader_judged_keep_that_judgement():
    source = table(["Name"], ("a",), ("b",), ("c",), (None,))
    source = with_outcome(source, 1, "rejected", "too_many_cells")
    source = with_outcome(source, 2, "ignored", "blank_line")
    records = records_of(source)
    outcomes = ["accepted", "rejected", "ignored", "ignored"]
    assert records.outcomes["outcome"].to_list() == outcomes
    assert records.issues["code"].to_list() == ["too_many_cells"]
    assert records.assets["name"].to_list() == ["a"]


def test_a_table_nobody_recognises_is_ignored_with_the_reason():
    records = records_of(table(["Foo"], ("a",)))
    assert counts(records) == {"ignored": 1}
    assert records.outcomes["reason"][0]


def test_records_are_numbered_through_all_tables():
    records = records_of(table(["Name"], ("a",), ("b",)), table(["Name"], ("c",)))
    assert records.assets["record"].to_list() == [0, 1, 2]
    assert records.outcomes["table"].to_list() == [0, 0, 1]


WORDS = st.none() | st.sampled_from(
    ["1", "2", "3", "app", "db", "southbound", "-", "N/A", "10.0.0.1", "true", "REJECT", "443",
     "Depends on", "Contains::Contained by", "8 GB", "", "x" * 70, "a;b", "\x00", "ü"]
)  # fmt: skip
HEADERS = st.sampled_from(
    [KONVEYOR, RELATIONS, FLOWS, ["Name", "IP Address", "RAM (GB)", "Depends On", "Foo", "Foo"],
     ["VM", "Powerstate", "CPUs", "Memory", "Template", "Host"], ["App Name", "Server", "Database"],
     ["Source", "Target", "Type", "Port"], ["Name", "productType", "technology"]]
)  # fmt: skip


@settings(deadline=None)
@given(data=st.data(), header=HEADERS)
def test_every_record_has_exactly_one_outcome_and_a_reason_where_it_needs_one(data, header):
    rows = data.draw(st.lists(st.tuples(*[WORDS] * len(header)), max_size=6))
    source = table(header, *rows)
    if rows:
        at = data.draw(st.integers(0, len(rows) - 1))
        source = with_outcome(source, at, "rejected", "too_many_cells")
    records = records_of(source)
    conform(records.assets, ASSET_RECORDS)
    conform(records.relations, RELATION_RECORDS)
    conform(records.outcomes, RECORD_OUTCOMES)
    conform(records.issues, ISSUES)
    assert records.outcomes["line"].to_list() == source.records["line"].to_list()
    assert set(records.outcomes["outcome"]) <= {"accepted", "rejected", "ignored"}
    ignored = records.outcomes["outcome"] == "ignored"
    assert (records.outcomes["reason"].is_not_null() == ignored).all()
    errors = set(records.issues.filter(pl.col("severity") == "error")["line"])
    assert errors == set(records.outcomes.filter(outcome="rejected")["line"])
    accepted = set(records.outcomes.filter(outcome="accepted")["line"])
    assert set(records.assets["line"]) | set(records.relations["line"]) <= accepted
    assert records.assets["name"].null_count() == 0

"""Columns that say which things the records are: refused by values, rivals, unknown headers."""

import polars as pl
import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.mapping import map_table
from discovery_dagster.domain.mapping.warnings import column_warnings
from discovery_dagster_tests.domain.sources import counts, fields_of, records_of, table

pytestmark = pytest.mark.pipeline


def columns_of(source):
    mapping = map_table(0, source, formats.recognise(source) or formats.UNRECOGNISED)
    return mapping.select("column", "field", "status", "conflict").rows()


def warnings_of(source):
    mapping = map_table(0, source, formats.recognise(source))
    return {
        warning.column: warning.message
        for warning in column_warnings(mapping.iter_rows(named=True))
    }


@pytest.mark.parametrize(
    "values",
    [
        ("2023-05-06", "2024-01-31"),
        ("06.05.2023", "31.01.2024"),
        ("6-May-23", "31-Jan-24"),
        ("6. März 2023", "31. Januar 2024"),
        ("May 6, 2023", "Jan 31, 2024"),
        ("2023-05-06 10:15:00", "2024-01-31 09:00:00"),
        ("yes", "no"),
        ("4", "17"),
        ("3.5", "2.25"),
        ("12 GB", "1.5 TB"),
        ("30 days", "2 months"),
        ("1.2.3", "8.4.1-2"),
        ("a.miller@corp.example", "b.smith@corp.example"),
    ],
)
@pytest.mark.parametrize(
    "header",
    ["Installed On", "Runs On", "Host", "Depends On", "Installiert auf", "Hébergé sur", "Cluster"],
)
def test_what_can_be_no_host_is_no_relation_whatever_its_header(header, values):
    source = table(["Hostname", header], *zip(["crm01", "erp01"], values, strict=True))
    assert fields_of(source) == {"Hostname": "hostname"}
    records = records_of(source)
    assert records.relations.is_empty()
    assert all(
        value in custom for value, custom in zip(values, records.assets["custom"], strict=True)
    )


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Installed On", ("esx-01", "esx-02")),
        ("Runs On", ("10.1.0.5", "10.1.0.6")),
        ("Depends On", ("mar-01", "dec-10")),
        ("Depends On", ("CRM 2.0", "SAP ERP 6.0")),
        ("Depends On", ("srv1", "2024-01-31")),
    ],
)
def test_hosts_stay_relations_though_some_look_like_other_things(header, values):
    source = table(["Hostname", header], *zip(["crm01", "erp01"], values, strict=True))
    assert fields_of(source)[header] in {"runs_on", "depends_on"}


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Owner Server?", ("yes", "no")),
        ("Environment", ("true", "false")),
        ("Location", ("2023-05-06", "2024-01-31")),
        ("OS", ("12 GB", "16 GB")),
    ],
)
def test_what_is_no_word_is_no_field_of_words(header, values):
    source = table(["Hostname", header], *zip(["crm01", "erp01"], values, strict=True))
    assert fields_of(source) == {"Hostname": "hostname"}


@pytest.mark.parametrize("header", ["System", "eSYS", "Name", "Hostname"])
@pytest.mark.parametrize(
    "values", [("4.5", "2.25"), ("1", "2"), ("70%", "35%"), ("2024-01-31",) * 2]
)
def test_scores_and_dates_are_no_names_and_no_assets(header, values):
    source = table(["Criterion", header], *zip(["Fit", "Cost"], values, strict=True))
    assert records_of(source).assets.is_empty()
    assert header in warnings_of(source)


@pytest.mark.parametrize("values", [("1042", "2077"), ("00017", "00018"), ("web01", "7")])
def test_numbers_that_tell_records_apart_may_be_names(values):
    source = table(["System", "OS"], *((value, "RHEL 8") for value in values))
    assert records_of(source).assets["name"].to_list() == list(values)


def test_scores_under_the_word_for_a_system_leave_the_host_names_alone():
    source = table(["System", "Server"], ("4.5", "crm01"), ("2.25", "erp01"))
    assert fields_of(source) == {"Server": "name"}


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Hostname", ("web server 1", "web server 2"), "hostname"),
        ("IP Address", ("see sheet 2", "to follow"), "ip_addresses"),
        ("MAC", ("not known yet", "ask network"), "mac_addresses"),
        ("Nom d'hôte", ("serveur web 1", "serveur web 2"), "hostname"),
        ("FQDN", ("2024-01-31", "2024-02-28"), "fqdn"),
    ],
)
def test_a_refused_column_of_a_key_field_is_said_with_its_values_and_what_to_do(
    header, values, field
):
    rows = zip(["SN-20001", "SN-20002"], values, strict=True)
    source = table(["Serial Number", header], *rows)
    (message,) = warnings_of(source).values()
    assert f'"{values[0]}" and "{values[1]}"' in message
    assert f'discovery mapping accept "a.csv" "{header}" {field}' in message
    issue = records_of(source).issues.row(0, named=True)
    assert (issue["line"], issue["field"], issue["code"]) == (1, field, "column_not_used")
    assert (issue["severity"], issue["message"]) == ("warning", message)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (["Hostname", "IP Address"], [("crm01", "10.1.0.1 (lan)"), ("erp01", "10.1.0.2 (lan)")]),
        (["Hostname", "IP Address"], [("crm01 (old)", "10.1.0.1"), ("erp01 (new)", "10.1.0.2")]),
        (["Name", "Display Name"], [("crm01", "CRM"), ("erp01", "ERP")]),
        (["Name", "Remark"], [("crm01", "10.1.0.1"), ("erp01", "10.1.0.2")]),
        (["Name", "Host"], [("crm01", "esx1"), ("erp01", "esx1")]),
    ],
)
def test_nothing_is_said_where_every_key_column_is_used(header, rows):
    assert warnings_of(table(header, *rows)) == {}


@pytest.mark.parametrize(
    ("one", "other", "names", "fqdns"),
    [
        (("crm01", "erp01"), ("crm01.corp.example", "erp01.corp.example"), ["crm01", "erp01"],
         ["crm01.corp.example", "erp01.corp.example"]),
        (("crm01.corp.example", "erp01.corp.example"), ("CRM01", "ERP01"),
         ["crm01.corp.example", "erp01.corp.example"], [None, None]),
        (("crm01", None), ("crm01.corp.example", "erp01.corp.example"),
         ["crm01", "erp01.corp.example"], ["crm01.corp.example", "erp01.corp.example"]),
        (("Customers", "Planning"), ("crm box", "erp box"), ["Customers", "Planning"],
         [None, None]),
        (("Customers", None), ("crm box", "erp box"), ["Customers", "erp box"], [None, None]),
    ],
)  # fmt: skip
def test_of_two_columns_of_names_one_names_the_records(one, other, names, fqdns):
    rows = zip(one, other, ["10.1.0.1", "10.1.0.2"], ["RHEL 8"] * 2, strict=True)
    assets = records_of(table(["Name", "Name", "IP Address", "OS"], *rows)).assets
    assert assets["name"].to_list() == names
    assert assets["fqdn"].to_list() == fqdns


def test_a_rival_that_says_something_else_is_proposed():
    source = table(["Name", "Name"], ("Customers", "crm box"), ("Planning", "erp box"))
    assert columns_of(source) == [
        ("Name", "name", "accepted", "Name"),
        ("Name", "name", "proposed", "Name"),
    ]


HOSTS = ("crm01", "crm02", "erp01")


@pytest.mark.parametrize("label", ["CI Label", "Bezeichner", "Rótulo"])
@pytest.mark.parametrize("used_for", ["Application(s)", "Anwendung", "Application Name"])
def test_machines_below_an_unknown_header_do_not_become_their_applications(label, used_for):
    rows = zip(HOSTS, ["10.1.0.1", "10.1.0.2", "10.1.0.3"], ["CRM", "CRM", "ERP"], strict=True)
    source = table([label, "IP Address", used_for], *rows)
    assert columns_of(source) == [
        (label, "name", "proposed", used_for),
        ("IP Address", "ip_addresses", "accepted", None),
        (used_for, "applications", "accepted", label),
    ]
    assert list(warnings_of(source)) == [label]
    assets = records_of(source).assets
    assert assets["declared_type"].to_list() == [None] * 3
    assert assets["applications"].to_list() == [["CRM"], ["CRM"], ["ERP"]]


def test_names_below_an_unknown_header_are_proposed_beside_addresses():
    rows = zip(HOSTS, ["10.1.0.1", "10.1.0.2", "10.1.0.3"], strict=True)
    source = table(["CI Label", "IP Address"], *rows)
    assert columns_of(source)[0] == ("CI Label", "name", "proposed", None)
    assert counts(records_of(source)) == {"accepted": 3}


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Ticket No.", ("CHG1", "CHG2", "CHG3")),
        ("Gateway", ("gw1", "gw2", "gw3")),
        ("Remark", ("old box", "new box", "spare")),
        ("Build", ("1.2.3", "1.2.4", "1.2.5")),
        ("Rack Row", ("r1", "r1", "r2")),
    ],
)
def test_what_is_no_name_below_an_unknown_header_is_not_proposed(header, values):
    rows = zip(values, ["CRM", "CRM", "ERP"], strict=True)
    source = table([header, "Application"], *rows)
    assert fields_of(source)["Application"] == "name"
    assert not {"proposed"} & {status for _, _, status, _ in columns_of(source)}


def test_applications_that_stand_once_name_their_records():
    rows = zip(HOSTS, ["CRM", "CRM Test", "ERP"], strict=True)
    assert fields_of(table(["CI Label", "Application"], *rows)) == {"Application": "name"}


FREE = ["Available", "reserved", "FREE", "Unused", "frei", "libre", "Reservado"]


@pytest.mark.parametrize("state", FREE)
@pytest.mark.parametrize("header", ["Name", "Hostname", "DNS Name"])
def test_a_free_address_is_no_asset(header, state):
    rows = [("10.1.0.1", "crm01", "Used"), ("10.1.0.2", None, state), ("10.1.0.3", None, "Used")]
    records = records_of(table(["IP Address", header, "Status"], *rows))
    assert records.assets["name"].to_list() == ["crm01"]
    assert counts(records) == {"accepted": 1, "ignored": 2}
    assert records.outcomes["reason"].null_count() == 1


def test_an_address_of_which_more_is_known_is_a_thing_without_a_name():
    rows = [("10.1.0.1", "RHEL 8", "up"), ("10.1.0.2", None, "up"), ("10.1.0.3", "RHEL 8", "Free")]
    records = records_of(table(["IP", "OS", "Status"], *rows))
    assert records.assets["name"].to_list() == ["10.1.0.1"]
    assert records.issues.select("line", "code", "message").rows() == [
        (2, "no_name", "The record has no name; it is called by its IP address.")
    ]


def test_a_named_reservation_and_a_refused_name_stay_things():
    named = table(["IP", "Name", "Status"], ("10.1.0.1", "crm01", "Reserved"))
    assert counts(records_of(named)) == {"accepted": 1}
    refused = table(["IP", "Hostname"], ("10.1.0.1", "web server 1"), ("10.1.0.2", "the other"))
    assert counts(records_of(refused)) == {"accepted": 2}


@pytest.mark.parametrize(
    ("header", "value", "noun"),
    [
        ("Serial Number", "SN-20001", "serial number"),
        ("Asset ID", "A-17", "identifier"),
        ("UUID", "4215c1f4-1111-2222-3333-444455556666", "UUID"),
        ("MAC Address", "00:50:56:01:02:03", "MAC address"),
    ],
)
def test_a_record_without_a_name_says_what_it_is_called_by(header, value, noun):
    records = records_of(table(["Name", header], ("crm01", None), (None, value)))
    assert records.assets["name"].to_list() == ["crm01", value]
    assert records.issues.select("line", "field", "message", "value", "severity").rows() == [
        (3, "name", f"The record has no name; it is called by its {noun}.", value, "warning")
    ]


MODELS = ["Name", "Manufacturer", "Model", "CPU", "RAM"]


def test_a_catalogue_of_models_lists_no_thing():
    rows = [
        ("ProLiant DL380", "HPE", "DL380", "16 cores", "256 GB"),
        ("m5.large", "AWS", "m5.large", "2 vCPU", "8 GB"),
    ]
    records = records_of(table(MODELS, *rows))
    assert records.assets.is_empty()
    assert counts(records) == {"ignored": 2}


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Location", "Hall 2"),
        ("Serial Number", "SN-20001"),
        ("IP Address", "10.1.0.1"),
        ("Environment", "prod"),
        ("Asset ID", "A-17"),
    ],
)
def test_devices_called_by_their_model_are_things_where_more_is_known(header, value):
    rows = [("DL380", "HPE", "DL380", "16", "256 GB", value)] * 2
    assert counts(records_of(table([*MODELS, header], *rows))) == {"accepted": 2}


def test_one_device_among_others_may_be_called_by_its_model():
    rows = [("crm01", "HPE", "DL380", "16", "256 GB"), ("DL380", "HPE", "DL380", "16", "256 GB")]
    assert counts(records_of(table(MODELS, *rows))) == {"accepted": 2}


@pytest.mark.parametrize(
    ("cell", "ports"),
    [
        ("88/464", [88, 464]),
        ("1521,1522", [1521, 1522]),
        ("443 (https)", [443]),
        ("tcp/443", [443]),
        ("443, 9000-9010", [443]),
        ("9000-9010", [None]),
        (None, [None]),
    ],
)
@pytest.mark.parametrize("header", [("Source", "Target"), ("Consumer", "Provider")])
def test_a_need_is_one_edge_for_each_of_its_ports(header, cell, ports):
    records = records_of(table([*header, "Port", "Protocol"], ("crm01", "db01", cell, "tcp")))
    edges = records.relations.select("source", "target", "port", "protocol").rows()
    assert edges == [("crm01", "db01", port, "tcp") for port in ports]
    assert counts(records) == {"accepted": 1}
    faulty = cell is not None and "9000-9010" in cell
    assert records.issues["value"].to_list() == ([cell] if faulty else [])


def test_the_rest_of_a_cell_is_an_issue_and_its_value_is_taken():
    rows = [("crm01", "10.1.0.1 (lan)"), ("erp01", "nic0: 10.1.0.2; nic1: 10.2.0.2")]
    records = records_of(table(["Hostname", "IP Address"], *rows))
    assert records.assets["ip_addresses"].to_list() == [["10.1.0.1"], ["10.1.0.2", "10.2.0.2"]]
    assert records.issues.select("line", "code", "severity").rows() == [
        (2, "partly_read", "warning"),
        (3, "partly_read", "warning"),
    ]
    assert records.issues["message"][0] == (
        'Only part of "10.1.0.1 (lan)" could be read as an IP address.'
    )


FLOWS = ["src_ip", "dst_ip", "dst_port", "protocol", "count"]


@pytest.mark.parametrize(
    ("target", "port"),
    [("10.1.0.9:5432", None), ("10.1.0.9", "5432"), ("10.1.0.9:1", "5432"), ("10.1.0.9:5432", "")],
)
@pytest.mark.parametrize("source", ["10.1.0.1", "10.1.0.1:50000"])
def test_an_address_with_its_port_is_an_end_and_a_port(source, target, port):
    edges = flows_of(FLOWS, (source, target, port, "tcp", "3"))
    assert edges == [("10.1.0.1", "10.1.0.9", 5432, 3)]


def test_the_port_of_one_record_is_not_that_of_another():
    edges = flows_of(
        FLOWS,
        ("2001:db8::1", "2001:db8::9", "443", "tcp", "3"),
        ("[2001:db8::1]:50000", "[2001:db8::9]:5432", None, "tcp", "1"),
    )
    assert edges == [
        ("2001:db8::1", "2001:db8::9", 443, 3),
        ("2001:db8::1", "2001:db8::9", 5432, 1),
    ]


def flows_of(header, *rows):
    records = records_of(*formats.reshape((table(header, *rows),)))
    assert records.issues.is_empty()
    return records.relations.select("source_address", "target_address", "port", "count").rows()


def test_of_two_columns_of_ports_the_first_that_says_one_gives_it():
    header = ["Source", "Target", "Port", "Target Port"]
    source = table(header, ("crm01", "db01", None, "443"), ("crm01", "db02", "88/464", None))
    edges = records_of(source).relations.select("target", "port").rows()
    assert edges == [("db01", 443), ("db02", 88), ("db02", 464)]
    assert isinstance(records_of(source).relations.schema["port"], pl.Int32)


def test_a_first_column_that_is_called_an_id_is_the_records_own():
    source = table(["sensor_id", "Name"], ("S-1", "Door"), ("S-2", "Roof"))
    assert fields_of(source) == {"sensor_id": "provider_id", "Name": "name"}


@pytest.mark.parametrize(
    ("header", "ids"),
    [
        ("sensor_id", ("1", "2")),  # it counts the records
        ("sensor_id", ("S-1", "S-1")),  # it is of another thing
        ("owner_id", ("O-1", "O-2")),
        ("disk_id", ("D-1", "D-2")),
    ],
)
def test_an_id_of_others_or_a_number_of_the_records_is_none_of_theirs(header, ids):
    source = table([header, "Name"], *zip(ids, ("Door", "Roof"), strict=True))
    assert fields_of(source) == {"Name": "name"}


def test_marks_in_a_column_name_nobody_and_nothing():
    header = ["Name", "Node Manager", "Resource Manager", "IP Address"]
    source = table(header, ("n1", "x", "x", "10.1.1.1"), ("n2", None, "x", "10.1.1.2"))
    assert fields_of(source) == {"Name": "name", "IP Address": "ip_addresses"}

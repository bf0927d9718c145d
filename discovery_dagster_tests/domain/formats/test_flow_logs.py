"""Flow logs: who opened which connection to whom."""

import json

from discovery_dagster_tests.domain.sources import counts, records_of, records_of_files, table

ENDS = ("source_address", "target_address", "port", "protocol")
ZEEK = ["ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "conn_state"]


def ends_of(source):
    return records_of(source).relations.select(ENDS).rows()


def test_the_connection_log_of_zeek_accounts_for_its_360_records(shared_data):
    records = records_of_files(shared_data / "zeek" / "zat_conn.log")
    # Beside them stand two comments below the header; of them, four attempts without an answer, one
    # broadcast and one multicast are no connection.
    assert counts(records) == {"accepted": 354, "ignored": 6 + 2}
    assert records.issues.is_empty()
    assert records.relations["first_seen"].is_not_null().all()
    assert set(records.relations["kind"]) == {"observed"}


def test_zeeks_originator_is_the_client_whatever_the_ports_say():
    source = table(ZEEK, ("1600000000.5", "10.0.0.1", "443", "10.0.0.2", "50123", "tcp", "-", "SF"))
    assert ends_of(source) == [("10.0.0.1", "10.0.0.2", 50123, "tcp")]


def test_unanswered_attempts_count_over_udp_alone():
    rows = [("1", "10.0.0.1", "5", "10.0.0.2", "514", protocol, "-", state)
            for protocol, state in (("tcp", "S0"), ("udp", "S0"), ("tcp", "REJ"))]  # fmt: skip
    records = records_of(table(ZEEK, *rows))
    assert counts(records) == {"accepted": 1, "ignored": 2}
    assert records.relations["protocol"].to_list() == ["udp"]


def test_fields_of_a_vpc_flow_log_may_stand_in_any_order():
    header = ["action", "dstport", "pkt-dstaddr", "dstaddr", "protocol", "srcport", "srcaddr"]
    row = ("ACCEPT", "5432", "10.0.1.9", "10.0.1.5", "6", "40000", "10.0.0.7")
    assert ends_of(table(header, row)) == [("10.0.0.7", "10.0.1.5", 5432, "tcp")]


def test_connections_of_application_discovery_service_go_to_their_destination():
    header = ["agent_id", "source_ip", "source_port", "destination_ip", "destination_port",
              "transport_protocol"]  # fmt: skip
    row = ("o-1", "10.0.0.7", "22", "10.0.1.5", "40022", "TCP")
    assert ends_of(table(header, row)) == [("10.0.0.7", "10.0.1.5", 40022, "tcp")]


def test_googles_flow_log_names_the_instances_where_it_knows_them():
    start = "jsonPayload.connection."
    header = [f"{start}src_ip", f"{start}src_port", f"{start}dest_ip", f"{start}dest_port",
              f"{start}protocol", "jsonPayload.src_instance.vm_name"]  # fmt: skip
    records = records_of(table(header, ("10.1.1.1", "51000", "10.1.1.2", "443", "6", "web-1")))
    assert records.relations.select("source", *ENDS).rows() == [
        ("web-1", "10.1.1.1", "10.1.1.2", 443, "tcp")
    ]


def test_nfdumps_summary_is_no_flow():
    header = ["ts", "te", "td", "sa", "da", "sp", "dp", "pr", "flg"]
    row = ("2024-05-01 10:00:00", "2024-05-01 10:00:05", "5.0", "10.0.0.1", "10.0.0.2", "50000",
           "389", "TCP", "...AP.SF")  # fmt: skip
    records = records_of(table(header, row, ("Summary",), ("flows", "bytes", "packets")))
    assert counts(records) == {"accepted": 1, "ignored": 2}
    assert records.relations.select(ENDS).rows() == [("10.0.0.1", "10.0.0.2", 389, "tcp")]


def test_azures_tuples_are_flows_on_their_own_lines_and_denied_ones_are_none(tmp_path):
    groups = [{"rule": "r", "flows": [{"mac": "000D3A", "flowTuples": [
        "1542110377,10.0.0.4,13.67.143.118,44931,443,T,O,A,B,,,,",
        "1542110379,10.0.0.9,10.0.0.4,51000,3389,T,I,D,B,,,,"]}]}]  # fmt: skip
    path = tmp_path / "nsg.json"
    path.write_text(json.dumps({"records": [{"category": "NetworkSecurityGroupFlowEvent",
                    "properties": {"Version": 2, "flows": groups}}]}, indent=1))  # fmt: skip
    records = records_of_files(path)
    assert records.relations.select(ENDS).rows() == [("10.0.0.4", "13.67.143.118", 443, "tcp")]
    assert counts(records) == {"accepted": 1, "ignored": 1}
    lines = path.read_text().split("\n")
    assert "44931" in lines[records.relations["line"][0] - 1]


def test_flow_logs_of_azures_virtual_networks_are_read(tmp_path):
    flow = "1663146003599,10.0.0.6,52.239.184.180,23956,443,6,O,B,NX,0,0,0,0"
    record = {"flowRecords": {"flows": [{"flowGroups": [{"rule": "r", "flowTuples": [flow]}]}]}}
    path = tmp_path / "vnet.json"
    path.write_text(json.dumps({"records": [record]}))
    records = records_of_files(path)
    assert records.relations.select(ENDS).rows() == [("10.0.0.6", "52.239.184.180", 443, "tcp")]
    assert records.relations["first_seen"][0].startswith("2022-09-14T09:00:03")

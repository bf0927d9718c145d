"""No flow says the opposite of what happened: what was refused or came to nothing is no need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain import formats
from discovery_dagster_tests.domain.sources import counts, fields_of, records_of, table

pytestmark = pytest.mark.pipeline

REFUSED = "The connection was refused: nothing was used."
UNANSWERED = "The connection was never answered: nothing was used."
ENDS = ("src_ip", "dst_ip", "dst_port", "proto", "bytes")
ROW = ("10.9.1.4", "10.9.2.8", "8443", "tcp", "640")


def reason(header, cells, *more):
    """Why the first of some records is left out, None where it is not."""
    records = records_of(table(header, cells, *more))
    return records.outcomes["reason"][0]


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("Action", "deny"), ("DeviceAction", "Denied"), ("Simplified Device Action", "Deny"),
        ("DvcAction", "Drop"), ("action_taken", "blocked by policy 12"),
        ("Event Result", "Failure"),
        ("disposition", "Block"), ("Verdict", "DROPPED"), ("policy_action", "reset-both"),
        ("Rule Action", "reject"), ("flow status", "Denied"), ("Aktion", "verweigert"),
        ("Entscheidung", "Verworfen (Regel 7)"), ("Décision", "Refusée"), ("Acción", "Denegado"),
        ("Ação", "Bloqueada"), ("ALLOW/DENY", "DENY"), ("accept/drop", "drop"),
        ("pass/block", "BLOCK"),
        ("permitted", "no"), ("Allowed", "false"), ("is_blocked", "yes"), ("erlaubt", "nein"),
        ("Session End Reason", "policy-deny"), ("Result", "TCP_DENIED/403"),
        ("alert.action", "blocked"),
    ],
)  # fmt: skip
def test_a_refused_flow_is_ignored_under_any_verdict(header, word):
    assert reason((*ENDS, header), (*ROW, word)) == REFUSED


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("Action", "allow"), ("Action", "Allowed (no threat blocked)"), ("Action", "close"),
        ("Action", "timeout"), ("Action", "server-rst"), ("verdict", "not blocked"),
        ("action", "alert, would drop"), ("permitted", "yes"), ("blocked", "no"), ("Result", "0"),
        ("Rule", "deny-all"), ("state", "reset"), ("state", "timeout"),
        ("session end reason", "aged-out"),
        ("state", "tcp-rst-from-server"), ("dropped", "0"), ("action", ""),
    ],
)  # fmt: skip
def test_what_was_not_refused_counts(header, word):
    assert reason((*ENDS, header), (*ROW, word)) is None


@pytest.mark.parametrize(
    "header",
    [
        ("Source", "Destination", "Port", "Action"),
        ("Source Host", "Target Host", "Service", "Verdict"),
        ("client", "server", "port", "policy_action"),
        ("parent", "child", "type", "action"),
    ],
)
def test_a_list_of_relations_declares_nothing_that_was_refused(header):
    records = records_of(
        table(
            header, ("mars-1", "venus-2", "1521", "Denied"), ("mars-1", "pluto-3", "1521", "Accept")
        )
    )
    assert "venus-2" not in records.relations["target"].to_list()
    assert records.outcomes["reason"][0] == REFUSED or header[0] == "parent"


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("closed", None), ("CLOSED", None), ("established", None), ("fin", None), ("SF", None),
        ("RSTO", None), ("TIME_WAIT", None), ("new", UNANSWERED), ("S0", UNANSWERED),
        ("SYN_SENT", UNANSWERED),
        ("[UNREPLIED]", UNANSWERED), ("INT", UNANSWERED), ("REJ", REFUSED), ("dropped", REFUSED),
    ],
)  # fmt: skip
def test_a_state_of_a_flow_says_whether_it_was_answered(state, why):
    assert reason((*ENDS, "state"), (*ROW, state)) == why


@pytest.mark.parametrize(("state", "outcome"), [("closed", "ignored"), ("LISTEN", "ignored"),
                                                ("ESTABLISHED", "accepted"),
        ("CLOSE_WAIT", "accepted")])  # fmt: skip
def test_the_same_state_of_a_socket_says_whether_it_is_connected(state, outcome):
    header = ("local_address", "local_port", "remote_address", "remote_port", "state")
    records = records_of(table(header, ("10.9.1.4", "51044", "10.9.2.8", "8443", state)))
    assert counts(records) == {outcome: 1}


def test_no_packet_back_means_no_answer_but_from_services_that_answer_nobody():
    header = (*ENDS, "packets_received")
    rows = [
        (*ROW, "0"),
        (*ROW, "12"),
        ("10.9.1.4", "10.9.2.8", "514", "udp", "300", "0"),
        ("10.9.1.4", "10.9.2.8", "514", "tcp", "300", "0"),
    ]
    reasons = records_of(table(header, *rows)).outcomes["reason"].to_list()
    assert reasons == [UNANSWERED, None, None, UNANSWERED]


def test_a_counter_that_is_always_zero_counted_nothing():
    assert reason((*ENDS, "packets_received"), (*ROW, "0"), (*ROW, "0")) is None


def test_a_flow_that_was_answered_counts_though_it_carried_nothing():
    assert reason((*ENDS, "state", "packets_received"), (*ROW[:4], "0", "SF", "0"),
                  (*ROW, "SF", "4")) is None  # fmt: skip


EVENTS = (
    "timestamp",
    "flow_id",
    "event_type",
    "src_ip",
    "src_port",
    "dest_ip",
    "dest_port",
    "proto",
)


def event(flow, kind, port="41000", turned=False):
    ends = ["10.9.1.4", port, "10.9.2.8", "443"]
    return ("2026-04-01T07:00:00Z", flow, kind, *(ends[2:] + ends[:2] if turned else ends), "TCP")


def connections(*rows, header=EVENTS):
    relations = records_of(table(header, *rows)).relations
    return relations.select("source_address", "target_address", "port", "count").rows()


def test_records_of_one_flow_are_one_connection():
    rows = [
        event("88", "alert"),
        event("88", "http"),
        event("88", "tls", turned=True),
        event("89", "tls"),
    ]
    assert connections(*rows) == [("10.9.1.4", "10.9.2.8", 443, 2)]


def test_where_a_log_has_records_of_flows_only_these_count():
    rows = [event("88", "alert"), event("88", "flow"), event("89", "dns"), event("90", "flow")]
    assert connections(*rows) == [("10.9.1.4", "10.9.2.8", 443, 2)]


def test_a_flow_of_which_one_record_says_that_it_was_refused_did_not_happen():
    header = (*EVENTS, "action")
    rows = [
        (*event("88", "start"), "allow"),
        (*event("88", "end"), "deny"),
        (*event("89", "end"), "allow"),
    ]
    assert connections(*rows, header=header) == [("10.9.1.4", "10.9.2.8", 443, 1)]


def test_an_id_that_is_given_again_between_others_is_another_flow():
    other = ("2026-04-02T07:00:00Z", "88", "flow", "10.9.1.5", "41000", "10.9.2.8", "443", "TCP")
    assert len(connections(event("88", "flow"), other)) == 2


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=1, max_size=12))
def test_as_many_connections_are_counted_as_there_are_ids(identified):
    rows = [event(flow, "tls", turned=turned) for flow, turned in identified]
    (connection,) = connections(*rows)
    assert connection == ("10.9.1.4", "10.9.2.8", 443, len({flow for flow, _ in identified}))


@pytest.mark.parametrize(
    "header",
    [
        ("timestamp", "source", "destination", "destination port", "protocol", "action"),
        ("Time", "Src", "Dst", "Port", "Protocol", "Verdict"),
        ("Zeitstempel", "Quelle IP", "Ziel IP", "Zielport", "Protokoll", "Aktion"),
    ],
)
def test_a_log_with_times_between_addresses_is_observed(header):
    row = ("2026-04-01T07:00:00Z", "10.9.1.4", "10.9.2.8", "443", "tcp", "accept")
    assert set(records_of(table(header, row)).relations["kind"]) == {"observed"}


def test_a_log_with_a_verdict_at_each_time_between_names_is_observed_and_a_plan_is_not():
    header = ("timestamp", "source", "destination", "port", "action")
    log = records_of(table(header, ("2026-04-01 07:00:00", "mars-1", "venus-2", "443", "allow")))
    plan = records_of(table(header, ("2026-04-01", "mars-1", "venus-2", "443", "open firewall")))
    assert (set(log.relations["kind"]), set(plan.relations["kind"])) == ({"observed"}, {"declared"})


@pytest.mark.parametrize(
    "own",
    ["Serial #", "Device Name", "OS Version", "Vendor", "Serial Number", "Model", "Device Vendor"],
)
def test_what_a_log_says_of_its_own_device_makes_it_no_inventory(own):
    header = (
        "Receive Time",
        own,
        "Source address",
        "Destination address",
        "Destination Port",
        "Bytes",
    )
    rows = [
        ("2026-04-01 07:00:00", "0017", f"10.9.1.{at}", "10.9.2.8", "443", "9") for at in (4, 5)
    ]
    assert connections(*rows, header=header) == [
        ("10.9.1.4", "10.9.2.8", 443, 1),
        ("10.9.1.5", "10.9.2.8", 443, 1),
    ]


def test_a_system_that_is_the_same_in_all_records_is_no_end_of_them():
    header = ("TimeGenerated", "SourceSystem", "SourceIP", "DestinationIP", "DestinationPort")
    rows = [
        ("2026-04-01T07:00:00Z", "Collector", f"10.9.1.{at}", "10.9.2.8", "443") for at in (4, 5)
    ]
    assert "SourceSystem" not in fields_of(table(header, *rows))
    assert "SourceSystem" not in fields_of(table(header, rows[0]))


def test_a_name_beside_one_address_on_both_sides_is_that_of_the_end():
    header = (
        "Source VM",
        "Source IP",
        "Destination VM",
        "Destination IP",
        "Destination Port",
        "bytes",
    )
    row = ("mars-1", "10.9.1.4", "venus-2", "10.9.2.8", "443", "7")
    assert fields_of(table(header, row, row))["Source VM"] == "source"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("255.255.255.255", "broadcast or multicast"), ("224.0.0.251", "broadcast or multicast"),
        ("ff02::fb", "broadcast or multicast"), ("10.9.1.255", "broadcast or multicast"),
        ("127.0.0.1", "loopback"), ("::1", "loopback"), ("::", "unspecified"),
    ],
)  # fmt: skip
def test_an_address_of_no_one_host_is_ignored_and_said_why(target, why):
    records = records_of(table(ENDS, ("10.9.1.4", target, "5353", "udp", "90")))
    assert records.issues.is_empty()
    assert records.relations.is_empty()
    assert why in records.outcomes["reason"].item()


def test_the_last_address_of_a_24_is_a_host_where_it_talks_or_is_talked_to_over_tcp():
    over_tcp = ("10.9.1.4", "10.9.1.255", "443", "tcp", "90")
    answering = [
        ("10.9.1.4", "10.9.3.255", "53", "udp", "9"),
        ("10.9.3.255", "10.9.1.9", "53", "udp", "9"),
    ]
    assert records_of(table(ENDS, over_tcp, *answering)).relations.height == 3


@pytest.mark.parametrize("header", ["hostname", "Computer", "node", "Rechnername", "equipo"])
def test_the_machine_whose_sockets_are_listed_is_their_local_end(header):
    columns = (header, "local_address", "local_port", "remote_address", "remote_port", "state")
    rows = [
        ("mars-1", "192.168.9.4", "51000", "10.9.2.8", "5432", "ESTABLISHED"),
        ("mars-1", "192.168.9.4", "22", "10.9.7.7", "51000", "ESTABLISHED"),
        ("mars-1", "127.0.0.1", "51001", "127.0.0.1", "6379", "ESTABLISHED"),
        ("mars-1", "::", "68", "*", "*", ""),
    ]
    records = records_of(table(columns, *rows))
    ends = records.relations.select("source", "source_address", "target", "target_address", "port")
    assert ends.rows() == [
        ("mars-1", "192.168.9.4", None, "10.9.2.8", 5432),
        (None, "10.9.7.7", "mars-1", "192.168.9.4", 22),
    ]
    assert counts(records) == {"accepted": 2, "ignored": 2}


def test_an_inventory_with_a_verdict_or_a_time_stays_one():
    header = ("Name", "Client IP", "Server IP", "OS", "Serial Number", "Action")
    recognised = formats.recognise(
        table(header, ("mars-1", "10.9.1.4", "10.9.2.8", "RHEL 8", "X1", "deny"))
    )
    assert recognised is not None and recognised.kind is formats.Kind.ASSETS

"""Which side of an observed connection listens, whichever way each record was written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster_tests.domain.sources import counts, records_of, table
from discovery_dagster_tests.searching import examples

HEADER = ("src_ip", "src_port", "dst_ip", "dst_port", "protocol")
CLIENT, SERVER = "10.0.0.1", "10.0.0.2"


def seen(*rows, header=HEADER):
    """Source, target, port and count of each connection."""
    edges = records_of(table(header, *rows)).relations
    return edges.select("source_address", "target_address", "port", "count").rows()


def test_ephemeral_ports_of_clients_make_one_connection():
    rows = [(CLIENT, str(port), SERVER, "5432", "6") for port in range(32_768, 60_000, 999)]
    assert seen(*rows) == [(CLIENT, SERVER, 5432, len(rows))]


def test_replies_are_turned_to_the_side_that_listens():
    assert seen(
        (CLIENT, "51000", SERVER, "443", "6"),
        (SERVER, "443", CLIENT, "51000", "6"),
        (SERVER, "9200", CLIENT, "51001", "6"),
        (SERVER, "20000", CLIENT, "51002", "6"),  # neither is known, but Linux gives out 51002
    ) == [
        (CLIENT, SERVER, 443, 2),
        (CLIENT, SERVER, 9200, 1),
        (CLIENT, SERVER, 20000, 1),
    ]


def test_flags_of_the_first_segment_outrank_ports():
    header = ("srcaddr", "dstaddr", "srcport", "dstport", "protocol", "tcp-flags")
    assert seen(
        (CLIENT, SERVER, "443", "51000", "6", "2"),  # it opened the connection
        (SERVER, CLIENT, "51000", "443", "6", "18"),  # it accepted it
        header=header,
    ) == [(CLIENT, SERVER, 51000, 2)]


def test_between_two_ports_of_clients_the_direction_stays_as_written():
    assert seen((CLIENT, "61000", SERVER, "61001", "6")) == [(CLIENT, SERVER, 61001, 1)]


def test_a_service_on_a_port_of_clients_is_told_by_keeping_it():
    there = [(CLIENT, str(port), SERVER, "50443", "6") for port in (35_000, 35_007, 35_014)]
    back = [(SERVER, "50443", CLIENT, port, "6") for _, port, *_ in there]
    assert seen(*there, *back) == [(CLIENT, SERVER, 50443, 6)]
    assert seen(*reversed(back), *there) == [(CLIENT, SERVER, 50443, 6)]
    without = ("src_ip", "dst_ip", "dst_port")
    rows = [(source, target, port) for source, _, target, port, _ in (*there, *back)]
    assert seen(*rows, header=without) == [(CLIENT, SERVER, 50443, 6)]


@settings(max_examples=examples(30), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([CLIENT, "10.0.0.3", "fe80::1"]),
            st.integers(32_768, 65_535).map(str),
            st.sampled_from([SERVER, "10.0.0.4"]),
            st.sampled_from(["22", "443", "1433", "5432"]),
            st.just("6"),
        ),
        min_size=1,
        max_size=12,
    ),
    st.randoms(),
)
def test_it_does_not_matter_which_way_a_record_was_written(rows, random):
    turned = [
        (there, port, here, ephemeral, protocol) if random.random() < 0.5 else row
        for row in rows
        for here, ephemeral, there, port, protocol in [row]
    ]
    assert sorted(seen(*turned)) == sorted(seen(*rows))


@pytest.mark.parametrize(
    ("row", "outcome", "relations"),
    [
        ((CLIENT, "51000", CLIENT, "443", "6"), "ignored", 0),  # to itself
        ((None, "51000", SERVER, "443", "6"), "rejected", 0),
        ((CLIENT, "51000", SERVER, "70000", "6"), "accepted", 1),  # without its port
    ],
)
def test_each_record_is_accounted_for(row, outcome, relations):
    records = records_of(table(HEADER, row))
    assert counts(records) == {outcome: 1}
    assert records.relations.height == relations

"""Records without a header line, and objects whose keys are the names of their records."""

import json
from pathlib import Path

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of

FLOW = "2 123456789010 eni-1235b8ca 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1 2 ACCEPT OK"
NO_DATA = "2 123456789010 eni-1235b8ca - - - - - - - 1 2 - NODATA"


def test_a_flow_log_of_the_default_format_needs_no_header(tmp_path: Path) -> None:
    table = table_of(tmp_path, f"{FLOW}\n{NO_DATA}\n\n{FLOW}")
    assert (table.header_line, table.header[3], table.header[-1]) == (0, "srcaddr", "log-status")
    assert [(line, outcome) for line, outcome, *_ in records_of(table)] == [
        (1, "read"), (2, "read"), (3, "ignored"), (4, "read"),
    ]  # fmt: skip


def test_a_log_in_another_order_is_not_taken_for_it(tmp_path: Path) -> None:
    swapped = "123456789010 2 eni-1235b8ca 10.0.0.1 10.0.0.2 20641 22 6 20 4249 1 2 ACCEPT OK"
    with pytest.raises(UnreadableFileError):
        reading_of(tmp_path, f"{swapped}\n{swapped}\n")


def keyed(tmp_path: Path, document: object) -> list[tuple[str | None, ...]]:
    table = table_of(tmp_path, json.dumps(document, indent=1))
    return [table.header, *(tuple(cells) for _, _, _, cells in records_of(table))]


def test_neighbours_by_the_name_of_a_service_are_its_dependencies(tmp_path: Path) -> None:
    neighbours = {"shop": ["stock", "pay"], "stock": ["db"], "db": []}
    wanted = [("name", "dependsOn"), ("shop", "stock; pay"), ("stock", "db"), ("db", None)]
    assert keyed(tmp_path, neighbours) == wanted
    assert keyed(tmp_path, {"version": 3, "graph": neighbours}) == wanted


def test_objects_by_the_name_of_a_thing_are_its_records_at_their_lines(tmp_path: Path) -> None:
    things = {"web": {"os": "RHEL", "cpu": 4}, "db": {"os": "SLES"}, "old": {}}
    table = table_of(tmp_path, json.dumps({"hosts": things}, indent=1))
    assert table.header == ("name", "os", "cpu")
    assert records_of(table) == [
        (3, "read", None, ["web", "RHEL", "4"]),
        (7, "read", None, ["db", "SLES", None]),
        (10, "read", None, ["old", None, None]),
    ]


def test_a_name_inside_does_not_hide_the_key(tmp_path: Path) -> None:
    header, *rows = keyed(tmp_path, {"a": {"name": "web", "ip": "1"}, "b": {"name": "db"}})
    assert header == ("key", "name", "ip")
    assert [row[:2] for row in rows] == [("a", "web"), ("b", "db")]


def test_one_record_of_several_parts_stays_one(tmp_path: Path) -> None:
    record = {"host": {"name": "web"}, "net": {"ip": "10.0.0.1"}, "tags": ["a", "b"]}
    assert keyed(tmp_path, record) == [("host.name", "net.ip", "tags"), ("web", "10.0.0.1", "a; b")]
    assert keyed(tmp_path, {"tags": ["a"], "ips": ["10.0.0.1"]})[1] == ("a", "10.0.0.1")


def test_a_key_that_stands_twice_is_not_lost(tmp_path: Path) -> None:
    twice = '{"web": {"os": "RHEL"}, "web": {"os": "SLES"}, "db": {"os": "AIX"}}'
    (record,) = records_of(table_of(tmp_path, twice))
    assert record[:3] == (1, "rejected", "duplicate_key")
    inside = '{"web": {"os": "RHEL", "os": "SLES"}, "db": {"os": "AIX"}}'
    assert [r[1] for r in records_of(table_of(tmp_path, inside))] == ["rejected", "read"]


def test_a_summary_below_the_flows_of_nfdump_is_no_record(tmp_path: Path) -> None:
    content = "ts,sa,da,dp\n1,10.0.0.1,10.0.0.2,443\nSummary\nflows,bytes\n1,99\n"
    assert [(r[0], r[1]) for r in records_of(table_of(tmp_path, content))] == [
        (2, "read"), (3, "ignored"), (4, "ignored"), (5, "ignored"),
    ]  # fmt: skip


def test_objects_that_are_called_as_the_things_around_are_their_neighbours(tmp_path: Path) -> None:
    switches = {
        "core-1": {
            "ip": "10.0.0.1",
            "peers": {"edge-1": {"ip": "10.0.0.2", "ports": [["a", "b"]]}},
        },
        "edge-1": {"ip": "10.0.0.2", "peers": {"core-1": {"ip": "10.0.0.1"}}},
        "edge-2": {"ip": "10.0.0.3", "disk": {"sda": {"size": 3}, "core-1": {"size": 1}}},
    }
    header, *rows = keyed(tmp_path, switches)
    assert header[:3] == ("name", "ip", "peers")
    assert [row[:3] for row in rows] == [
        ("core-1", "10.0.0.1", "edge-1"),
        ("edge-1", "10.0.0.2", "core-1"),
        ("edge-2", "10.0.0.3", None),
    ]

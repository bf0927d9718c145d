"""JSON and NDJSON: which objects are records, and what their cells are."""

from pathlib import Path

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of


def test_an_array_of_objects_is_a_table_with_lines(tmp_path: Path) -> None:
    table = table_of(tmp_path, '[\n {"a": 1,\n  "b": "x"},\n\n {"b": "y", "c": null}\n]')
    assert (table.header, table.header_line) == (("a", "b", "c"), 1)
    assert records_of(table) == [
        (2, "read", None, ["1", "x", None]),
        (5, "read", None, [None, "y", None]),
    ]


@pytest.mark.parametrize("key", ["result", "records", "value", "servers"])
def test_the_only_list_of_objects_is_the_table(tmp_path: Path, key: str) -> None:
    content = f'{{"count": 1, "tags": ["x"], "none": [],\n"{key}": [{{"name": "web"}}]}}'
    table = table_of(tmp_path, content)
    assert (table.sheet, table.header, records_of(table)[0][0]) == (None, ("name",), 2)


def test_a_list_deeper_inside_is_found(tmp_path: Path) -> None:
    table = table_of(tmp_path, '{"d": {"results": [{"name": "web"}]}}')
    assert (table.sheet, table.header) == (None, ("name",))


def test_several_lists_of_objects_are_several_tables(tmp_path: Path) -> None:
    content = '{"services": [{"name": "a"}],\n "flows": [{"sender": "a"}, {"sender": "b"}]}'
    reading = reading_of(tmp_path, content)
    assert [(t.sheet, t.header, t.records.height) for t in reading.tables] == [
        ("services", ("name",), 1),
        ("flows", ("sender",), 2),
    ]


def test_a_single_object_is_one_record(tmp_path: Path) -> None:
    table = table_of(tmp_path, '\n{"name": "web", "tags": ["a", "b"]}')
    assert records_of(table) == [(2, "read", None, ["web", "a; b"])]


def test_nested_values_become_columns_and_texts(tmp_path: Path) -> None:
    content = """[{"owner": {"name": "Ann", "team": {"id": 7}},
        "ips": ["10.0.0.1", 2, null, true], "disks": [{"size": 1.10, "ssd": true}],
        "none": {}, "empty": []}]"""
    table = table_of(tmp_path, content)
    cells = dict(zip(table.header, records_of(table)[0][3], strict=True))
    assert cells == {
        "owner.name": "Ann",
        "owner.team.id": "7",
        "ips": "10.0.0.1; 2; ; true",
        "disks": '[{"size":1.10,"ssd":true}]',
        "none": None,
        "empty": None,
    }


def test_numbers_and_truth_values_stay_as_written(tmp_path: Path) -> None:
    content = '[{"a": 1.10, "b": 123456789012345678901234567890, "c": 1E5, "d": true, "e": -0}]'
    assert records_of(table_of(tmp_path, content))[0][3] == [
        "1.10",
        "123456789012345678901234567890",
        "1E5",
        "true",
        "-0",
    ]


def test_display_values_stand_under_their_field(tmp_path: Path) -> None:
    content = """{"result": [{"status": {"display_value": "Operational", "value": "1"},
        "owner": {"display_value": "Ann", "link": "https://x/1"}}]}"""
    table = table_of(tmp_path, content)
    assert dict(zip(table.header, records_of(table)[0][3], strict=True)) == {
        "status": "Operational",
        "status.value": "1",
        "owner": "Ann",
        "owner.link": "https://x/1",
    }


def test_elements_that_are_no_objects_are_rejected(tmp_path: Path) -> None:
    table = table_of(tmp_path, '[{"a": 1, "b": 2},\n[ 3 ],\n"x"]')
    assert records_of(table)[1:] == [
        (2, "rejected", "not_an_object", ["[ 3 ]", None]),
        (3, "rejected", "not_an_object", ['"x"', None]),
    ]


@pytest.mark.parametrize(
    "repeating",
    ['{"a": 1, "a": 2}', '{"b": {"a": 1, "a": 2}}', '{"b": {"a": 1}, "b.a": 2}'],
)
def test_an_object_that_would_lose_a_value_is_rejected(tmp_path: Path, repeating: str) -> None:
    table = table_of(tmp_path, f'[{repeating},\n{{"a": 1}}]')
    assert records_of(table)[0] == (1, "rejected", "duplicate_key", [repeating])


def test_an_object_that_says_nothing_is_a_blank_record(tmp_path: Path) -> None:
    table = table_of(tmp_path, '[{"a": 1}, {}, {"a": null}, {"a": 2}]')
    assert [record[1:3] for record in records_of(table)] == [
        ("read", None),
        ("ignored", "blank_record"),
        ("ignored", "blank_record"),
        ("read", None),
    ]


def test_objects_line_by_line_are_records(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, '{"a": 1}\r\n\r\n{"a": \r\n[1]\r\n{"b": "x"}\r\n')
    assert reading.container == "ndjson"
    assert records_of(reading.tables[0]) == [
        (1, "read", None, ["1", None]),
        (2, "ignored", "blank_line", [None, None]),
        (3, "rejected", "invalid_json", ['{"a": ', None]),
        (4, "rejected", "not_an_object", ["[1]", None]),
        (5, "read", None, [None, "x"]),
    ]


def test_what_no_table_can_hold_becomes_visible(tmp_path: Path) -> None:
    table = table_of(tmp_path, '[{"a": "x\\u0000y", "b": "\\ud800"}]')
    assert records_of(table)[0][3] == ["x\ufffdy", "\ufffd"]


@pytest.mark.parametrize(
    ("content", "code", "sentence"),
    [
        ('[{"a": 1},\n{"a": }]', "invalid_json", "line 2"),
        ('[{"a": 1}', "invalid_json", "line 1"),
        ('{"result": [{"a": 1}]} x', "invalid_json", "line 1"),
        ("[]", "not_a_table", "no objects"),
        ('{"result": []}', "not_a_table", "no objects"),
        ("[1, 2]", "not_a_table", "no objects"),
        ("[" * 100_000, "limit_exceeded", "levels of nesting"),
        ('[{"a":' + '{"a":' * 80 + "1" + "}" * 80 + "}]", "limit_exceeded", "levels of nesting"),
        ('[{"a": [{}, ' + "[" * 80 + "]" * 80 + "]}]", "limit_exceeded", "levels of nesting"),
    ],
)
def test_unreadable_json_is_refused(tmp_path: Path, content: str, code: str, sentence: str) -> None:
    with pytest.raises(UnreadableFileError, match=sentence) as refused:
        reading_of(tmp_path, content)
    assert refused.value.code == code


def test_the_limit_of_columns_holds_for_objects(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="limit of 1 columns"):
        reading_of(tmp_path, '[{"a": 1}, {"b": 2}]', Limits(columns=1))


def test_addresses_of_interfaces_stand_beside_their_list(tmp_path: Path) -> None:
    content = """[{"name": "web01", "interfaces": [
        {"name": "eth0", "ip": {"address": "10.0.0.1/24"}, "mac": "52:54:00:aa:bb:01"},
        {"name": "eth1", "ip": {"address": "10.0.1.1/24"}, "gateway": "none"}],
      "disks": [{"host": "10.0.0.9"}]}]"""
    table = table_of(tmp_path, content)
    cells = dict(zip(table.header, records_of(table)[0][3], strict=True))
    assert cells["interfaces.ip.address"] == "10.0.0.1/24; 10.0.1.1/24"
    assert cells["interfaces.mac"] == "52:54:00:aa:bb:01"
    assert cells.keys() == {
        "name", "interfaces", "interfaces.ip.address", "interfaces.mac", "disks"
    }  # fmt: skip

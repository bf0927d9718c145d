"""XML of no tool in particular: what repeats are records, safely read."""

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits
from discovery_dagster_tests.domain.readers.reading import reading_of

INVENTORY = """<?xml version="1.0" encoding="UTF-8"?>
<!-- from the data centre -->
<inventory date="2024-05-01">
 <servers>
  <server name="lnxa01"><ip>10.9.7.1</ip><os>Debian 12</os>
   <disks><disk name="sda" size="100"/><disk name="sdb" size="10"/></disks></server>
  <server name="lnxa02"><ip>10.9.7.2</ip></server>
 </servers>
 <applications><application><name>CRM</name><owner>Ann Li</owner></application></applications>
</inventory>"""


def tables(folder, text):
    reading = reading_of(folder, text)
    assert reading.container == "xml"
    return {
        table.sheet: [
            (line, {k: v for k, v in zip(table.header, cells, strict=True) if v})
            for line, _, _, _, *cells in table.records.rows()
        ]
        for table in reading.tables
    }


def test_repeated_elements_are_records_on_their_lines_and_an_only_one_in_its_plural_too(tmp_path):
    read = tables(tmp_path, INVENTORY)
    disks = '[{"name":"sda","size":"100"},{"name":"sdb","size":"10"}]'
    assert read["servers"] == [
        (5, {"name": "lnxa01", "ip": "10.9.7.1", "os": "Debian 12", "disks": disks}),
        (7, {"name": "lnxa02", "ip": "10.9.7.2"}),
    ]
    assert read["applications"] == [(9, {"name": "CRM", "owner": "Ann Li"})]


@pytest.mark.parametrize(
    ("record", "cells"),
    [
        ('<host name="a"><name>b</name></host>', {"name": "a", "name element": "b"}),
        ('<host><os family="x">Debian</os></host>', {"os.family": "x", "os.value": "Debian"}),
        ("<host><ip>10.0.0.1</ip><ip>10.0.0.2</ip></host>", {"ip": "10.0.0.1; 10.0.0.2"}),
        ('<n:host xmlns:n="urn:x" n:name="a"/>', {"name": "a"}),
        ("<host><name>a &amp; b</name></host>", {"name": "a & b"}),
        ("<host><name><![CDATA[<a>]]></name></host>", {"name": "<a>"}),
    ],
)  # fmt: skip
def test_attributes_children_and_text_are_columns(tmp_path, record, cells):
    read = tables(tmp_path, f"<hosts>{record}<host><name>other</name></host></hosts>")
    ((_, first), _) = next(iter(read.values()))
    assert first == cells


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE a [<!ENTITY b "bbb">]><a><c>&b;</c><c>&b;</c></a>', "invalid_xml"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><c>&b;</c></a>', "invalid_xml"),
        ("<a><b></a>", "invalid_xml"),
        ("<a>" * 70 + "</a>" * 70, "limit_exceeded"),
        ("<a>only words</a>", "not_a_table"),
    ],
)
def test_entities_are_refused_and_so_is_what_is_damaged_or_no_list(tmp_path, text, code):
    with pytest.raises(UnreadableFileError) as refused:
        reading_of(tmp_path, text)
    assert refused.value.code == code


def test_a_document_of_more_elements_than_the_limit_is_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match="XML elements"):
        reading_of(tmp_path, INVENTORY, Limits(xml_elements=5))

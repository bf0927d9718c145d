"""Tables side by side in one worksheet, and tables that only look like two."""

import io

import openpyxl
import pytest

from discovery_dagster_tests.domain.families import derived_from, things
from discovery_dagster_tests.domain.readers.reading import reading_of


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(saved := io.BytesIO())
    return saved.getvalue()


SERVERS = [["Hostname", "IP Address", "OS"], ["app01", "10.3.0.1", "RHEL 8"],
           ["app02", "10.3.0.2", "RHEL 8"], ["app03", "10.3.0.3", "RHEL 9"]]  # fmt: skip
APPLICATIONS = [["Application", "Owner"], ["CRM", "Ann"], ["HR", "Bo"], [None, None]]


def beside(one, other):
    return [[*left, None, *right] for left, right in zip(one, other, strict=True)]


def test_two_headers_parted_by_an_empty_column_are_two_tables_on_the_same_lines(tmp_path):
    reading = reading_of(tmp_path, workbook(*beside(SERVERS, APPLICATIONS)))
    assert [table.header for table in reading.tables] == [
        ("Hostname", "IP Address", "OS"),
        ("Application", "Owner"),
    ]
    assert [table.records["line"].to_list() for table in reading.tables] == [[2, 3, 4]] * 2
    derived = derived_from(tmp_path, two_xlsx=workbook(*beside(SERVERS, APPLICATIONS)))
    assert things(derived, "applications", "business_owner") == {
        "app01": [[], None],
        "app02": [[], None],
        "app03": [[], None],
        "CRM": [[], "Ann"],
        "HR": [[], "Bo"],
    }


@pytest.mark.parametrize(
    "right",
    [
        [["Owner", "Environment"], ["Ann", "prod"], ["Bo", "test"], ["Cy", "prod"]],
        [["x", "y"], ["1", "2"], ["3", "4"], ["5", "6"]],
    ],
)
def test_what_names_no_things_belongs_to_the_table_beside_it(tmp_path, right):
    (table,) = reading_of(tmp_path, workbook(*beside(SERVERS, right))).tables
    assert len(table.header) == 6

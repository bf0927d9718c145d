"""What the author of a workbook hid, padded, left uncalculated or added as help."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook

from discovery_dagster.domain.readers.xlsx.zeros import zero_shape
from discovery_dagster.domain.source_tables import NO_STORED_VALUE
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of
from discovery_dagster_tests.domain.readers.test_workbook import of_rows, workbook
from discovery_dagster_tests.domain.sources import records_of_files

pytestmark = pytest.mark.pipeline

SERVERS = [["Hostname", "IP Address", "OS"], ["heron1", "10.3.0.1", "RHEL 8"]]
RETIRED = [["Hostname", "Decommissioned", "Owner"], ["heron8", "2019", "Ann"], ["heron9", "2020"]]
LISTS = [["Team", "Environment", "Server"], ["Core", "Prod", "srv-a"], [None, "Test", "srv-b"]]


def sheets(*parts: tuple[str, str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of sheets, each with its name, its state and its rows."""

    def fill(book: Workbook) -> None:
        for name, state, rows in parts:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            sheet.sheet_state = state
        book.remove(book["Sheet"])

    return workbook(fill)


def read_names(folder: Path, content: bytes) -> list[str | None]:
    """The first cell of each record that was read."""
    tables = reading_of(folder, content).tables
    return [record[3][0] for table in tables for record in records_of(table) if record[1] == "read"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_list_of_servers_is_read_and_said(tmp_path: Path, state: str) -> None:
    content = sheets(("Servers", "visible", SERVERS), ("Retired", state, RETIRED))
    assert read_names(tmp_path, content) == ["heron1", "heron8", "heron9"]
    notes = reading_of(tmp_path, content).notes
    assert notes == ('Sheet "Retired" is hidden and is read like the others.',)


def test_hidden_rows_and_columns_are_read_and_said(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        for row in [*SERVERS, *([f"heron{at}", f"10.3.0.{at}", "RHEL 9"] for at in range(2, 8))]:
            book.active.append(row)
        for row in (3, 4, 5, 8, 400):
            book.active.row_dimensions[row].hidden = True
        book.active.column_dimensions["B"].hidden = True

    reading = reading_of(tmp_path, workbook(fill))
    assert reading.notes == (
        'Sheet "Sheet" has 4 hidden rows (3-5, 8), read like the others.',
        'Sheet "Sheet" has a hidden column (B), read like the others.',
    )
    assert len(records_of(reading.tables[0])) == 7


@pytest.mark.parametrize("name", ["_Lookups", "Lists", "Dropdown Lists", "Auswahllisten", "Lists2"])
@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_values_to_choose_from_are_no_records(tmp_path: Path, name: str, state: str) -> None:
    content = sheets(("Servers", "visible", SERVERS), (name, state, LISTS))
    assert read_names(tmp_path, content) == ["heron1"]
    assert any(
        f'"{name}"' in note and "ignored" in note for note in reading_of(tmp_path, content).notes
    )


def test_hidden_lists_are_known_without_a_name_for_them(tmp_path: Path) -> None:
    content = sheets(("Servers", "visible", SERVERS), ("Sheet3", "veryHidden", LISTS))
    assert read_names(tmp_path, content) == ["heron1"]


@pytest.mark.parametrize(
    ("name", "state", "rows"),
    [
        ("Lists", "visible", [*SERVERS, ["heron2", "10.3.0.2", "RHEL 8"]]),
        ("Lookup", "hidden", [*SERVERS, ["heron2", "10.3.0.2", None]]),
        ("Liste", "visible", RETIRED),
        ("Server list", "visible", LISTS),
        ("Sheet2", "visible", LISTS),
        ("Sheet2", "hidden", RETIRED),
    ],
)
def test_tables_of_things_are_read_whatever_they_are_called(
    tmp_path: Path, name: str, state: str, rows: list[list[object]]
) -> None:
    content = sheets((name, state, rows), ("Empty", "visible", []))
    assert len(read_names(tmp_path, content)) == len(rows) - 1


@pytest.mark.parametrize("name", ["Instructions", "Legend", "Read me", "Anleitung"])
def test_a_sheet_that_explains_others_holds_no_records(tmp_path: Path, name: str) -> None:
    rows = [["Name", "Description"], ["Hostname", "as in the DNS"], ["OS", "with its version"]]
    content = sheets((name, "visible", rows), ("Servers", "visible", SERVERS))
    assert read_names(tmp_path, content) == ["heron1"]


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["name", "ip_address", "os", "site"],
            ["Name", "IP Address", "Operating System", "Site"],
            ["Text (required)", "Text", "List", "Ref -> Site"],
        ],
        [["Hostname", "Cores", "Owner"], ["varchar(50)", "integer", "optional"]],
        [["hostname", "ipAddress", "assetTag"], ["Host name", "IP address", "Asset tag"]],
        [["Host Name", "IP Address"], ["Text", "Text"], ["host_name", "ip_address"]],
        [["hostname", "os"], [None, None], ["Text", "List"]],
        [["Rechnername", "Standort"], ["Text, Pflichtfeld", "Auswahl"]],
    ],
)
def test_a_template_that_nobody_filled_in_makes_nothing(
    tmp_path: Path, rows: list[list[object]]
) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(of_rows(*rows))
    assert records_of_files(path).assets.is_empty()
    # A second row that only labels the first belongs to the header, and is no record at all.
    outcomes = {record[1] for record in records_of(table_of(tmp_path, of_rows(*rows)))}
    assert outcomes <= {"ignored"}


def test_a_template_in_a_csv_makes_nothing_either(tmp_path: Path) -> None:
    table = table_of(
        tmp_path, "hostname,ip_address\nHost name,IP address\nText,Text\nweb,10.0.0.1\n"
    )
    assert table.header_line == 2, "the names for people belong to the header"
    assert [record[1] for record in records_of(table)] == ["ignored", "read"]


@pytest.mark.parametrize(
    "row", [["text", "10.3.0.1", "RHEL 8"], ["list", "-", "Windows"], ["date", None, None]]
)
def test_servers_with_odd_names_are_no_types(tmp_path: Path, row: list[object]) -> None:
    assert read_names(tmp_path, of_rows(SERVERS[0], row)) == [row[0]]


@pytest.mark.parametrize(
    ("number_format", "number", "shown"),
    [
        ("0000000", 12345, "0012345"),
        ('"SN-"000000', 42, "SN-000042"),
        ("000-0000", 1234567, "123-4567"),
        ("[Red]0000;-0000", 7, "0007"),
        ("00", 123, "123"),
        ("0000", 1.5, "1.5"),
        ("0000", -7, "-7"),
        ("0", 7, "7"),
        ("0.00", 7, "7"),
        ("#,##0", 1234, "1234"),
        ('0" GB"', 16, "16"),
        ("0000%", 7, "7"),
        ("yyyy", 45000, "2023-03-15 00:00:00"),
    ],
)
def test_numbers_have_the_zeros_that_excel_shows(
    tmp_path: Path, number_format: str, number: float, shown: str
) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        style = book.add_format({"num_format": number_format})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Hostname", "Serial Number"])
        sheet.write_string(1, 0, "heron1")
        sheet.write_number(1, 1, number, style)
    assert records_of(table_of(tmp_path, content.getvalue()))[0][3] == ["heron1", shown]


def test_a_format_of_a_quantity_shows_no_zeros_in_front() -> None:
    assert zero_shape("000 000") == (3, " ", 3)
    assert [zero_shape(code) for code in ("General", "0", "#,##0", "00.0", "00E+00", "@")] == [
        None
    ] * 6


def test_a_formula_that_nobody_calculated_is_an_issue_of_its_cell(tmp_path: Path) -> None:
    rows = [["Hostname", "IP Address", "Memory GB", "Colour"]]
    path = tmp_path / "formulas.xlsx"
    path.write_bytes(
        of_rows(*rows, ["heron1", "10.3.0.1", "=8*2", "=1+1"], ["=A2", "10.3.0.2", 16, "green"])
    )
    records = records_of_files(path)
    issues = records.issues.select("line", "column", "code", "message").rows()
    assert [row[:3] for row in issues] == [
        (2, "Memory GB", "formula_without_value"),
        (3, "Hostname", "no_name"),
        (3, "Hostname", "formula_without_value"),
    ]
    assert issues[0][3].endswith(
        "formula without a stored value; open and save the workbook in Excel."
    )
    assert records.assets["memory_gb"].to_list() == [None, 16.0]


def test_a_row_of_sums_that_nobody_calculated_is_no_record(tmp_path: Path) -> None:
    rows = [["Hostname", "Cores"], ["heron1", 4], ["Total", "=SUM(B2:B2)"]]
    *_, last = records_of(table_of(tmp_path, of_rows(*rows)))
    assert last == (3, "ignored", "totals_row", ["Total", NO_STORED_VALUE])

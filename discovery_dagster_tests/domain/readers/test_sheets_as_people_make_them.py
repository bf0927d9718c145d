"""What people do to tables in spreadsheets: titles, groups, merged cells, sums, remarks."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of
from discovery_dagster_tests.domain.sources import records_of_files

WAYS = ["xlsx", "csv"]
Row = list[str | int | None]


def written(rows: list[Row], way: str, merged: tuple[str, ...] = ()) -> bytes:
    if way == "csv":
        lines = [";".join("" if cell is None else str(cell) for cell in row) for row in rows]
        return ("\n".join(lines) + "\n").encode()
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read_lines(table: SourceTable) -> list[int]:
    return [line for line, outcome, _, _ in records_of(table) if outcome == "read"]


@pytest.mark.parametrize("way", WAYS)
def test_groups_above_the_names_are_no_header(tmp_path: Path, way: str) -> None:
    rows: list[Row] = [
        ["Servers of Acme", None, None, None, None],
        [None, None, None, None, None],
        ["Server", None, "Network", None, None],
        ["Name", "OS", "IP", "MAC", "Owner"],
        ["web", "RHEL 8", "10.0.0.1", "00:50:56:00:00:01", "Jane"],
    ]
    table = table_of(tmp_path, written(rows, way, ("A3:B3", "C3:D3")))
    assert table.header == ("Name", "OS", "IP", "MAC", "Owner")
    assert read_lines(table) == [5]


@pytest.mark.parametrize("way", WAYS)
def test_names_merged_downward_stand_beside_names_below_groups(tmp_path: Path, way: str) -> None:
    rows: list[Row] = [
        ["Name", "OS", "Network", None, "Owner"],
        [None, None, "IP", "MAC", None],
        ["web", "RHEL 8", "10.0.0.1", "00:50:56:00:00:01", "Jane"],
    ]
    merged = ("A1:A2", "B1:B2", "C1:D1", "E1:E2")
    table = table_of(tmp_path, written(rows, way, merged))
    assert (table.header, table.header_line) == (("Name", "OS", "IP", "MAC", "Owner"), 2)
    assert read_lines(table) == [3]


@pytest.mark.parametrize("way", WAYS)
def test_names_that_repeat_below_groups_are_told_apart_by_them(tmp_path: Path, way: str) -> None:
    rows: list[Row] = [
        [None, "Prod", None, "DR", None],
        ["Name", "IP", "OS", "IP", "OS"],
        ["web", "10.0.0.1", "RHEL 8", "10.1.0.1", "RHEL 9"],
    ]
    table = table_of(tmp_path, written(rows, way, ("B1:C1", "D1:E1")))
    assert table.header == ("Name", "Prod IP", "Prod OS", "DR IP", "DR OS")
    assert read_lines(table) == [3]


@pytest.mark.parametrize("way", WAYS)
def test_a_first_record_below_nameless_columns_is_no_header(tmp_path: Path, way: str) -> None:
    rows: list[Row] = [["Name", None, "OS"], ["web", "shop", "RHEL"], ["db", "orders", "RHEL"]]
    table = table_of(tmp_path, written(rows, way))
    assert table.header == ("Name", "column 2", "OS")
    assert read_lines(table) == [2, 3]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "total", [["Total", None, 24], ["Summe:", None, "24 GB"], ["Total: 2", None, None],
              ["Grand Total", 2, 24], [None, "Gesamt", 24]],
)  # fmt: skip
def test_sums_below_a_table_are_ignored_with_a_reason(tmp_path: Path, way: str, total: Row) -> None:
    rows: list[Row] = [["Name", "OS", "RAM"], ["web", "RHEL 8", 8], ["db", "RHEL 8", 16], total]
    table = table_of(tmp_path, written(rows, way))
    assert records_of(table)[-1][:3] == (4, "ignored", "totals_row")
    assert read_lines(table) == [2, 3]


@pytest.mark.parametrize("way", WAYS)
def test_a_machine_called_total_is_a_record(tmp_path: Path, way: str) -> None:
    rows: list[Row] = [["Name", "IP", "RAM"], ["web", "10.0.0.1", 8], ["total", "10.0.0.2", 16]]
    assert read_lines(table_of(tmp_path, written(rows, way))) == [2, 3]


@pytest.mark.parametrize("way", WAYS)
def test_remarks_below_a_blank_row_are_ignored_and_lone_names_are_not(
    tmp_path: Path, way: str
) -> None:
    rows: list[Row] = [
        ["Name", "OS", "RAM"],
        ["web", "RHEL 8", 8],
        [None, None, None],
        ["As of: 2024-02-01", None, None],
        ["All sizes as configured by the operations team", None, None],
    ]
    table = table_of(tmp_path, written(rows, way))
    assert [record[2] for record in records_of(table)[-2:]] == ["note_below_table"] * 2
    rows[-2:] = [["late-server", None, None]]
    assert read_lines(table_of(tmp_path, written(rows, way))) == [2, 4]


def test_formatted_rows_without_values_cost_nothing(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "OS"])
    book.active.append(["web", "RHEL"])
    for row in range(3, 20_000):
        book.active.cell(row, 1).number_format = "0.00"
    content = BytesIO()
    book.save(content)
    table = table_of(tmp_path, content.getvalue())
    assert read_lines(table) == [2]
    assert {outcome for _, outcome, _, _ in records_of(table)} <= {"read", "ignored"}


def test_hidden_sheets_are_read_like_others(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "OS"])
    book.active.append(["web", "RHEL"])
    for title, state in [("hidden", "hidden"), ("very hidden", "veryHidden")]:
        sheet = book.create_sheet(title)
        sheet.append(["Name", "OS"])
        sheet.append([title, "RHEL"])
        sheet.sheet_state = state
    content = BytesIO()
    book.save(content)
    tables = reading_of(tmp_path, content.getvalue()).tables
    assert [table.sheet for table in tables] == ["Sheet", "hidden", "very hidden"]
    assert [read_lines(table) for table in tables] == [[2], [2], [2]]


@pytest.mark.parametrize("way", WAYS)
def test_a_template_without_records_has_none(tmp_path: Path, way: str) -> None:
    table = table_of(tmp_path, written([["Server name", "Cores", "Memory (In MB)"]], way))
    assert table.header == ("Server name", "Cores", "Memory (In MB)")
    assert records_of(table) == []


@pytest.mark.parametrize("way", WAYS)
def test_columns_of_one_name_stay_two(tmp_path: Path, way: str) -> None:
    rows: list[Row] = [["Name", "IP", "IP"], ["web", "10.0.0.1", "10.0.0.2"]]
    table = table_of(tmp_path, written(rows, way))
    assert table.header == ("Name", "IP", "IP")
    assert records_of(table)[0][3] == ["web", "10.0.0.1", "10.0.0.2"]


def test_errors_of_formulas_are_issues_and_not_silently_empty(tmp_path: Path) -> None:
    book = Workbook()
    for row in [["Name", "IP", "RAM (GB)"], ["web", "10.0.0.1", 8], ["db", "x", 16]]:
        book.active.append(row)
    for place, error in [("B3", "#N/A"), ("C3", "#REF!")]:
        book.active[place].data_type = "e"
        book.active[place].value = error
    path = tmp_path / "servers.xlsx"
    book.save(path)
    records = records_of_files(path)
    assert records.assets["memory_gb"].to_list() == [8.0, None]
    assert records.issues.select("line", "column", "code", "value").rows() == [
        (3, "IP", "spreadsheet_error", "#N/A"),
        (3, "RAM (GB)", "spreadsheet_error", "#REF!"),
    ]


def test_a_row_of_units_below_the_header_belongs_to_it(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Server,CPU,RAM,OS\n,cores,[GB],\nweb,4,16,RHEL\ndb,8,64,\n")
    assert (table.header, table.header_line) == (("Server", "CPU (cores)", "RAM (GB)", "OS"), 2)
    assert [record[0] for record in records_of(table)] == [3, 4]


def test_a_record_without_a_name_is_no_row_of_units(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Server,CPU,RAM\n,4,16 GB\nweb,4,GB\n")
    assert table.header == ("Server", "CPU", "RAM")
    assert [record[0] for record in records_of(table)] == [2, 3]


def test_letters_that_an_encoding_cost_are_issues(tmp_path: Path) -> None:
    path = tmp_path / "servers.csv"
    path.write_text(
        "Hostname,Location\nweb,ZÃ¼rich\ndb,Besançon\napp,K\ufffdln\nold,Â§ 5\n", "utf-8"
    )
    issues = records_of_files(path).issues
    assert issues.select("line", "column", "code").rows() == [
        (2, "Location", "garbled_text"),
        (4, "Location", "garbled_text"),
        (5, "Location", "garbled_text"),
    ]


def test_a_header_is_read_without_what_cannot_be_seen(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Host\u200bname,\u2060IP\u00a0Address,MAC\u2011Address\nweb,,\n")
    assert table.header == ("Hostname", "IP\u00a0Address", "MAC\u2011Address")

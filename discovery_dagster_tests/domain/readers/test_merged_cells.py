"""A merged cell counts for each row and column that it covers, and a heading for none."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits, by_library, workbook
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of
from discovery_dagster_tests.domain.readers.test_workbook import workbook as workbook_of
from discovery_dagster_tests.searching import examples

HEADER = ["Server", "Application", "Environment", "Site", "Owner", "Deputy"]


def merged(rows: Sequence[Sequence[object]], *ranges: str) -> bytes:
    def fill(book: Workbook) -> None:
        for row in rows:
            book.active.append(row)
        for each in ranges:
            book.active.merge_cells(each)

    return workbook_of(fill)


def cells_of(folder: Path, content: bytes) -> dict[int, list[str | None]]:
    """The cells of each record that was read, by its line."""
    return {
        line: cells
        for line, outcome, _, cells in records_of(table_of(folder, content))
        if outcome == "read"
    }


@pytest.mark.parametrize("column", range(1, len(HEADER)))
def test_a_value_belongs_to_all_rows_that_it_covers_in_any_column(
    tmp_path: Path, column: int
) -> None:
    rows = [[f"swan{at}", *("x" for _ in HEADER[1:])] for at in range(4)]
    for row in (1, 2):
        rows[row][column] = None
    rows[0][column] = "Ledger"
    letter = "ABCDEF"[column]
    read = cells_of(tmp_path, merged([HEADER, *rows], f"{letter}2:{letter}4"))
    assert [read[line][column] for line in (2, 3, 4, 5)] == ["Ledger"] * 3 + ["x"]


def test_a_value_over_two_columns_belongs_to_both(tmp_path: Path) -> None:
    rows = [HEADER, ["swan1", "Ledger", "prod", "Kiel", "Ann", None], ["swan2"]]
    read = cells_of(tmp_path, merged(rows, "E2:F3", "B2:B3"))
    assert read[2] == ["swan1", "Ledger", "prod", "Kiel", "Ann", "Ann"]
    assert read[3] == ["swan2", "Ledger", None, None, "Ann", "Ann"]


def test_a_server_over_two_rows_is_the_server_of_both(tmp_path: Path) -> None:
    rows = [["Server", "IP", "OS"], ["swan1", "10.2.0.1", "RHEL 9"], [None, "10.2.0.2", None]]
    read = cells_of(tmp_path, merged(rows, "A2:A3", "C2:C3"))
    assert read[3] == ["swan1", "10.2.0.2", "RHEL 9"]


def test_a_record_that_is_two_rows_high_is_one_record(tmp_path: Path) -> None:
    rows = [["Server", "OS"], ["swan1", "RHEL 9"], [None, None], ["swan2", "RHEL 8"]]
    content = merged(rows, "A2:A3", "B2:B3")
    assert cells_of(tmp_path, content) == {2: ["swan1", "RHEL 9"], 4: ["swan2", "RHEL 8"]}
    assert reading_of(tmp_path, content).notes == ()


@pytest.mark.parametrize("heading", ["A2:F2", "A2:D2", "A2:F3"])
def test_a_heading_over_the_row_is_no_value_and_no_record(tmp_path: Path, heading: str) -> None:
    blank = [[None]] if heading.endswith("3") else []
    rows = [HEADER, ["Production"], *blank, ["swan1", "Ledger", "prod", "Kiel", "Ann", "Bob"]]
    table = table_of(tmp_path, merged(rows, heading))
    records = records_of(table)
    assert records[0][1:3] == ("ignored", "section_heading")
    assert [record[3] for record in records if record[1] == "read"] == [rows[-1]]
    assert table.merged == ()


def test_a_remark_over_most_columns_is_the_value_of_the_first_alone(tmp_path: Path) -> None:
    rows = [HEADER, ["swan1", "retired, see the ticket"]]
    read = cells_of(tmp_path, merged(rows, "B2:F2"))
    assert read[2] == ["swan1", "retired, see the ticket", None, None, None, None]


def test_titles_and_headers_in_two_rows_are_read_as_before(tmp_path: Path) -> None:
    rows = [
        ["All our servers"],
        ["Server", None, "Network", None],
        ["Name", "OS", "IP", "MAC"],
        ["swan1", "RHEL 9", "10.2.0.1", "00:1b:21:00:00:01"],
    ]
    table = table_of(tmp_path, merged(rows, "A1:D1", "A2:B2", "C2:D2"))
    assert table.header == ("Name", "OS", "IP", "MAC")
    assert records_of(table) == [(4, "read", None, rows[3])]


def test_a_row_of_sums_whose_label_is_merged_stays_one(tmp_path: Path) -> None:
    rows = [["Server", "OS", "Cores"], ["swan1", "RHEL 9", 4], ["Total", None, 4]]
    assert records_of(table_of(tmp_path, merged(rows, "A3:B3")))[-1][2] == "totals_row"


def test_tables_that_begin_further_right_are_filled_in_their_own_columns(tmp_path: Path) -> None:
    rows = [[None, None, "Server", "Owner"], [None, None, "swan1", "Ann"], [None, None, "swan2"]]
    assert cells_of(tmp_path, merged(rows, "D2:D3"))[3] == ["swan2", "Ann"]


def test_the_file_says_that_it_has_merged_cells(tmp_path: Path) -> None:
    rows = [["Server", "Owner"], ["swan1", "Ann"], ["swan2"]]
    reading = reading_of(tmp_path, merged(rows, "B2:B3"))
    assert [each.range for each in reading.tables[0].merged] == ["B2:B3"]
    assert reading.notes == (
        'Sheet "Sheet" has a merged cell, read as the value of each row and column covered.',
    )


def test_what_only_the_library_reads_says_that_its_merged_cells_are_not_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "read_package", lambda *_: None)
    monkeypatch.setattr(workbook, "read_by_library", by_library.read_by_library)
    rows = [["Server", "Owner"], ["swan1", "Ann"], ["swan2"]]
    reading = reading_of(tmp_path, merged(rows, "B2:B3"))
    assert "open and save the workbook in Excel" in reading.notes[0]


def test_ranges_that_overlap_without_end_are_refused(tmp_path: Path) -> None:
    rows = [["Server", "Owner"], *([f"swan{at}", "Ann"] for at in range(30))]
    content = merged(rows, *(f"B{top}:B31" for top in range(31, 1, -1)))
    with pytest.raises(UnreadableFileError, match="merged cells a sheet"):
        reading_of(tmp_path, content, Limits(sheet_cells=100))


@settings(max_examples=examples(40), deadline=None)
@given(runs=st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_filling_gives_what_writing_each_value_out_gives(
    tmp_path_factory: pytest.TempPathFactory, runs: list[int]
) -> None:
    written, short, ranges, row = [], [], [], 2
    for number, run in enumerate(runs):
        for at in range(run):
            name, owner = f"swan{number}-{at}", f"Owner {number}"
            written.append([name, owner])
            short.append([name, owner if at == 0 else None])
        if run > 1:
            ranges.append(f"B{row}:B{row + run - 1}")
        row += run
    folder = tmp_path_factory.mktemp("merged")
    header = ["Server", "Owner"]
    assert cells_of(folder, merged([header, *short], *ranges)) == cells_of(
        folder, merged([header, *written])
    )

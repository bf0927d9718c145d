"""Correcting rejected records gives what a clean file gives, and counts nothing twice."""

import io
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain import canonical, intake
from discovery_dagster.domain.corrections.sheets import ERROR, WARNING, correction_sheets
from discovery_dagster.domain.workbooks import (
    NamedTable,
    table_name,
    write_archive,
    write_workbook,
)
from discovery_dagster_tests.domain.sources import counts
from discovery_dagster_tests.searching import examples

pytestmark = pytest.mark.pipeline

HEADER = "Hostname,OS,IP Address,CPU,Note"
BOTH = (ERROR, WARNING)


class Outcome:
    """What files become, step by step, as the Dagster assets call the steps."""

    def __init__(self, *paths: Path) -> None:
        files = [intake.SourceFile(path.name, path, "", path.stat().st_size) for path in paths]
        self.source = intake.collect_records(files, lambda *_: None)
        tables = intake.session_tables(self.source)
        mapping = intake.understand(tables, lambda *_: None)["mapping"]
        self.made = canonical.canonicalise(tables, mapping)
        self.accounts = intake.count_outcomes(self.source["tables"], self.made.outcomes)

    def sheets(self, *severities: str):
        return list(
            correction_sheets(self.source, self.made.outcomes, self.made.issues, severities or BOTH)
        )

    def of_file(self, name: str) -> dict[str, int]:
        (row,) = self.accounts.filter(pl.col("file") == name).iter_rows(named=True)
        assert row["records"] == row["accepted"] + row["rejected"] + row["ignored"]
        return {key: row[key] for key in ("accepted", "rejected", "ignored")}

    @property
    def assets(self):
        return self.made.assets.drop("format")


def named(sheets):
    return [
        NamedTable(table_name(sheet.file, sheet.sheet), sheet.columns, sheet.rows)
        for sheet in sheets
    ]


def workbook(path: Path, sheets) -> Path:
    with path.open("wb") as out:
        write_workbook(out, named(sheets))
    return path


def edit(path: Path, changes) -> Path:
    """Change cells of a workbook by the column and the line that it names."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        header = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            line = int(row[header.index("discovery line")].value)
            for column, value in changes.get(line, {}).items():
                row[header.index(column)].value = value
    book.save(path)
    return path


@pytest.fixture
def servers(tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text(
        f"{HEADER}\n"
        "web-01,Ubuntu 22.04,10.0.0.1,4,front\n"
        ",Ubuntu 22.04,10.0.0.x,4,nameless\n"
        "db-01,Oracle Linux, 8,10.0.0.3,8,split\n"
        "app-01,RHEL 9,10.0.0.4,-2,odd\n"
    )
    return path


@pytest.fixture
def clean(tmp_path):
    folder = tmp_path / "clean"
    folder.mkdir()
    path = folder / "servers.csv"
    path.write_text(
        f"{HEADER}\n"
        "web-01,Ubuntu 22.04,10.0.0.1,4,front\n"
        "web-02,Ubuntu 22.04,10.0.0.2,4,nameless\n"
        'db-01,"Oracle Linux, 8",10.0.0.3,8,split\n'
        "app-01,RHEL 9,10.0.0.4,2,odd\n"
    )
    return path


CHANGES = {
    3: {"Hostname": "web-02", "IP Address": "10.0.0.2"},
    4: {
        "OS": "Oracle Linux, 8",
        "IP Address": "10.0.0.3",
        "CPU": "8",
        "Note": "split",
        "discovery surplus": None,
    },
    5: {"CPU": 2},
}


def test_a_corrected_workbook_gives_what_a_clean_file_gives(servers, clean, tmp_path):
    sheets = Outcome(servers).sheets()
    fixed = edit(workbook(tmp_path / "fixed.xlsx", sheets), CHANGES)
    after = Outcome(servers, fixed)
    assert after.assets.equals(Outcome(clean).assets)
    assert after.of_file("servers.csv") == {"accepted": 4, "rejected": 0, "ignored": 0}
    assert after.of_file("fixed.xlsx") == {"accepted": 3, "rejected": 0, "ignored": 0}


def test_what_stood_before_and_what_corrected_it_is_kept(servers, tmp_path):
    fixed = edit(workbook(tmp_path / "fixed.xlsx", Outcome(servers).sheets(ERROR)), CHANGES)
    first, second = Outcome(servers, fixed).source["corrections"].iter_rows(named=True)
    assert (first["file"], first["line"], first["by_file"], first["by_line"]) == (
        "servers.csv",
        3,
        "fixed.xlsx",
        2,
    )
    assert first["before"] == [None, "Ubuntu 22.04", "10.0.0.x", "4", "nameless"]
    assert second["line"] == 4


def test_what_was_not_corrected_stays_rejected_and_is_no_correction(servers, tmp_path):
    unchanged = workbook(tmp_path / "same.xlsx", Outcome(servers).sheets())
    after = Outcome(servers, unchanged)
    assert after.of_file("servers.csv") == {"accepted": 2, "rejected": 2, "ignored": 0}
    assert after.of_file("same.xlsx") == {"accepted": 0, "rejected": 0, "ignored": 3}
    assert after.source["corrections"].is_empty()


def test_cells_that_are_still_surplus_keep_their_record_rejected(servers, tmp_path):
    sheets = Outcome(servers).sheets(ERROR)
    fixed = edit(workbook(tmp_path / "fixed.xlsx", sheets), {4: {"CPU": "8"}})
    after = Outcome(servers, fixed)
    assert after.of_file("servers.csv") == {"accepted": 2, "rejected": 2, "ignored": 0}


def test_a_correction_of_nothing_is_rejected_with_its_reason(servers, tmp_path):
    fixed = tmp_path / "fixed.csv"
    fixed.write_text(
        "Hostname,discovery file,discovery sheet,discovery line\n"
        "a,servers.csv,,99\nb,others.csv,,3\nc,servers.csv,,3\nd,servers.csv,,3\ne,servers.csv,,x\n"
    )
    after = Outcome(servers, fixed)
    assert after.of_file("fixed.csv") == {"accepted": 1, "rejected": 4, "ignored": 0}
    own = after.made.issues.filter(pl.col("file") == "fixed.csv")
    assert own.select("line", "code").rows() == [
        (2, "no_such_record"),
        (3, "no_such_table"),
        (5, "corrected_twice"),
        (6, "no_such_record"),
    ]
    assert all(message.endswith(".") for message in own["message"])
    assert "c" in after.assets["name"].to_list()


def test_a_later_file_outranks_an_earlier_one(servers, tmp_path):
    columns = "Hostname,discovery file,discovery line\n"
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(f"{columns}early,servers.csv,3\n")
    second.write_text(f"{columns}late,servers.csv,3\n")
    after = Outcome(servers, first, second)
    names = after.assets["name"].to_list()
    assert "late" in names
    assert "early" not in names
    assert after.source["corrections"]["before"].list.first().to_list() == [None, "early"]


def test_records_that_share_a_line_are_told_apart_by_their_number(tmp_path):
    path = tmp_path / "servers.json"
    path.write_text('[{"hostname":"a","os":"x"},{"hostname":"","os":"y"},{"hostname":"","os":"z"}]')
    (sheet,) = Outcome(path).sheets(ERROR)
    record = sheet.columns.index("discovery record")
    assert [row[record] for row in sheet.rows] == ["2", "3"]
    fixed = tmp_path / "fixed.csv"
    fixed.write_text(
        "hostname,discovery file,discovery line,discovery record\n"
        "b,servers.json,1,2\nc,servers.json,1,3\nd,servers.json,1,\n"
    )
    after = Outcome(path, fixed)
    assert after.assets["name"].to_list() == ["a", "b", "c"]
    assert after.of_file("fixed.csv") == {"accepted": 2, "rejected": 1, "ignored": 0}


def test_formulas_are_guarded_in_csv_and_come_back_as_they_were(tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text("Hostname,Note,Other\n,=1+1,'=2\n,'plain,-5\n")
    buffer = io.BytesIO()
    write_archive(buffer, named(Outcome(path).sheets()))
    with zipfile.ZipFile(buffer) as archive:
        (name,) = archive.namelist()
        text = archive.read(name).decode()
    assert ",'=1+1,''=2," in text
    fixed = tmp_path / "fixed.csv"
    fixed.write_text(text.replace("\n,", "\nweb-01,", 1))
    records = Outcome(path, fixed).source["records_0"]
    assert records["c0"].to_list() == ["web-01", None]
    assert records["c1"].to_list() == ["=1+1", "'plain"]
    assert records["c2"].to_list() == ["'=2", "-5"]


def test_the_zip_of_rejects_is_imported_as_it_is_once_corrected(tmp_path):
    one, two = tmp_path / "servers.csv", tmp_path / "more.csv"
    one.write_text("Hostname,Note\nweb-01,\n,=1+1\n")
    two.write_text("Hostname,OS\n,RHEL 8\n")
    buffer = io.BytesIO()
    write_archive(buffer, named(Outcome(one, two).sheets(ERROR)))
    fixed = tmp_path / "fixed.zip"
    with zipfile.ZipFile(buffer) as archive, zipfile.ZipFile(fixed, "w") as corrected:
        for at, name in enumerate(archive.namelist()):
            text = archive.read(name).decode().replace("\n,", f"\nnew-{at},")
            corrected.writestr(name, text)
    after = Outcome(one, two, fixed)
    assert after.assets["name"].to_list() == ["web-01", "new-0", "new-1"]
    assert after.source["records_0"]["c1"].to_list() == [None, "=1+1"]
    assert after.accounts["rejected"].to_list() == [0, 0, 0, 0]


@pytest.mark.parametrize("as_workbook", [True, False])
def test_records_of_tables_below_each_other_are_corrected_each_in_its_own(tmp_path, as_workbook):
    path = tmp_path / "all.csv"
    path.write_text("Hostname,OS\n,RHEL 8\n\nApplication,Owner\n,Ann\nLedger,Bob\n")
    before = Outcome(path)
    assert before.accounts["rejected"].to_list() == [1, 1]
    buffer = io.BytesIO()
    (write_workbook if as_workbook else write_archive)(buffer, named(before.sheets(ERROR)))
    fixed = tmp_path / ("fixed.xlsx" if as_workbook else "fixed.zip")
    fixed.write_bytes(buffer.getvalue())
    if as_workbook:
        book = openpyxl.load_workbook(fixed)
        for at, sheet in enumerate(book):
            sheet.cell(2, 1).value = f"mended-{at}"
        book.save(fixed)
    else:
        with zipfile.ZipFile(buffer) as archive, zipfile.ZipFile(fixed, "w") as corrected:
            for at, name in enumerate(archive.namelist()):
                text = archive.read(name).decode().replace("\n,", f"\nmended-{at},")
                corrected.writestr(name, text)
    after = Outcome(path, fixed)
    assert after.accounts["rejected"].to_list() == [0, 0, 0, 0]
    assert after.assets["name"].to_list() == ["mended-0", "mended-1", "Ledger"]


def test_a_cell_that_a_worksheet_cut_off_stays_whole_when_it_is_sent_back(tmp_path):
    path, long = tmp_path / "servers.csv", "x" * 40_000
    path.write_text(f"Hostname,Note\n,{long}\n")
    sheets = Outcome(path).sheets()
    book = edit(workbook(tmp_path / "fixed.xlsx", sheets), {2: {"Hostname": "web-01"}})
    records = Outcome(path, book).source["records_0"]
    assert records.select("c0", "c1").rows() == [("web-01", long)]


WORD = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
CLEAN = st.tuples(
    WORD,
    st.sampled_from(["Ubuntu 22.04", "Oracle Linux, 8", 'Odd "OS"', "Zeilen\numbruch", "=A1"]),
    st.integers(1, 250).map(lambda last: f"10.0.0.{last}"),
    st.integers(1, 64).map(str),
    st.sampled_from(["", "x", "-1", "'=x", " leads"]),
)
FAULT = st.sampled_from(["none", "nameless", "surplus", "bad cell"])


def quoted(cells):
    return ",".join('"' + cell.replace('"', '""') + '"' if cell else "" for cell in cells)


def corrupt(cells, fault):
    if fault == "nameless":
        return ["", cells[1], "", *cells[3:]]  # an address would name it
    # A record of several lines that is too wide is read as a quote that was never closed.
    if fault == "surplus" and "\n" not in cells[1]:
        return [*cells, "surplus"]
    if fault == "bad cell":
        return [*cells[:2], "no address", *cells[3:]]
    return list(cells)


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.tuples(CLEAN, FAULT), min_size=1, max_size=8), st.booleans())
def test_correcting_every_problem_of_a_corrupted_table_gives_the_clean_table(rows, as_workbook):
    # A column in which no cell is what its header says is another column: it has no bad cells.
    # A formula that stands bare tells that an apostrophe before another one is its own.
    rows = [(("sound", "Ubuntu 22.04", "10.0.1.1", "4", "=bare"), "none"), *rows]
    with tempfile.TemporaryDirectory() as folder:
        dirty, clean = Path(folder, "servers.csv"), Path(folder, "clean", "servers.csv")
        clean.parent.mkdir()
        header = "Hostname,OS,IP Address,CPU,Note\n"
        clean.write_text(header + "".join(f"{quoted(cells)}\n" for cells, _ in rows))
        dirty.write_text(header + "".join(f"{quoted(corrupt(*row))}\n" for row in rows))
        wanted, before = Outcome(clean), Outcome(dirty)
        sheets = before.sheets()
        fixed = []
        for sheet in sheets:
            at = {column: position for position, column in enumerate(sheet.columns)}
            mended = []
            for row in sheet.rows:
                record = int(row[at["discovery record"]]) - 1
                cells = [cell or None for cell in rows[record][0]]
                mended.append((*cells, *row[5 : at["discovery surplus"]], None, *row[-2:]))
            fixed.append(type(sheet)(sheet.file, sheet.sheet, sheet.columns, mended))
        if not fixed:
            return
        path = Path(folder, "fixed.xlsx" if as_workbook else "fixed.zip")
        with path.open("wb") as out:
            (write_workbook if as_workbook else write_archive)(out, named(fixed))
        if not as_workbook:
            path = _unzipped(path)
        after = Outcome(dirty, path)
        assert after.assets.equals(wanted.assets)
        assert after.made.relations.equals(wanted.made.relations)
        assert counts(before.made).get("accepted", 0) <= counts(after.made)["accepted"]
        assert after.of_file("servers.csv") == wanted.of_file("servers.csv")
        assert after.of_file(path.name)["rejected"] == 0


def _unzipped(path: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        target = path.with_name("fixed.csv")
        target.write_bytes(archive.read(name))
    return target

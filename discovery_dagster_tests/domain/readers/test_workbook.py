"""Workbooks: sheets, worksheet rows, and cells as text."""

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits, by_library
from discovery_dagster.domain.readers.xlsx import read_package
from discovery_dagster_tests.domain.readers.old_workbooks import ERRORS, old_workbook
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of


def workbook(fill: Callable[[Workbook], None]) -> bytes:
    book = Workbook()
    book.active.title = "Sheet"
    fill(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def of_rows(*rows: list[object]) -> bytes:
    def fill(book: Workbook) -> None:
        for row in rows:
            book.active.append(row)

    return workbook(fill)


def test_lines_are_worksheet_rows_below_blank_ones_and_titles(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.active
        sheet["B3"] = "Servers of Acme"
        for column, value in zip("BCD", ["name", "ip", "os"], strict=True):
            sheet[f"{column}5"] = value
        for column, value in zip("BCD", ["web", "10.0.0.1", "linux"], strict=True):
            sheet[f"{column}6"] = value
        sheet["B8"] = "db"
        sheet["D12"].number_format = "0.00"

    table = table_of(tmp_path, workbook(fill))
    assert (table.sheet, table.header, table.header_line) == ("Sheet", ("name", "ip", "os"), 5)
    assert records_of(table) == [
        (6, "read", None, ["web", "10.0.0.1", "linux"]),
        (7, "ignored", "blank_record", [None, None, None]),
        (8, "read", None, ["db", None, None]),
    ]


def test_cells_come_as_text(tmp_path: Path) -> None:
    moment = datetime.datetime(2024, 5, 1, 10, 30)
    content = of_rows(
        ["n", "big", "float", "yes", "when", "text"], [4, 123456789012, 1.5, True, moment, " 007 "]
    )
    assert records_of(table_of(tmp_path, content))[0][3] == [
        "4",
        "123456789012",
        "1.5",
        "true",
        "2024-05-01 10:30:00",
        " 007 ",
    ]


def test_each_sheet_with_cells_is_a_table_and_hidden_ones_too(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["name", "ip"])
        book.active.append(["web", "1"])
        book.create_sheet("Empty")
        book.create_sheet("Notes").append(["Confidential"])
        hidden = book.create_sheet("Hidden")
        hidden.sheet_state = "hidden"
        hidden.append(["name", "size"])

    reading = reading_of(tmp_path, workbook(fill))
    assert (reading.container, reading.encoding) == ("xlsx", None)
    assert reading.sheets == ("Sheet", "Empty", "Notes", "Hidden")
    assert [(table.sheet, table.records.height) for table in reading.tables] == [
        ("Sheet", 1),
        ("Hidden", 0),
    ]


def test_values_in_a_column_without_name_are_kept(tmp_path: Path) -> None:
    table = table_of(tmp_path, of_rows(["a", "b"], ["1", "2"], ["3", "4", None, "note"]))
    assert table.header == ("a", "b", "column 3", "column 4")


ERROR_ROWS = (
    ["name", "os", "cores", "owner"],
    ["web", "#N/A", 4.0, None],
    ["db", "#REF!", "#DIV/0!", "x"],
)


def test_errors_in_an_old_workbook_are_told_from_empty_cells(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, old_workbook(ERROR_ROWS))
    assert (reading.container, reading.sheets) == ("xls", ("Servers",))
    assert records_of(reading.tables[0]) == [
        (2, "read", None, ["web", "#N/A", "4", None]),
        (3, "read", None, ["db", "#REF!", "#DIV/0!", "x"]),
    ]


@pytest.mark.parametrize("first", [(0, 0), (4, 2)])
def test_every_error_of_an_old_workbook_stands_in_its_place(
    tmp_path: Path, first: tuple[int, int]
) -> None:
    errors = list(ERRORS)
    names = [f"name {at}" for at in range(len(errors))]
    table = table_of(tmp_path, old_workbook([names, errors, errors[::-1]], first))
    assert records_of(table) == [
        (first[0] + 2, "read", None, errors),
        (first[0] + 3, "read", None, errors[::-1]),
    ]


class PanicException(BaseException):
    """What the library raises where its own code gives up."""


def test_a_workbook_at_which_the_library_panics_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panic(_: bytes) -> None:
        raise PanicException("range end index 2 out of range for slice of length 0")

    monkeypatch.setattr(by_library.fastexcel, "read_excel", panic)
    with pytest.raises(UnreadableFileError) as refused:
        reading_of(tmp_path, with_comment(of_rows(["a", "b"], [1, 2])))
    assert refused.value.code == "corrupt_workbook"


def test_errors_are_told_from_empty_cells_by_the_library_too(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        for row in ERROR_ROWS:
            book.active.append(row)

    content = workbook(fill)
    changed = with_comment(content)
    assert read_package(content, "a", Limits()) is not None
    assert read_package(changed, "a", Limits()) is None
    assert records_of(table_of(tmp_path, changed)) == records_of(table_of(tmp_path, content))


def with_comment(content: bytes) -> bytes:
    """The workbook with a comment among its cells, which our own reader leaves to the library."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part.replace(b"<sheetData>", b"<sheetData><!-- hello -->"))
    return changed.getvalue()


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")


def archive_of(name: str, text: str = "a,b\n1,2\n") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (encrypted(), "encrypted_workbook"),
        (of_rows(["a", "b"], [1, 2])[:2000], "corrupt_workbook"),
        (b"PK\x03\x04 rubbish", "corrupt_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "corrupt_workbook"),
        (archive_of("picture.bin", "\x00\x01\x02"), "not_a_table"),
        (archive_of("xl/workbook.xml"), "corrupt_workbook"),
        (of_rows(), "not_a_table"),
    ],
)
def test_unreadable_workbooks_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        reading_of(tmp_path, content)
    assert refused.value.code == code


def test_a_workbook_that_grows_too_large_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    content = of_rows(["a", "b"], [1, 2])
    with pytest.raises(UnreadableFileError, match="bytes unpacked"):
        reading_of(tmp_path, content, Limits(uncompressed_bytes=1000))
    bomb = io.BytesIO(content)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zero.bin", bytes(20 * 1024**2))
    with pytest.raises(UnreadableFileError, match="times its size"):
        reading_of(tmp_path, bomb.getvalue())


def test_two_cells_in_opposite_corners_do_not_exhaust_memory(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["a", "b"])
        book.active["XFD1048576"] = "far"

    with pytest.raises(UnreadableFileError, match="cells in its sheets"):
        reading_of(tmp_path, workbook(fill))

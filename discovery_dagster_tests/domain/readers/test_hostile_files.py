"""Files made to break readers: each is read or refused with one sentence, within its limits."""

import io
import itertools
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from discovery_dagster.domain import contents
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits, read_file
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of, table_of
from discovery_dagster_tests.domain.readers.test_workbook import of_rows
from discovery_dagster_tests.domain.readers.test_zipped import zipped

pytestmark = pytest.mark.pipeline

MEGABYTE = 1024**2


def with_shared_texts(xml: str) -> bytes:
    """A workbook whose two cells hold the first shared text, which `xml` defines."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    for row in (["Name", "OS"], ["MARK", "MARK"]):
        sheet.write_row(sheet.dim_rowmax + 1 if sheet.dim_rowmax is not None else 0, 0, row)
    book.close()
    changed = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            data = xml if name == "xl/sharedStrings.xml" else source.read(name)
            target.writestr(name, data)
    return changed.getvalue()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
    + "]><sst><si><t>Name</t></si><si><t>OS</t></si><si><t>&j;</t></si></sst>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<sst><si><t>Name</t></si><si><t>OS</t></si><si><t>&x;</t></si></sst>"
)


@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE], ids=["billion laughs", "external entity"])
def test_entities_of_a_workbook_are_never_expanded(tmp_path: Path, xml: str) -> None:
    tracemalloc.start()
    try:
        cells = str([records_of(t) for t in reading_of(tmp_path, with_shared_texts(xml)).tables])
    except UnreadableFileError as refused:
        cells = refused.message
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "hahaha" not in cells
    assert "root:" not in cells
    assert peak < 64 * MEGABYTE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (",".join(f"c{at}" for at in range(1_000_000)) + "\n" + "1," * 999_999 + "1\n",
         "limit_exceeded"),
        ("name,os\nweb," + "x" * (2 * MEGABYTE) + "\n", "limit_exceeded"),
        ('[{"name":' + "[" * 100_000 + "]" * 100_000 + "}]", "limit_exceeded"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "limit_exceeded"),
        ("[" * 1_000_000, "limit_exceeded"),
    ],
    ids=["columns", "cell", "arrays", "objects", "open arrays"],
)  # fmt: skip
def test_text_beyond_a_limit_is_refused(tmp_path: Path, content: str, code: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        reading_of(tmp_path, content)
    assert refused.value.code == code
    assert refused.value.message.startswith("export.csv ")


def test_a_quote_that_is_not_closed_within_the_limit_is_none(tmp_path: Path) -> None:
    content = 'name,os\nweb,"' + "x,y\n" * 1_000 + '"\n'
    reading = reading_of(tmp_path, content, Limits(cell_characters=100))
    assert records_of(reading.tables[0])[0][:3] == (2, "rejected", "unclosed_quote")


def test_a_workbook_beyond_a_limit_is_refused(tmp_path: Path) -> None:
    wide = of_rows([f"c{at}" for at in range(200)], list(range(200)))
    with pytest.raises(UnreadableFileError, match="columns"):
        reading_of(tmp_path, wide, Limits(columns=100))
    with pytest.raises(UnreadableFileError, match="cells in its sheets"):
        reading_of(tmp_path, wide, Limits(sheet_cells=100))
    long = of_rows(["name", "os"], ["web", "x" * 5_000])
    with pytest.raises(UnreadableFileError, match="characters in a cell"):
        reading_of(tmp_path, long, Limits(cell_characters=1_000))


def test_a_file_beyond_the_limit_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="limit of 10 bytes"):
        reading_of(tmp_path, "name,os\nweb,RHEL\n", Limits(file_bytes=10))


def test_zero_bytes_are_kept_where_they_stand(tmp_path: Path) -> None:
    table = table_of(tmp_path, b"name,os\nwe\x00b,RHEL\ndb,SLES\n")
    assert [record[0] for record in records_of(table)] == [2, 3]


@pytest.fixture
def while_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], None]], None]:
    """Has something done to a file between two of the reads of which its reading consists."""

    def between(read: int, do: Callable[[], None]) -> None:
        reads, pread = itertools.count(1), os.pread

        def interrupted(descriptor: int, size: int, offset: int) -> bytes:
            if next(reads) == read:
                do()
            return pread(descriptor, size, offset)

        monkeypatch.setattr(contents.os, "pread", interrupted)

    return between


@pytest.mark.parametrize("read", [1, 2, 5, 20, 40])
@pytest.mark.parametrize("records", [2, 2_000_000], ids=["small", "large"])
def test_a_file_that_is_cut_off_while_it_is_read_is_refused(
    tmp_path: Path, while_read: Any, read: int, records: int
) -> None:
    path = tmp_path / "export.csv"
    path.write_text("name,os\n" + "web-server,RHEL\n" * records)
    size = path.stat().st_size
    while_read(min(read, 5) if records == 2 else read, lambda: os.truncate(path, size // 2))
    with pytest.raises(UnreadableFileError) as refused:
        read_file(path, path.name)
    assert refused.value.code == "changed_while_read"
    assert refused.value.message == (
        "export.csv was written to while it was read: wait until it is complete and retry."
    )


@pytest.mark.parametrize("content", [b"name,os\nweb,RHEL\n", b'[{"name": "web"}]', "workbook"])
def test_a_file_that_grows_while_it_is_read_is_refused_until_it_is_complete(
    tmp_path: Path, while_read: Any, content: bytes | str
) -> None:
    path = tmp_path / "export"
    path.write_bytes(of_rows(["name"], ["web"]) if isinstance(content, str) else content)

    def grow() -> None:
        with path.open("ab") as file:
            file.write(b"late,SL")

    while_read(2, grow)
    with pytest.raises(UnreadableFileError) as refused:
        read_file(path, path.name)
    assert refused.value.code == "changed_while_read"


@pytest.mark.parametrize("cut", [10, 200, 1_000, 3_000, -1, -30])
def test_workbooks_and_archives_that_are_cut_off_are_refused(tmp_path: Path, cut: int) -> None:
    for content in (of_rows(["name", "os"], ["web", "RHEL"]), zipped({"a.csv": "a,b\n" * 999})):
        with pytest.raises(UnreadableFileError) as refused:
            reading_of(tmp_path, content[: min(cut, len(content) - 1)])
        assert refused.value.code in {"corrupt_workbook", "not_a_table"}


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "a.zip", "a.png"])
def test_the_content_decides_and_not_the_ending(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("name,os\nweb,RHEL\n")
    assert read_file(path, name).container == "csv"
    path.write_bytes(of_rows(["name", "os"], ["web", "RHEL"]))
    assert read_file(path, name).container == "xlsx"


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"%PDF-1.7\n" + bytes(2_000), b"MZ" + bytes(500),
     b"<html><body><table><tr><td>a</td></tr></table></body></html>", b"\xff" * 5_000],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    try:
        tables = reading_of(tmp_path, content).tables
    except UnreadableFileError as refused:
        assert refused.message.startswith("export.csv ")
    else:
        assert tables


def test_archives_in_archives_are_not_unpacked(tmp_path: Path) -> None:
    content = zipped({"bomb.csv": b"a,b\n" + b"0,1\n" * 1000})
    for _ in range(20):
        content = zipped({"inner.zip": content})
    with pytest.raises(UnreadableFileError) as refused:
        reading_of(tmp_path, content)
    assert refused.value.code == "not_a_table"


def test_an_archive_whose_directory_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    content = zipped({"a.csv": b"a,b\n" + b"0,1\n" * 100_000})
    size = (400_004).to_bytes(4, "little")
    assert content.count(size) == 2
    lying = content.replace(size, (100).to_bytes(4, "little"))
    with pytest.raises(UnreadableFileError):
        reading_of(tmp_path, lying)

"""A child process reads: what a file does to it is the end of that file, and of nothing else."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from discovery_dagster.domain import intake
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.intake import Readings, SourceFile
from discovery_dagster.domain.readers import Limits
from discovery_dagster.domain.readers.workbook import read_sheets
from discovery_dagster.reference import SAMPLE_ESTATE
from discovery_dagster.sandbox.allowance import Allowance
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster_tests.domain.readers.old_workbooks import ERRORS, old_workbook
from discovery_dagster_tests.domain.readers.test_workbook import of_rows

MEGABYTE = 1024**2


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(Limits(), Allowance()) as reader:
        yield reader


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "servers.csv"
    path.write_text("hostname,os\nweb,RHEL 8\n")
    return path


def child_of(reader: SandboxedReader) -> subprocess.Popen[bytes]:
    return reader._child._process


def has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(true, seconds=20.0):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_what_is_read_apart_is_what_is_read_here(reader: SandboxedReader, tmp_path: Path) -> None:
    (tmp_path / "merged.xlsx").write_bytes(of_rows(["Name", "OS"], ["web", "#N/A"], ["db", ""]))
    (tmp_path / "old.xls").write_bytes(old_workbook([["Name", "OS"], ["web", "#N/A"]]))
    (tmp_path / "ragged.csv").write_text('Name,OS\nweb,RHEL,surplus\ndb\n"open,x\n')
    paths = [Path(str(path)) for path in SAMPLE_ESTATE.iterdir() if path.is_file()]
    for path in [*paths, *tmp_path.iterdir()]:
        here, apart = intake.read_tables(path, path.name), reader.read_tables(path, path.name)
        for (table, known), (other, other_known) in zip(here[1], apart[1], strict=True):
            assert known is other_known
            assert other.records.schema == table.records.schema
            assert other.records.equals(table.records)
            for name in ("file", "sheet", "header", "header_line", "cut_off", "merged"):
                assert getattr(other, name) == getattr(table, name)
        for name in ("container", "encoding", "delimiter", "sheets", "notes"):
            assert getattr(here[0], name) == getattr(apart[0], name)


def test_sheets_that_are_read_apart_are_those_that_are_read_here(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    path = tmp_path / "decisions.xlsx"
    path.write_bytes(of_rows(["Name", "OS"], ["web", "RHEL"]))
    here = read_sheets(path.read_bytes(), path.name, Limits())
    for sheet, other in zip(here, reader.read_sheets(path, path.name), strict=True):
        assert (sheet.name, sheet.first_column, sheet.layout) == (
            other.name, other.first_column, other.layout,
        )  # fmt: skip
        assert sheet.cells.equals(other.cells)


def test_one_child_reads_file_after_file(reader: SandboxedReader, small: Path) -> None:
    reader.read_tables(small, small.name)
    first = child_of(reader).pid
    with pytest.raises(UnreadableFileError, match=r"^empty\.csv is empty\.$") as refused:
        empty = small.with_name("empty.csv")
        empty.touch()
        reader.read_tables(empty, empty.name)
    assert refused.value.code == "empty_file"
    reader.read_tables(small, small.name)
    assert child_of(reader).pid == first


def test_a_file_that_needs_more_memory_than_it_may_have_is_refused_and_the_next_one_read(
    small: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large.json"
    rows = ({"name": f"srv-{at}", "ip": "10.0.0.1", "os": "RHEL 8"} for at in range(200_000))
    large.write_text(json.dumps(list(rows)))
    with SandboxedReader(Limits(), Allowance(memory=-(3 * 1024 * MEGABYTE // 4))) as reader:
        with pytest.raises(UnreadableFileError) as refused:
            reader.read_tables(large, large.name)
        assert refused.value.code == "file_too_large_to_read"
        assert refused.value.message.startswith("large.json takes more memory to read than ")
    with SandboxedReader(Limits(), Allowance()) as reader:
        reader.read_tables(small, small.name)


def test_a_file_that_takes_longer_than_it_may_is_refused_and_the_next_one_read(
    small: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large.yaml"
    large.write_text("".join(f"- name: srv-{at}\n  os: RHEL 8\n" for at in range(20_000)))
    with SandboxedReader(Limits(), Allowance(seconds=-1.9)) as reader:
        with pytest.raises(UnreadableFileError) as refused:
            reader.read_tables(large, large.name)
        assert refused.value.code == "reading_took_too_long"
        assert refused.value.message.startswith("large.yaml takes longer to read than ")
    with SandboxedReader(Limits(), Allowance()) as reader:
        reader.read_tables(small, small.name)


def test_a_child_that_somebody_kills_is_replaced(reader: SandboxedReader, small: Path) -> None:
    reader.read_tables(small, small.name)
    first = child_of(reader).pid
    os.kill(first, signal.SIGKILL)
    assert reader.read_tables(small, small.name)[1]
    assert child_of(reader).pid != first


def test_the_others_of_a_session_are_read_when_a_file_ends_its_child(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Frail(SandboxedReader):
        """Its child dies of one file, as it would of a fault in a library."""

        def read_tables(self, path: Path, name: str) -> intake.FileTables:
            if name == "deadly.csv":
                super().read_tables(small, small.name)
                os.kill(child_of(self).pid, signal.SIGSEGV)
            return super().read_tables(path, name)

    files = [SourceFile(f"{name}.csv", small, name, 9) for name in ("first", "deadly", "last")]
    with Frail(Limits(), Allowance()) as reader:
        described = intake.describe_files(files, lambda *_: None, Readings(reader.read_tables))
    assert described["error"].is_null().to_list() == [True, False, True]
    (why,) = described["error"].drop_nulls()
    assert why.startswith("deadly.csv is damaged in a way that ends the program that reads it")


@pytest.mark.parametrize(
    ("at", "claimed"),
    [
        (44, b"\xff\xff\xff\xff"),  # sectors of the table
        (64, b"\xf0\xff\xff\xff"),  # of the table of small streams
        (1621, b"\x7f\x7f\x7f\x7f"),  # row and column of a cell
    ],
)
def test_an_old_workbook_that_claims_more_than_it_holds_ends_its_child_alone(
    reader: SandboxedReader, small: Path, at: int, claimed: bytes
) -> None:
    content = bytearray(old_workbook([list(ERRORS), list(ERRORS)]))
    content[at : at + len(claimed)] = claimed
    path = small.with_name("old.xls")
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"^old\.xls ") as refused:
        reader.read_tables(path, path.name)
    assert refused.value.code in {"corrupt_workbook", "file_too_large_to_read"}
    assert reader.read_tables(small, small.name)[1]


def test_a_fault_of_ours_is_said_without_what_the_file_holds(
    reader: SandboxedReader, small: Path
) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        reader._read("tables", small, 17, lambda _: None)  # a name that is no text
    assert refused.value.code == "reader_failed"
    assert "web" not in refused.value.message


def test_a_file_that_is_not_there_is_no_fault_of_its_content(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        reader.read_tables(tmp_path / "gone.csv", "gone.csv")
    assert missing.value.filename == str(tmp_path / "gone.csv")


def test_a_child_knows_no_secrets_and_keeps_its_files_to_itself(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOVERY_POSTGRES_URL", "postgresql://me:hunter2@db/x")
    monkeypatch.setenv("DISCOVERY_LLM_API_KEY", "hunter2")
    with SandboxedReader(Limits(), Allowance(), tmp_path) as reader:
        reader.read_tables(small, small.name)
        pid = child_of(reader).pid
        process = Path(f"/proc/{pid}")
        assert b"hunter2" not in (process / "environ").read_bytes()
        assert "Umask:\t0077" in (process / "status").read_text()
        assert "Max core file size        0 " in (process / "limits").read_text()
        assert "Max open files            64 " in (process / "limits").read_text()
        assert (process / "cwd").readlink().is_relative_to(tmp_path)
        sockets = [each for each in (process / "fd").iterdir() if "socket" in str(each.readlink())]
        assert len(sockets) == 1
    assert has_ended(pid)
    assert list(tmp_path.iterdir()) == [small]


def test_a_child_dies_with_its_parent_even_in_the_middle_of_a_file(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text("".join(f"- name: srv-{at}\n  os: RHEL 8\n" for at in range(200_000)))
    program = """
        import sys
        from pathlib import Path
        from discovery_dagster.sandbox.allowance import Allowance
        from discovery_dagster.sandbox.reader import SandboxedReader
        from discovery_dagster.domain.readers import Limits
        reader = SandboxedReader(Limits(), Allowance())
        try:
            reader.read_tables(Path("/nowhere"), "nowhere")
        except OSError:
            print(reader._child._process.pid, flush=True)
        reader.read_tables(Path(sys.argv[1]), "large.yaml")
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(large)], stdout=subprocess.PIPE
    )
    with parent:
        child = int(parent.stdout.readline())
        before = processor_seconds(child)
        wait_until(lambda: processor_seconds(child) > before + 0.5)
        parent.kill()
    wait_until(lambda: has_ended(child), seconds=2)


def test_large_tables_come_back_whole(reader: SandboxedReader, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    rows = pl.select(number=pl.int_range(50_000)).with_columns(
        hostname=pl.format("srv-{}", "number"), os=pl.lit("RHEL 8")
    )
    rows.write_csv(path)
    ((table, _),) = reader.read_tables(path, path.name)[1]
    assert table.records["c1"].to_list() == rows["hostname"].to_list()

"""Archives of files: each member is a file, and none vanishes."""

import io
import zipfile
from pathlib import Path

import pytest

from discovery_dagster.domain import formats
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.readers import Limits
from discovery_dagster_tests.domain.readers.reading import reading_of, records_of
from discovery_dagster_tests.domain.readers.test_workbook import of_rows


def zipped(members: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def test_each_member_is_read_like_a_file(tmp_path: Path) -> None:
    members = {
        "export/servers.csv": "name;os\nweb;RHEL\n",
        "apps.xlsx": of_rows(["Application", "Owner"], ["CRM", "Jane"]),
        "__MACOSX/._servers.csv": b"\x00\x05",
    }
    reading = reading_of(tmp_path, zipped(members))
    assert reading.container == "zip"
    assert [(table.sheet, table.header) for table in reading.tables] == [
        ("export/servers.csv", ("name", "os")),
        ("apps.xlsx/Sheet", ("Application", "Owner")),
    ]
    assert reading.sheets == ("export/servers.csv", "apps.xlsx")


def test_a_member_that_cannot_be_read_is_a_rejected_record(tmp_path: Path) -> None:
    inner = zipped({"a.csv": "name,os\nweb,RHEL\n"})
    members = {"a.csv": "name,os\nweb,RHEL\n", "logo.png": b"\x89PNG\x00\x01", "in.zip": inner}
    _, picture, nested = reading_of(tmp_path, zipped(members)).tables
    assert (picture.sheet, records_of(picture)[0][1]) == ("logo.png", "rejected")
    assert records_of(nested)[0][:3] == (1, "rejected", "nested_archive")


def test_equal_members_count_once_and_the_second_is_said(tmp_path: Path) -> None:
    text = "name,os\nweb,RHEL\n"
    reading = reading_of(tmp_path, zipped({"a.csv": text, "old/b.csv": text, "c.csv": text + "\n"}))
    assert [table.sheet for table in reading.tables] == ["a.csv", "c.csv"]
    assert reading.sheets == ("a.csv", "old/b.csv", "c.csv")
    assert reading.notes == ("old/b.csv has the same content as a.csv and is not read again.",)


def test_tabs_of_rvtools_are_known_by_the_names_of_their_files(tmp_path: Path) -> None:
    tabs = {
        "RVTools_tabvInfo.csv": "VM;Powerstate;CPUs;Memory\nvm1;poweredOn;2;4096\n",
        "RVTools_tabvDisk.csv": "VM;Disk;Capacity MB\nvm1;Hard disk 1;8000\n",
    }
    known = [formats.recognise(table) for table in reading_of(tmp_path, zipped(tabs)).tables]
    assert [each.name for each in known if each] == ["rvtools.vinfo", "rvtools.vdisk"]


def test_names_that_lead_elsewhere_lead_nowhere(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, zipped({"../../evil.csv": "name,os\nweb,RHEL\n"}))
    assert reading.tables[0].sheet == "../../evil.csv"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["content"]
    assert not (tmp_path.parent / "evil.csv").exists()


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(archive_members=1), "files in an archive"),
        (Limits(uncompressed_bytes=10), "bytes unpacked"),
    ],
)
def test_archives_beyond_a_limit_are_refused(tmp_path: Path, limits: Limits, what: str) -> None:
    members = {"a.csv": "name,os\nweb,RHEL\n", "b.csv": "name,os\ndb,RHEL\n"}
    with pytest.raises(UnreadableFileError, match=what):
        reading_of(tmp_path, zipped(members), limits)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="times its size"):
        reading_of(tmp_path, zipped({"a.csv": b"a,b\n" + bytes(64 * 1024**2)}))

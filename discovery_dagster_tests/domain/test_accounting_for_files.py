"""Every file that was given is accounted for: read, repeated, empty or refused, each with why."""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from discovery_dagster.domain import intake
from discovery_dagster.domain.intake import NothingReadableError, Readings, SourceFile
from discovery_dagster.domain.preview import preview

SERVERS = "Hostname,OS\ntern1,RHEL 9\ntern2,RHEL 8\n"


def given(folder: Path, **contents: str) -> list[SourceFile]:
    files = []
    for name, text in contents.items():
        path = folder / name
        path.write_text(text)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        files.append(SourceFile(f"{name}.csv", path, sha256, len(text)))
    return files


def described(files: list[SourceFile]) -> pl.DataFrame:
    return intake.describe_files(files, lambda *_: None, Readings())


def test_a_repeated_file_is_listed_and_its_records_count_once(tmp_path: Path) -> None:
    files = given(tmp_path, ams=SERVERS, kiel=SERVERS, oslo=SERVERS + "tern3,RHEL 9\n")
    previewed = preview(files, Readings())
    assert [(file.name, file.records) for file in previewed.files] == [
        ("ams.csv", 2),
        ("kiel.csv", 0),
        ("oslo.csv", 3),
    ]
    assert previewed.files[1].notes == ["It has the same content as ams.csv and is not read again."]
    assert previewed.files[1].error is None


@pytest.mark.parametrize("text", ["Hostname,OS\n", "Hostname,OS\n\n\n"])
def test_a_file_with_a_header_alone_says_so(tmp_path: Path, text: str) -> None:
    (row,) = described(given(tmp_path, header=text)).to_dicts()
    assert row["error"] is None
    assert row["notes"] == ["It has no records below its header."]


@pytest.mark.parametrize("contents", [{"a": "", "b": " \n"}, {"a": "", "b": ""}, {"a": ""}, {}])
def test_a_session_of_which_nothing_can_be_read_is_no_empty_estate(
    tmp_path: Path, contents: dict[str, str]
) -> None:
    files = given(tmp_path, **contents)
    with pytest.raises(NothingReadableError) as refused:
        intake.files_to_read(files, described(files))
    assert not any(file.name in str(refused.value) for file in files)


def test_one_readable_file_is_enough(tmp_path: Path) -> None:
    files = given(tmp_path, empty="", ams=SERVERS)
    (read,) = intake.files_to_read(files, described(files))
    assert read.name == "ams.csv"

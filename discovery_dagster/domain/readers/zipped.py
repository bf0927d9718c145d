"""Zip archives of files: each member is read like a file, its tables named after it.

Members are never written under their own names, so that `../` in one leads nowhere. One that cannot
be read is a rejected record of the archive, with the reason; nothing of an archive vanishes.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.archive import DAMAGED, check_sizes
from discovery_dagster.domain.readers.records import frame_of_records, rejected_record
from discovery_dagster.domain.source_tables import FileReading, SourceTable

ReadFile = Callable[[Path, str, Limits], FileReading]

_WORKBOOKS: Final = ("xl/workbook.xml", "xl/workbook.bin")
_CHUNK: Final = 1024**2
#: What macOS and Windows add to archives beside what their user put in.
_BY_SYSTEMS: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def is_archive_of_files(path: Path) -> bool:
    """Whether the zip at `path` holds files, and is not a workbook itself."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (*DAMAGED, OSError):
        return False
    return bool(names) and not any(name in _WORKBOOKS for name in names)


def read_archive(path: Path, name: str, limits: Limits, read: ReadFile) -> FileReading:
    """Read the members of the zip at `path` with `read`; archives in it are not unpacked.

    Raises:
        UnreadableFileError: `limit_exceeded`; `not_a_table`, when no member can be read.
    """
    tables: list[SourceTable] = []
    notes: list[str] = []
    readable, members = False, []
    first: dict[str, str] = {}  # member of each content
    with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
        _check(archive, path.stat().st_size, name, limits)
        for member in archive.infolist():
            if member.is_dir() or any(mark in member.filename for mark in _BY_SYSTEMS):
                continue
            members.append(member.filename)
            try:
                unpacked, digest = _unpack(archive, member, Path(folder) / "member", limits)
                same = first.setdefault(digest, member.filename)
                if same != member.filename:
                    notes.append(
                        f"{member.filename} has the same content as {same} and is not read again."
                    )
                    continue
                reading = read(unpacked, name, limits)
                tables += _tables(reading, member.filename)
                notes += [f"{member.filename}: {note}" for note in reading.notes]
                readable = True
            except UnreadableFileError as error:
                if error.code == "limit_exceeded":
                    raise
                tables.append(_refused(name, member.filename, error))
    if not readable:
        raise UnreadableFileError(
            "not_a_table", f"{name} is an archive that holds no file with a table in it."
        )
    return FileReading("zip", tuple(tables), sheets=tuple(members), notes=tuple(notes))


def _check(archive: zipfile.ZipFile, size: int, name: str, limits: Limits) -> None:
    members = archive.infolist()
    check_limit(name, "files in an archive", len(members), limits.archive_members)
    check_sizes(archive, size, name, limits)


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limits: Limits
) -> tuple[Path, str]:
    """Unpack a member to `target`, and return its SHA-256; more than it declares is not written."""
    check_limit(member.filename, "bytes", member.file_size, limits.file_bytes)
    digest = hashlib.sha256()
    with target.open("wb") as written:
        for chunk in _contents(archive, member):
            written.write(chunk)
            digest.update(chunk)
    with target.open("rb") as written_file:
        if written_file.read(4) == b"PK\x03\x04" and is_archive_of_files(target):
            raise UnreadableFileError(
                "nested_archive", f"{member.filename} is an archive in an archive: unpack it."
            )
    return target, digest.hexdigest()


def _contents(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as source:
            while chunk := source.read(_CHUNK):
                yield chunk
    except (*DAMAGED, OSError) as error:
        encrypted = bool(member.flag_bits & 1)
        raise UnreadableFileError(
            "encrypted_file" if encrypted else "corrupt_file",
            f"{member.filename} is encrypted." if encrypted else f"{member.filename} is damaged.",
        ) from error


def _tables(reading: FileReading, member: str) -> Iterator[SourceTable]:
    for table in reading.tables:
        sheet = f"{member}/{table.sheet}" if table.sheet else member
        yield replace(table, sheet=sheet)


def _refused(name: str, member: str, error: UnreadableFileError) -> SourceTable:
    record = rejected_record(1, error.code, error.message)
    return SourceTable(name, member, (f"file {member}",), 0, frame_of_records([record], 1))

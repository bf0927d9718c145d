"""From a file to source tables, losing nothing: which container it is, and its reader.

What a container's bytes mean is its own module's matter; what the columns mean is decided later.
"""

import mmap
from pathlib import Path

from discovery_dagster.domain.readers.delimited import read_delimited
from discovery_dagster.domain.readers.encoding import decode, detect_encoding
from discovery_dagster.domain.readers.json_text import read_json
from discovery_dagster.domain.readers.limits import Limits, check_limit
from discovery_dagster.domain.readers.workbook import ZIP, is_workbook, read_workbook
from discovery_dagster.domain.readers.zipped import is_archive_of_files, read_archive
from discovery_dagster.domain.tables import FileReading, UnreadableFileError

__all__ = ["Limits", "read_file"]


def read_file(path: Path, name: str, limits: Limits = Limits()) -> FileReading:  # noqa: B008 - frozen
    """Read the file at `path`; its content decides what it is, not its ending.

    Args:
        path: a regular file that nobody writes to.
        name: the user's name of it, which tables and messages carry.
        limits: how large it may be.

    Raises:
        UnreadableFileError: `empty_file`, `not_a_table`, `encrypted_workbook`, `corrupt_workbook`,
            `invalid_json` or `limit_exceeded`.
    """
    size = path.stat().st_size
    check_limit(name, "bytes", size, limits.file_bytes)
    if size == 0:
        raise UnreadableFileError("empty_file", f"{name} is empty.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] == ZIP and is_archive_of_files(path):
            return read_archive(path, name, limits, read_file)
        if is_workbook(data[:8]):
            return read_workbook(data[:], name, limits)
        encoding = detect_encoding(data, name)
        start = decode(data[:65_536], encoding).lstrip()
        if not start and not decode(data[:], encoding).strip():
            raise UnreadableFileError("empty_file", f"{name} is empty.")
        if start.startswith(("{", "[")):
            return read_json(decode(data[:], encoding), encoding, name, limits)
        return read_delimited(data, encoding, name, limits)

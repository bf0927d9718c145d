"""From a file to source tables, losing nothing: which container it is, and its reader.

What a container's bytes mean is its own module's matter; what the columns mean is decided later.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from discovery_dagster.domain.readers.delimited import read_delimited
from discovery_dagster.domain.readers.encoding import decode, detect_encoding
from discovery_dagster.domain.readers.json_text import read_json
from discovery_dagster.domain.readers.limits import Limits, check_limit
from discovery_dagster.domain.readers.workbook import ZIP, is_workbook, read_workbook
from discovery_dagster.domain.readers.zipped import is_archive_of_files, read_archive
from discovery_dagster.domain.tables import FileReading, UnreadableFileError

__all__ = ["Limits", "read_file"]

_MAPPED_FROM: Final = 16 * 1024**2  # bytes from which on a file is not copied into memory


def read_file(path: Path, name: str, limits: Limits = Limits()) -> FileReading:  # noqa: B008 - frozen
    """Read the file at `path`; its content decides what it is, not its ending.

    Args:
        path: a regular file; what is written to it meanwhile is left out.
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
    with _contents(path, size) as data:
        if not data:
            raise UnreadableFileError("empty_file", f"{name} is empty.")
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


@contextmanager
def _contents(path: Path, size: int) -> Iterator[bytes | mmap.mmap]:
    """The first `size` bytes of a file, which may go on growing.

    A file that is cut off while it is mapped ends the process; only large ones are mapped.
    """
    with path.open("rb") as file:
        if size <= _MAPPED_FROM:
            yield file.read(size)
        else:
            with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
                yield data

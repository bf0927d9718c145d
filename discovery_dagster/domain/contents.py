"""The bytes of a file, each of them copied when it is read.

A file that is mapped ends the process (SIGBUS) when somebody cuts it off meanwhile. Reading gives
too few bytes instead, and a file that does not stay as it was is refused: half of what is being
written must not pass for all of it.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from discovery_dagster.domain.errors import UnreadableFileError

_CHUNK: Final = 1024**2
_AT_ONCE: Final = 1024**3  # bytes; Linux gives at most 2 GiB in one call


class Bytes(Protocol):
    """`bytes`, or what is read like them in slices."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> bytes: ...


class Contents:
    """The bytes of an open file as it was when it was opened."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor, self._name = descriptor, name
        self._before = _state(descriptor)

    def __len__(self) -> int:
        return self._before[0]

    def __getitem__(self, part: slice, /) -> bytes:
        """Read a slice of step 1.

        Raises:
            UnreadableFileError: `changed_while_read`, when the file has become shorter.
        """
        start, stop, _ = part.indices(len(self))
        pieces = []
        while start < stop:
            piece = os.pread(self._descriptor, min(stop - start, _AT_ONCE), start)
            if not piece:
                raise self._changed()
            pieces.append(piece)
            start += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def check_unchanged(self) -> None:
        """Refuse the file when it was written to since it was opened.

        Raises:
            UnreadableFileError: `changed_while_read`.
        """
        if _state(self._descriptor) != self._before:
            raise self._changed()

    def _changed(self) -> UnreadableFileError:
        return UnreadableFileError(
            "changed_while_read",
            f"{self._name} was written to while it was read: wait until it is complete and retry.",
        )


@contextmanager
def opened(path: Path, name: str) -> Iterator[Contents]:
    """Open the file at `path`; whatever was found in it counts only if nobody wrote to it.

    Raises:
        UnreadableFileError: `changed_while_read`.
    """
    with path.open("rb") as file:
        contents = Contents(file.fileno(), name)
        try:
            yield contents
        finally:
            # What somebody still writes may look damaged, or end in the middle of a line.
            contents.check_unchanged()


def chunks(data: Bytes) -> Iterator[bytes]:
    """Give `data` in order, in parts of 1 MiB."""
    return (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))


def _state(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content.

    Raises:
        OSError: when it cannot be read.
    """
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

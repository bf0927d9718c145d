"""Where the bytes of the object store may lie: what a folder and a bucket have in common.

Keys are names with slashes between them; an object is there whole or not at all.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final, Protocol

#: How the names of objects begin that are being written, or were when a process was killed.
UNFINISHED: Final = ".unfinished-"

#: Writes an object, and returns the name that it is to have.
Fill = Callable[[IO[bytes]], str]


@dataclass(frozen=True)
class StoredObject:
    """An object that is there.

    Attributes:
        key: by which it is found.
        size: in bytes.
        modified: when it was written, in seconds since 1970.
        version: what the place calls this content of it, if anything.
    """

    key: str
    size: int
    modified: float
    version: str | None = None


class Place(Protocol):
    """Keeps objects. What cannot be read or written raises an OSError, here and below."""

    def write(self, folder: str, fill: Fill) -> None:
        """Keep what `fill` writes below `folder`; nothing when it raises."""

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open an object for reading anywhere in it."""

    def copy(self, key: str) -> AbstractContextManager[Path]:
        """Give an object as a file while the block runs."""

    def objects(self, folder: str = "") -> Iterator[StoredObject]:
        """List the objects below `folder`, those of one folder together."""

    def delete(self, key: str) -> None:
        """Delete one object."""

    def delete_below(self, folder: str = "") -> int:
        """Delete all objects below `folder`; return their number."""

    def address(self, key: str = "") -> str:
        """Where people find an object, or all of them."""

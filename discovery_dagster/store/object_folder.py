"""Objects as the files of a folder: of the home, or of a share."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from discovery_dagster.store.places import UNFINISHED, Fill, StoredObject


@dataclass(frozen=True)
class ObjectFolder:
    """A `Place` on this machine."""

    root: Path

    def write(self, folder: str, fill: Fill) -> None:
        """See `Place`. The file has reached the disk before it gets its name."""
        parent = self.root / folder
        parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("wb", dir=parent, prefix=UNFINISHED, delete=False) as temporary:
            path = Path(temporary.name)
            try:
                name = fill(temporary.file)
                temporary.flush()
                os.fsync(temporary.fileno())
            except BaseException:
                path.unlink()
                raise
        path.replace(parent / name)

    def open(self, key: str) -> BinaryIO:
        """See `Place`."""
        return (self.root / key).open("rb")

    @contextmanager
    def copy(self, key: str) -> Iterator[Path]:
        """See `Place`. It is the file itself."""
        yield self.root / key

    def objects(self, folder: str = "") -> Iterator[StoredObject]:
        """See `Place`."""
        for parent, folders, names in os.walk(self.root / folder):
            folders.sort()
            for name in sorted(names):
                path = Path(parent, name)
                key = path.relative_to(self.root).as_posix()
                try:
                    status = path.stat()
                except FileNotFoundError:
                    continue  # it has its name, or is deleted, since
                yield StoredObject(key, status.st_size, status.st_mtime)

    def delete(self, key: str) -> None:
        """See `Place`."""
        (self.root / key).unlink()

    def delete_below(self, folder: str = "") -> int:
        """See `Place`. The folders go with them."""
        path = self.root / folder
        files = sum(each.is_file() for each in path.rglob("*"))
        if path.exists():
            shutil.rmtree(path)
        return files

    def address(self, key: str = "") -> str:
        """See `Place`. A path."""
        return str(self.root / key)

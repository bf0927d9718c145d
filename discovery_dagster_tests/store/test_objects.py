"""Bytes that are archived: what is kept is what its hash says, whatever happens to the source."""

import hashlib
import io
from pathlib import Path

from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.objects import ObjectStore

SESSION = SessionKey.of(EngagementKey("acme", "move"), "s001")


class Growing(type(Path())):
    """A file to which somebody writes while it is read."""

    def open(self, mode: str = "r", **_: object) -> io.FileIO:
        """Open it for reading."""
        return _Grown(str(self), "rb")


class _Grown(io.FileIO):
    _lines = 3

    def read(self, size: int = -1) -> bytes:
        data = super().read(size)
        if self._lines:
            self._lines -= 1
            with Path(str(self.name)).open("ab") as file:
                file.write(b"late,SLES\n")
        return data


def test_a_file_that_grows_while_it_is_archived_is_kept_as_it_was_read(tmp_path: Path) -> None:
    path = Growing(tmp_path / "growing.csv")
    Path(path).write_bytes(b"name,os\nweb,RHEL\n")
    objects = ObjectStore(tmp_path / "objects")
    sha256, size = objects.archive(SESSION, path)
    kept = objects.file(SESSION, sha256).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == sha256
    assert len(kept) == size
    assert Path(path).read_bytes().startswith(kept)
    assert kept.count(b"late") == 3

"""Bytes that are archived: what is kept is what its hash says, whatever happens to the source."""

import hashlib
import io
from pathlib import Path

import pytest

from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.objects import FileChangedError, ObjectStore

SESSION = SessionKey.of(EngagementKey("acme", "move"), "s001")


class Growing(type(Path())):
    """A file to which somebody writes while it is read."""

    def open(self, mode: str = "r", **_: object) -> io.FileIO:
        """Open it for reading."""
        return _Grown(str(self), "rb")


class _Grown(io.FileIO):
    written = False

    def read(self, size: int = -1) -> bytes:
        data = super().read(size)
        if not self.written:
            self.written = True
            with Path(str(self.name)).open("ab") as file:
                file.write(b"late,SL")
        return data


def test_a_file_that_grows_while_it_is_archived_is_refused_until_it_is_complete(
    tmp_path: Path,
) -> None:
    path = Path(tmp_path / "growing.csv")
    path.write_bytes(b"name,os\nweb,RHEL\n")
    objects = ObjectStore(tmp_path / "objects")
    with pytest.raises(FileChangedError, match=r"^growing\.csv was written to while it was read"):
        objects.archive(SESSION, Growing(path))
    assert [file for file in (tmp_path / "objects").rglob("*") if file.is_file()] == []
    sha256, size = objects.archive(SESSION, path)
    kept = objects.file(SESSION, sha256).read_bytes()
    assert kept == path.read_bytes() == b"name,os\nweb,RHEL\nlate,SL"
    assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (sha256, size)

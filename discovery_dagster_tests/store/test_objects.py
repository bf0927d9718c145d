"""Bytes that are archived: what is kept is what its hash says, whatever happens to the source."""

import hashlib
from pathlib import Path

import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster_tests.growing import grows

SESSION = SessionKey.of(EngagementKey("acme", "move"), "s001")


def test_a_file_that_grows_while_it_is_archived_is_refused_until_it_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(tmp_path / "growing.csv")
    path.write_bytes(b"name,os\nweb,RHEL\n")
    objects = ObjectStore(tmp_path / "objects")
    with monkeypatch.context() as patch, pytest.raises(UnreadableFileError) as refused:
        grows(patch, path, b"late,SL")
        objects.archive(SESSION, path)
    assert refused.value.code == "changed_while_read"
    assert [file for file in (tmp_path / "objects").rglob("*") if file.is_file()] == []
    sha256, size = objects.archive(SESSION, path)
    kept = objects.file(SESSION, sha256).read_bytes()
    assert kept == path.read_bytes() == b"name,os\nweb,RHEL\nlate,SL"
    assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (sha256, size)

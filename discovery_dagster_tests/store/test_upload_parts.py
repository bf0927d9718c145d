"""Files that come in parts: whole in the end, or as far as they came; nobody else's."""

import base64
import hashlib
import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store import upload_parts
from discovery_dagster.store.inbox_folder import InboxFolder
from discovery_dagster.store.upload_parts import Announced, NoSuchUploadError, WrongPartError
from discovery_dagster.store.uploads import UnusableFileError
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.searching import examples

KEY = EngagementKey("acme", "exit")
ANN = "token-1"


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def begun(inbox, content: bytes = b"0123456789", name: str = "a.csv") -> str:
    announced = [Announced(name, len(content))]
    return upload_parts.begin(inbox, KEY, ANN, announced, "May", "", look=False)


def send(inbox, number: str, content: bytes, offset: int, owner: str = ANN, key=KEY) -> int:
    return upload_parts.append(inbox, key, owner, number, 0, offset, digest(content), content)


@pytest.fixture
def inbox(tmp_path):
    return InboxFolder(tmp_path)


@settings(max_examples=examples(30), deadline=None)
@given(
    content=st.binary(min_size=1, max_size=300),
    size=st.integers(1, 90),
    kills=st.sets(st.integers(0, 20)),
)
def test_whatever_is_killed_when_the_file_comes_whole(content, size, kills):
    with open_folder() as folder:
        inbox = InboxFolder(folder)
        number = begun(inbox, content)
        while not (upload := upload_parts.find(inbox, KEY, ANN, number)).is_whole:
            (file,) = upload.files
            part = content[file.offset : file.offset + size]
            if file.offset // size in kills:  # killed while the part was written
                kills = kills - {file.offset // size}
                with (upload.folder / "a.csv").open("ab") as out:
                    out.write(part[: len(part) // 2] + b"x")
                with (upload.folder / ".parts").open("a") as out:
                    out.write('[0, 3, "')
            send(inbox, number, part, file.offset)
        done = upload_parts.end(inbox, KEY, ANN, number)
        assert (done.folder / "a.csv").read_bytes() == content
        assert [path.name for path in done.folder.iterdir()] == ["a.csv"]


def test_a_part_that_does_not_follow_or_is_not_whole_is_refused(inbox):
    number = begun(inbox)
    with pytest.raises(WrongPartError, match="as it was sent"):
        upload_parts.append(inbox, KEY, ANN, number, 0, 0, digest(b"other"), b"0123")
    for content, offset in ((b"0123", 1), (b"", 0), (b"01234567890", 0)):
        with pytest.raises(WrongPartError, match="begins at 0"):
            send(inbox, number, content, offset)
    send(inbox, number, b"0123", 0)
    with pytest.raises(WrongPartError, match="begins at 4"):
        send(inbox, number, b"0123", 0)
    with pytest.raises(WrongPartError, match="Not all parts"):
        upload_parts.end(inbox, KEY, ANN, number)
    with pytest.raises(WrongPartError, match="No such file"):
        upload_parts.append(inbox, KEY, ANN, number, 1, 0, digest(b"a"), b"a")


def test_nobody_goes_on_with_anothers_upload(inbox):
    number = begun(inbox)
    other = EngagementKey("rival", "exit")
    for owner, key in (("token-2", KEY), (ANN, other)):
        with pytest.raises(NoSuchUploadError):
            send(inbox, number, b"0123", 0, owner, key)
        with pytest.raises(NoSuchUploadError):
            upload_parts.find(inbox, key, owner, number)
        with pytest.raises(NoSuchUploadError):
            upload_parts.end(inbox, key, owner, number)
    for wrong in ("", "..", "../../x", "a" * 16):
        with pytest.raises(NoSuchUploadError):
            upload_parts.find(inbox, KEY, ANN, wrong)
    assert upload_parts.find(inbox, KEY, ANN, number).files[0].offset == 0


@pytest.mark.parametrize("name", ["../a", ".hidden", "_READY", "a\x00b", "x" * 300])
def test_a_file_that_the_inbox_would_not_take_in_is_not_announced(inbox, name):
    with pytest.raises(UnusableFileError):
        begun(inbox, name=name)
    assert inbox.files_of(KEY) == []


def test_an_upload_that_was_never_ended_is_deleted_after_a_day_without_parts(inbox):
    number = begun(inbox)
    folder = inbox.begun(KEY, number)
    long_ago = time.time() - 90_000
    os.utime(folder, (long_ago, long_ago))
    send(inbox, number, b"0123", 0)
    assert inbox.delete_abandoned() == 0, "somebody still sends"
    os.utime(folder, (long_ago, long_ago))
    assert inbox.delete_abandoned() == 1
    with pytest.raises(NoSuchUploadError):
        send(inbox, number, b"4567", 4)

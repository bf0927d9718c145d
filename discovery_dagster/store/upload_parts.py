"""Files that come in parts: each part is checked and kept, so that a broken connection costs one.

The files lie in the hidden folder that every upload begins in. Beside them a list says whose they
are, what is to come, and which parts have come: what is not in it has not, whatever the disk says.
"""

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from discovery_dagster.domain.errors import AbsentError, InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store import uploads
from discovery_dagster.store.inboxes import Inbox

#: Bytes of a part at most; a browser sends parts of this size.
PART_BYTES: Final = 8 * 1024 * 1024

#: Hidden in the folder: a line of JSON that says what is to come, and one for each part.
_LIST: Final = ".parts"


class NoSuchUploadError(AbsentError):
    """An upload that has ended, was never begun, or is somebody else's; one sentence."""

    code = "no_such_upload"


class WrongPartError(InvalidRequestError):
    """A part that does not follow what has come, or is not what its digest says; one sentence."""

    code = "wrong_part"


@dataclass(frozen=True)
class Announced:
    """A file that is to come; `size` in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Coming:
    """A file as far as it has come: `offset` in bytes, and the digest of each part."""

    name: str
    size: int
    offset: int
    parts: Sequence[str]


@dataclass(frozen=True)
class PartialUpload:
    """Files that are being sent together, for a new session called `title` or for `session`."""

    folder: Path
    title: str
    session: str
    look: bool
    files: Sequence[Coming]

    @property
    def is_whole(self) -> bool:
        """Whether every byte has come."""
        return all(file.offset == file.size for file in self.files)


def begin(
    inbox: Inbox,
    engagement: EngagementKey,
    owner: str,
    files: Sequence[Announced],
    title: str,
    session: str,
    *,
    look: bool,
) -> str:
    """Make room for files that are announced, and return the number of the upload.

    Raises:
        UnusableFileError: when the inbox would not take a file in by its name.
        OSError: when the folder cannot be made.
    """
    folder = inbox.begin(engagement)
    try:
        for file in files:
            uploads.new_file(folder, file.name).close()
    except InvalidRequestError:
        uploads.discard(folder)
        raise
    head = {
        "engagement": str(engagement),
        "owner": owner,
        "title": title,
        "session": session,
        "look": look,
        "files": [[file.name, file.size] for file in files],
    }
    (folder / _LIST).write_text(json.dumps(head) + "\n", "utf-8")
    return folder.name.rpartition("upload-")[2]


def find(inbox: Inbox, engagement: EngagementKey, owner: str, number: str) -> PartialUpload:
    """Return how far an upload has come.

    Raises:
        NoSuchUploadError: when it has ended, or is not the owner's.
    """
    with _opened(inbox, engagement, owner, number) as (folder, _, lines):
        return _upload(folder, lines)


def append(
    inbox: Inbox,
    engagement: EngagementKey,
    owner: str,
    number: str,
    file: int,
    offset: int,
    digest: str,
    content: bytes,
) -> int:
    """Keep the next part of a file, and return where the next one begins.

    Args:
        inbox: where the files land in the end.
        engagement: for which they are.
        owner: who sends them.
        number: of the upload.
        file: its place among the files that were announced, from 0.
        offset: where the part begins, in bytes.
        digest: SHA-256 of the part, base64.
        content: the part.

    Raises:
        NoSuchUploadError: when the upload has ended, or is not the owner's.
        WrongPartError: when the part is not what comes next, or is not what its digest says.
    """
    if base64.b64encode(hashlib.sha256(content).digest()).decode() != digest:
        raise WrongPartError("The part did not arrive as it was sent: send it again.")
    with _opened(inbox, engagement, owner, number) as (folder, parts, lines):
        coming = _upload(folder, lines).files
        if not 0 <= file < len(coming):
            raise WrongPartError("No such file was announced.")
        known = coming[file]
        if offset != known.offset or not 0 < len(content) <= min(
            PART_BYTES, known.size - known.offset
        ):
            raise WrongPartError(f"The next part of {known.name} begins at {known.offset}.")
        with (folder / known.name).open("r+b") as out:
            out.truncate(offset)  # what a kill left behind the last part that is in the list
            out.seek(offset)
            out.write(content)
        parts.write(json.dumps([file, len(content), digest]) + "\n")
        parts.flush()
        os.utime(folder)  # somebody still sends: see `delete_abandoned`
        return offset + len(content)


def end(inbox: Inbox, engagement: EngagementKey, owner: str, number: str) -> PartialUpload:
    """Return an upload that is whole, whose folder is the caller's from now on.

    Raises:
        NoSuchUploadError: when it has ended, or is not the owner's.
        WrongPartError: when something of it has not come.
    """
    with _opened(inbox, engagement, owner, number) as (folder, _, lines):
        upload = _upload(folder, lines)
        if not upload.is_whole:
            raise WrongPartError("Not all parts have come yet.")
        (folder / _LIST).unlink()
    return upload


@contextmanager
def _opened(
    inbox: Inbox, engagement: EngagementKey, owner: str, number: str
) -> Iterator[tuple[Path, Any, list[str]]]:
    """The folder, its list to be added to, and the lines of it; one request at a time."""
    absent = NoSuchUploadError("This upload has ended, or is somebody else's.")
    if not uploads.NUMBER.fullmatch(number):
        raise absent
    folder = inbox.begun(engagement, number)
    try:
        parts = (folder / _LIST).open("r+", encoding="utf-8")
    except OSError as error:
        raise absent from error
    with parts:
        fcntl.flock(parts, fcntl.LOCK_EX)
        lines = parts.read().splitlines(keepends=True)
        head = json.loads(lines[0])
        if (head["engagement"], head["owner"]) != (str(engagement), owner):
            raise absent
        if not (folder / _LIST).exists():  # it ended while this waited
            raise absent
        if not lines[-1].endswith("\n"):  # a kill while the line was written: it does not count
            lines.pop()
            parts.seek(0)
            parts.truncate(len("".join(lines).encode()))
            parts.seek(0, os.SEEK_END)
        yield folder, parts, lines


def _upload(folder: Path, lines: Sequence[str]) -> PartialUpload:
    head = json.loads(lines[0])
    offsets = [0] * len(head["files"])
    digests: list[list[str]] = [[] for _ in head["files"]]
    for line in lines[1:]:
        file, size, digest = json.loads(line)
        offsets[file] += size
        digests[file].append(digest)
    return PartialUpload(
        folder,
        head["title"],
        head["session"],
        head["look"],
        [
            Coming(name, size, offset, parts)
            for (name, size), offset, parts in zip(head["files"], offsets, digests, strict=True)
        ],
    )

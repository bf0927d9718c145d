"""Files that people send by the browser: a folder that no look sees, which lands when whole."""

import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from discovery_dagster.domain.drops import is_imported
from discovery_dagster.domain.errors import AbsentError, InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.inboxes import Inbox
from discovery_dagster.store.sessions import require_live

#: Hidden in a folder that somebody looks at before it is imported: the engagement, and the title.
_HELD = ".held"
#: What an upload is called in addresses.
NUMBER = re.compile(r"[a-z0-9_]{8,16}")
_LONGEST_NAME = 200  # bytes; file systems take 255, and a number may follow


class NotHeldError(AbsentError):
    """Files that were imported, discarded or never sent; the message is one sentence."""

    code = "not_held"


class UnusableFileError(InvalidRequestError):
    """A file whose name the inbox would not take in; the message is one sentence."""

    code = "unusable_file"


@dataclass(frozen=True)
class Upload:
    """Files that were sent together."""

    upload: int
    name: str
    files: list[str]
    bytes: int
    author: str


@dataclass(frozen=True)
class Destination:
    """A session that files are to be added to, and who sent them."""

    session: SessionKey
    author: str
    origin: str


def new_file(folder: Path, name: str) -> BinaryIO:
    """Open a file of the folder for writing.

    Raises:
        UnusableFileError: when its name is hidden, a path, too long, or was sent before.
    """
    if not name.isprintable() or "/" in name or len(name.encode()) > 255:
        raise UnusableFileError(f"{name[:80]!r} is no name for a file.")
    if not is_imported(name):
        raise UnusableFileError(f"{name!r} would be passed over: rename the file.")
    try:
        return (folder / name).open("xb")
    except FileExistsError:
        raise UnusableFileError(f"Two files are called {name!r}: rename one.") from None


def hold(engagement: EngagementKey, folder: Path, name: str) -> str:
    """Keep what was sent, called `name`, until somebody imports or discards it; return its number.

    It stays on this machine, and after a day it is nobody's.
    """
    (folder / _HELD).write_text(f"{engagement}\n{_title(name)}", "utf-8")
    return folder.name.rpartition("upload-")[2]


def held(inbox: Inbox, engagement: EngagementKey, number: str) -> tuple[Path, str, list[Path]]:
    """Return what is kept under a number: its folder, what it is called, and its files.

    Raises:
        NotHeldError: when the engagement has nothing under this number.
    """
    try:
        if not NUMBER.fullmatch(number):
            raise FileNotFoundError(number)
        folder = inbox.begun(engagement, number)
        owner, _, title = (folder / _HELD).read_text("utf-8").partition("\n")
        if owner != str(engagement):
            raise FileNotFoundError(number)
        return folder, title, _files(folder)
    except OSError as error:
        raise NotHeldError("These files have been imported or discarded meanwhile.") from error


def add(
    database: Database,
    inbox: Inbox,
    engagement: EngagementKey,
    folder: Path,
    name: str,
    author: str,
    origin: str,
    session: SessionKey | None = None,
) -> int:
    """Remember who sends what, then let the inbox have it; return the number of the upload.

    With `session`, the files are added to it; their folder then has a name of its own, by which
    `destination` finds that again.

    Raises:
        EngagementArchivedError: when the engagement is archived.
    """
    files = _files(folder)
    title = _title(name) if session is None else f"{session.session} {secrets.token_hex(8)}"
    with database.writer(engagement) as connection:
        require_live(connection, engagement)
        row = connection.execute(
            "insert into discovery.upload (engagement, name, files, bytes, author, origin,"
            " session) values (%s, %s, %s, %s, %s, %s, %s) returning upload",
            [
                str(engagement),
                title,
                [file.name for file in files],
                sum(file.stat().st_size for file in files),
                author,
                origin,
                session.session if session else None,
            ],
        ).fetchone()
    assert row is not None  # noqa: S101 - `returning` gives the row
    (folder / _HELD).unlink(missing_ok=True)
    inbox.land(engagement, folder, title)
    return int(row["upload"])


def one(database: Database, engagement: EngagementKey, upload: int) -> Upload | None:
    """Return what was sent under a number."""
    with database.reader([engagement]) as connection:
        row = connection.execute(
            "select upload, name, files, bytes, author from discovery.upload"
            " where engagement = %s and upload = %s",
            [str(engagement), upload],
        ).fetchone()
    return Upload(**row) if row else None


def destination(database: Database, engagement: EngagementKey, name: str) -> Destination | None:
    """Return the session that a drop of this name is to be added to; None for a new one."""
    with database.reader([engagement]) as connection:
        row = connection.execute(
            "select session, author, origin from discovery.upload"
            " where engagement = %s and name = %s and session is not null",
            [str(engagement), name],
        ).fetchone()
    if row is None:
        return None
    return Destination(SessionKey.of(engagement, row["session"]), row["author"], row["origin"])


def discard(folder: Path) -> None:
    """Delete what was sent."""
    shutil.rmtree(folder, ignore_errors=True)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if is_imported(file.name))


def _title(name: str) -> str:
    """A name for the folder, which is the session's title: one line, no path, not hidden."""
    line = "".join(each if each.isprintable() and each != "/" else " " for each in name)
    title = " ".join(line.split()).lstrip("._ ")
    short = title.encode()[:_LONGEST_NAME].decode(errors="ignore").strip()
    return short or f"Upload of {time.strftime('%Y-%m-%d %H:%M', time.gmtime())}"

"""Files that people send by the browser: a folder that no look sees, which lands when whole."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from discovery_dagster.domain.drops import is_imported
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.inboxes import Inbox
from discovery_dagster.store.sessions import require_live

_LONGEST_NAME = 200  # bytes; file systems take 255, and a number may follow


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


def add(
    database: Database,
    inbox: Inbox,
    engagement: EngagementKey,
    folder: Path,
    name: str,
    author: str,
    origin: str,
) -> int:
    """Remember who sends what, then let the inbox have it; return the number of the upload.

    Raises:
        EngagementArchivedError: when the engagement is archived.
    """
    files = sorted(folder.iterdir())
    title = _title(name)
    with database.writer(engagement) as connection:
        require_live(connection, engagement)
        row = connection.execute(
            "insert into discovery.upload (engagement, name, files, bytes, author, origin)"
            " values (%s, %s, %s, %s, %s, %s) returning upload",
            [
                str(engagement),
                title,
                [file.name for file in files],
                sum(file.stat().st_size for file in files),
                author,
                origin,
            ],
        ).fetchone()
    assert row is not None  # noqa: S101 - `returning` gives the row
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


def discard(folder: Path) -> None:
    """Delete what was sent."""
    shutil.rmtree(folder, ignore_errors=True)


def _title(name: str) -> str:
    """A name for the folder, which is the session's title: one line, no path, not hidden."""
    line = "".join(each if each.isprintable() and each != "/" else " " for each in name)
    title = " ".join(line.split()).lstrip("._ ")
    short = title.encode()[:_LONGEST_NAME].decode(errors="ignore").strip()
    return short or f"Upload of {time.strftime('%Y-%m-%d %H:%M', time.gmtime())}"

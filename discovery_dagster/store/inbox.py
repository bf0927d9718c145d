"""The folders of the inbox: which drops there are and what they look like.

Only ever read, until an engagement is erased.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from discovery_dagster.domain.drops import Look
from discovery_dagster.domain.keys import EngagementKey

_READY = "_READY"


def places(inbox: Path) -> tuple[list[str], list[str]]:
    """List the drops as `client/engagement/drop`, and the files that lie beside them.

    Links and hidden names are passed over.

    Raises:
        OSError: when the inbox is missing or cannot be read.
    """
    drops: list[str] = []
    strays: list[str] = []
    _descend(inbox, "", 3, drops, strays)
    return sorted(drops), sorted(strays)


def _descend(folder: Path, place: str, levels: int, drops: list[str], strays: list[str]) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            below = f"{place}/{entry.name}" if place else entry.name
            if not entry.is_dir():
                strays.append(below)
            elif levels == 1:
                drops.append(below)
            else:
                _descend(Path(entry.path), below, levels - 1, drops, strays)


def look_at(inbox: Path, place: str) -> Look:
    """Look at a drop without reading its files. One that is gone, or cannot be entered, is empty.

    The mark counts when it is not older than what it marks: files that came after it are not
    what their sender called ready.
    """
    root = inbox / place
    signature = hashlib.sha256()
    names: list[str] = []
    marked, newest = -1, 0
    for path in _files(root):
        try:
            stat = path.stat()
        except OSError:
            continue  # renamed or removed since; the next look sees it
        name = path.relative_to(root).as_posix()
        facts = (name, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        signature.update(f"{facts}\n".encode("utf-8", "surrogateescape"))
        if name == _READY:
            marked = stat.st_ctime_ns
            continue
        newest = max(newest, stat.st_ctime_ns)
        if not any(part.startswith((".", _READY)) for part in Path(name).parts):
            names.append(name)
    return Look(place, signature.hexdigest(), tuple(names), marked >= newest)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def files_of(inbox: Path, engagement: EngagementKey) -> list[Path]:
    """What lies in the inbox for an engagement, landed or not."""
    return [path for path in _folder(inbox, engagement).rglob("*") if not path.is_dir()]


def erase(inbox: Path, engagement: EngagementKey) -> None:
    """Delete what lies in the inbox for an engagement, and its folder.

    Raises:
        OSError: when the inbox belongs to somebody who does not let us.
    """
    folder = _folder(inbox, engagement)
    if folder.is_symlink():
        folder.unlink()  # what it leads to is somebody else's
    elif folder.exists():
        shutil.rmtree(folder)
    with suppress(OSError):  # other engagements of the client are there, or there is none
        folder.parent.rmdir()


def _folder(inbox: Path, engagement: EngagementKey) -> Path:
    return inbox / engagement.client / engagement.engagement


def _files(root: Path) -> Iterator[Path]:
    """The files below `root`, no links, in the order of their names."""
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path

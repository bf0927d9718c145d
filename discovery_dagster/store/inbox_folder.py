"""The inbox as a folder: of the home, or of a share.

Only ever read, until an engagement is erased or somebody sends files by the browser.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from discovery_dagster.domain.drops import READY, Look, is_imported, numbered
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.spill import delete_abandoned

#: How folders begin that are no drop yet. A kill leaves one behind, for the next upload into its
#: engagement to delete.
_HIDDEN: Final = ".upload-"


@dataclass(frozen=True)
class InboxFolder:
    """An `Inbox` on this machine, which hands out the files themselves."""

    root: Path

    def places(self) -> tuple[list[str], list[str]]:
        """See `Inbox`. Links and hidden names are passed over.

        Raises:
            OSError: when the inbox is missing or cannot be read.
        """
        drops: list[str] = []
        strays: list[str] = []
        _descend(self.root, "", 3, drops, strays)
        return sorted(drops), sorted(strays)

    def look_at(self, place: str) -> Look:
        """See `Inbox`. One that cannot be entered is empty.

        The mark counts when it is not older than what it marks: files that came after it are not
        what their sender called ready.
        """
        root = self.root / place
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
            if name == READY:
                marked = stat.st_ctime_ns
                continue
            newest = max(newest, stat.st_ctime_ns)
            if is_imported(name):
                names.append(name)
        return Look(place, signature.hexdigest(), tuple(names), marked >= newest)

    @contextmanager
    def files(self, look: Look) -> Iterator[Sequence[Path]]:
        """See `Inbox`."""
        yield [self.root / look.place / name for name in look.files]

    def files_of(self, engagement: EngagementKey) -> list[str]:
        """See `Inbox`."""
        folder = self._folder(engagement)
        return [str(path) for path in folder.rglob("*") if not path.is_dir()]

    def erase(self, engagement: EngagementKey) -> None:
        """See `Inbox`. Its folder goes, too.

        Raises:
            OSError: when the inbox belongs to somebody who does not let us.
        """
        folder = self._folder(engagement)
        if folder.is_symlink():
            folder.unlink()  # what it leads to is somebody else's
        elif folder.exists():
            shutil.rmtree(folder)
        with suppress(OSError):  # other engagements of the client are there, or there is none
            folder.parent.rmdir()

    def address(self, engagement: EngagementKey) -> str:
        """See `Inbox`. A path."""
        return str(self._folder(engagement))

    def begin(self, engagement: EngagementKey) -> Path:
        """See `Inbox`. It lies beside the drops, so that landing is a renaming."""
        place = self._folder(engagement)
        place.mkdir(parents=True, exist_ok=True)
        delete_abandoned(place, _HIDDEN)
        folder = place / f"{_HIDDEN}{secrets.token_hex(8)}"
        folder.mkdir()
        return folder

    def begun(self, engagement: EngagementKey, number: str) -> Path:
        """See `Inbox`."""
        return self._folder(engagement) / f"{_HIDDEN}{number}"

    def land(self, engagement: EngagementKey, folder: Path, name: str) -> None:
        """See `Inbox`."""
        (folder / READY).touch()
        number = 1
        while True:
            target = self._folder(engagement) / numbered(name, number)
            number += 1
            if target.exists():
                continue
            try:
                folder.rename(target)
            except OSError:
                if not target.exists():
                    raise
            else:
                return

    def delete_abandoned(self) -> int:
        """See `Inbox`."""
        return sum(delete_abandoned(place, _HIDDEN) for place in self.root.glob("*/*"))

    def free_bytes(self) -> int:
        """See `Inbox`. What the disk has left."""
        self.root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free

    def _folder(self, engagement: EngagementKey) -> Path:
        return self.root / engagement.client / engagement.engagement


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


def _files(root: Path) -> Iterator[Path]:
    """The files below `root`, no links, in the order of their names."""
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path

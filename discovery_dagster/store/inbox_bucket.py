"""The inbox as a prefix of a bucket, which any machine reaches.

Objects called `client/engagement/drop/…` are the files of a drop. Only ever read, until an
engagement is erased or somebody sends files by the browser.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Final

from discovery_dagster.domain.drops import READY, Look, is_imported, numbered
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.object_bucket import ObjectBucket
from discovery_dagster.store.spill import delete_abandoned

#: Lies in a drop while its files are being sent by the browser. A kill leaves it behind, and the
#: drop never lands: whoever sent it was told so, and sends again.
_UNFINISHED: Final = "_UNFINISHED"

#: How folders begin whose files are coming.
_WAITING: Final = "upload-"


@dataclass(frozen=True)
class InboxBucket:
    """An `Inbox` in a bucket. Its objects are listed once, so that each tick makes one anew."""

    bucket: ObjectBucket
    spill: Path

    def places(self) -> tuple[list[str], list[str]]:
        """See `Inbox`. Hidden names are passed over."""
        objects, strays = self._listed
        return sorted(objects), strays

    def look_at(self, place: str) -> Look:
        """See `Inbox`. What was seen is listed anew: it may have changed since the others were.

        The mark counts when it is not older than what it marks, in the bucket's own seconds.
        """
        signature = hashlib.sha256()
        names: list[str] = []
        marked, newest, whole = -1.0, 0.0, True
        for each in sorted(self.bucket.objects(place), key=lambda one: one.key):
            name = each.key.removeprefix(f"{place}/")
            signature.update(f"{(name, each.size, each.modified, each.version)}\n".encode())
            if name == READY:
                marked = each.modified
                continue
            if name == _UNFINISHED:
                whole = False
                continue
            newest = max(newest, each.modified)
            if is_imported(name):
                names.append(name)
        files = tuple(names) if whole else ()
        return Look(place, signature.hexdigest(), files, whole and marked >= newest)

    @contextmanager
    def files(self, look: Look) -> Iterator[Sequence[Path]]:
        """See `Inbox`. They are fetched to this machine."""
        with ExitStack() as fetched:
            yield [
                fetched.enter_context(self.bucket.copy(f"{look.place}/{name}"))
                for name in look.files
            ]

    def files_of(self, engagement: EngagementKey) -> list[str]:
        """See `Inbox`."""
        return [each.key for each in self.bucket.objects(_folder(engagement))]

    def erase(self, engagement: EngagementKey) -> None:
        """See `Inbox`."""
        self.bucket.delete_below(_folder(engagement))

    def address(self, engagement: EngagementKey) -> str:
        """See `Inbox`. A URL."""
        return self.bucket.address(_folder(engagement))

    def begin(self, engagement: EngagementKey) -> Path:
        """See `Inbox`. It is on this machine, until all of it has come."""
        self.spill.mkdir(parents=True, exist_ok=True)
        delete_abandoned(self.spill, _WAITING)
        return Path(mkdtemp(prefix=_WAITING, dir=self.spill))

    def begun(self, engagement: EngagementKey, number: str) -> Path:
        """See `Inbox`. It is on the machine to which the files were sent."""
        return self.spill / f"{_WAITING}{number}"

    def land(self, engagement: EngagementKey, folder: Path, name: str) -> None:
        """See `Inbox`."""
        place = self._claimed(engagement, name)
        for path in sorted(folder.iterdir()):
            self._send(place, path)
        self.bucket.write(place, lambda _: READY)
        self.bucket.delete(f"{place}/{_UNFINISHED}")

    def delete_abandoned(self) -> int:
        """See `Inbox`. What waits on this machine."""
        return delete_abandoned(self.spill, _WAITING)

    def free_bytes(self) -> int:
        """See `Inbox`. What the disk has left on which files wait until all have come."""
        self.spill.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.spill).free

    @cached_property
    def _listed(self) -> tuple[set[str], list[str]]:
        places: set[str] = set()
        strays: list[str] = []
        for each in self.bucket.objects():
            parts = each.key.split("/")
            if any(part.startswith(".") for part in parts):
                continue
            if len(parts) > 3:
                places.add("/".join(parts[:3]))
            else:
                strays.append(each.key)
        return places, sorted(strays)

    def _claimed(self, engagement: EngagementKey, name: str) -> str:
        """A drop of that name that is nobody else's, marked as unfinished."""
        number = 1
        while True:
            place = f"{_folder(engagement)}/{numbered(name, number)}"
            number += 1
            if next(self.bucket.objects(place), None) is not None:
                continue
            if self.bucket.write_new(f"{place}/{_UNFINISHED}"):
                return place

    def _send(self, place: str, path: Path) -> None:
        def fill(out: IO[bytes]) -> str:
            with path.open("rb") as content:
                shutil.copyfileobj(content, out)
            return path.name

        self.bucket.write(place, fill)


def _folder(engagement: EngagementKey) -> str:
    return f"{engagement.client}/{engagement.engagement}"

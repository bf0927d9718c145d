"""Where drops land: what an inbox in a folder and one in a bucket have in common."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from discovery_dagster.domain.drops import Look
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store.inbox_folder import InboxFolder


class Inbox(Protocol):
    """Drops as `client/engagement/drop`. What cannot be read or written raises an OSError."""

    def places(self) -> tuple[list[str], list[str]]:
        """List the drops, and the files that lie beside them, each sorted."""

    def look_at(self, place: str) -> Look:
        """Look at a drop without reading its files. One that is gone is empty."""

    def files(self, look: Look) -> AbstractContextManager[Sequence[Path]]:
        """Give the files of a drop, in the order of `look.files`, while the block runs."""

    def files_of(self, engagement: EngagementKey) -> Sequence[str]:
        """What lies here for an engagement, landed or not."""

    def erase(self, engagement: EngagementKey) -> None:
        """Delete what lies here for an engagement."""

    def address(self, engagement: EngagementKey) -> str:
        """Where people find what lies here for an engagement."""

    def begin(self, engagement: EngagementKey) -> Path:
        """Make a folder for files that are going to be sent, which no look sees."""

    def begun(self, engagement: EngagementKey, number: str) -> Path:
        """The folder that `begin` made, by what its name ends in behind the last dash."""

    def land(self, engagement: EngagementKey, folder: Path, name: str) -> None:
        """Make a drop of that folder, ready and whole, under a name that no other has."""

    def delete_abandoned(self) -> int:
        """Delete what was sent and never taken in, after a day; return how many folders."""

    def free_bytes(self) -> int:
        """How many bytes may be sent."""


def inbox(settings: Settings) -> Inbox:
    """The inbox of this installation."""
    if settings.inbox_url is None:
        return InboxFolder(settings.inbox)
    # Imported where it is used: most installations have no bucket.
    from discovery_dagster.store.inbox_bucket import InboxBucket
    from discovery_dagster.store.object_bucket import ObjectBucket

    return InboxBucket(ObjectBucket(settings.inbox_url, settings.spill), settings.spill)

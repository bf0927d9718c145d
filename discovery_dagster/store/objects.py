"""The object store: the bytes of files and the frames that steps hand each other.

Keys begin with engagement and session. Nothing here is ever changed: files are named by their
content, frames by their publication.
"""

import hashlib
import os
import re
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

import polars as pl

from discovery_dagster.domain.contents import chunks, opened
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.steps import Step
from discovery_dagster.domain.tables import Frames
from discovery_dagster.settings import Settings
from discovery_dagster.store.object_folder import ObjectFolder
from discovery_dagster.store.places import Place

#: Records of a row group, as many as DuckDB writes. It looks at each text of a group's dictionary
#: once, not at each record's, while there are at most 20,000 (`TryExecuteDictionaryExpression` in
#: its sources), which Polars' own 262,144 records often exceed.
_ROW_GROUP: Final = 122_880
_OS_ERROR = re.compile(r"\(os error (\d+)\)")


class ObjectStore:
    """What is kept of sessions, in a folder or in another place."""

    def __init__(self, place: Place | Path) -> None:
        self.place: Place = ObjectFolder(place) if isinstance(place, Path) else place

    def archive(self, session: SessionKey, path: Path) -> tuple[str, int]:
        """Keep the bytes of the file at `path`; return their SHA-256 and their number.

        They are hashed while they are copied.

        Raises:
            UnreadableFileError: `changed_while_read`, when somebody writes to the file meanwhile;
                nothing of it is kept.
            OSError: when the file cannot be read or the store cannot be written.
        """
        digest, size = hashlib.sha256(), 0

        def fill(out: IO[bytes]) -> str:
            nonlocal size
            with opened(path, path.name) as source:
                for chunk in chunks(source):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
            return digest.hexdigest()

        self.place.write(_files(session), fill)
        return digest.hexdigest(), size

    def file(self, session: SessionKey, sha256: str) -> AbstractContextManager[Path]:
        """Give an archived file while the block runs."""
        return self.place.copy(f"{_files(session)}/{sha256}")

    def write_frames(
        self, session: SessionKey, step: str, publication: str, frames: Frames
    ) -> None:
        """Write the frames of a publication, before it is committed.

        Raises:
            OSError: when the store cannot be written; what was written is deleted, since a full
                disk is the likeliest reason.
        """
        folder = _frames(session, step, publication)
        try:
            for name, frame in frames.items():
                self._write_frame(folder, name, frame)
        except BaseException:
            with suppress(OSError):
                self.place.delete_below(folder)
            raise

    def _write_frame(self, folder: str, name: str, frame: pl.DataFrame) -> None:
        def fill(out: IO[bytes]) -> str:
            write_frame(out, frame)
            return f"{name}.parquet"

        self.place.write(folder, fill)

    def read_frame(
        self, session: SessionKey, step: str, publication: str, name: str
    ) -> pl.DataFrame:
        """Read one frame of a publication."""
        with self.frame(session, step, publication, name) as path:
            return pl.read_parquet(path)

    def rows(self, session: SessionKey, step: Step, publication: str) -> int:
        """Return how many rows a publication has of what its step is about."""
        key = _frame(session, step.key, publication, next(iter(step.frames)))
        with self.place.open(key) as file:
            from pyarrow import parquet as pq  # 0.1 s, which commands that only look do without

            return int(pq.read_metadata(file).num_rows)

    def frame(
        self, session: SessionKey, step: str, publication: str, name: str
    ) -> AbstractContextManager[Path]:
        """Give the Parquet file that is one frame of a publication while the block runs."""
        return self.place.copy(_frame(session, step, publication, name))

    def keep_failure(self, session: SessionKey, step: str, words: str) -> str:
        """Keep what the last failure of a step said, which may quote cells; return where.

        Raises:
            OSError: when the store cannot be written.
        """

        def fill(out: IO[bytes]) -> str:
            out.write(words.encode("utf-8", "backslashreplace"))
            return f"{step}.txt"

        folder = f"{_session(session)}/failures"
        self.place.write(folder, fill)
        return self.place.address(f"{folder}/{step}.txt")

    def try_out(self) -> None:
        """Write an object and delete it.

        Raises:
            OSError: when the store cannot be written.
        """
        folder = f".trial-{uuid4().hex}"

        def fill(out: IO[bytes]) -> str:
            out.write(b"discovery")
            return "object"

        self.place.write(folder, fill)
        self.place.delete_below(folder)

    def erase(self, engagement: EngagementKey) -> int:
        """Delete all that is kept of an engagement; return the number of files."""
        return self.place.delete_below(str(engagement))


def object_store(settings: Settings) -> ObjectStore:
    """The object store of this installation."""
    if settings.objects_url is None:
        return ObjectStore(settings.objects)
    # Imported where it is used: most installations have no bucket.
    from discovery_dagster.store.object_bucket import ObjectBucket

    return ObjectStore(ObjectBucket(settings.objects_url, settings.spill))


def _session(session: SessionKey) -> str:
    return f"{session.engagement}/{session.session}"


def _files(session: SessionKey) -> str:
    return f"{_session(session)}/files"


def _frames(session: SessionKey, step: str, publication: str) -> str:
    return f"{_session(session)}/frames/{step}/{publication}"


def _frame(session: SessionKey, step: str, publication: str, name: str) -> str:
    return f"{_frames(session, step, publication)}/{name}.parquet"


def write_frame(out: IO[bytes], frame: pl.DataFrame) -> None:
    """Write one frame to an open file.

    Raises:
        OSError: when it cannot be written.
    """
    try:
        frame.write_parquet(out, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP)
    except pl.exceptions.ComputeError as error:
        # Polars wraps what the system said, which Rust ends with its number.
        if (os_error := _OS_ERROR.search(str(error))) is None:
            raise
        number = int(os_error[1])
        raise OSError(number, os.strerror(number)) from error

"""The object store: the bytes of files and the frames that steps hand each other.

Paths begin with engagement and session. Nothing here is ever changed: files are named by their
content, frames by their publication.
"""

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from discovery_dagster.domain.contents import chunks, opened
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.steps import Step
from discovery_dagster.domain.tables import Frames

#: Records of a row group, as many as DuckDB writes. It looks at each text of a group's dictionary
#: once, not at each record's, while there are at most 20,000 (`TryExecuteDictionaryExpression` in
#: its sources), which Polars' own 262,144 records often exceed.
_ROW_GROUP: Final = 122_880
_OS_ERROR = re.compile(r"\(os error (\d+)\)")


@dataclass(frozen=True)
class ObjectStore:
    """A folder of the home, or of a mounted share."""

    root: Path

    def archive(self, session: SessionKey, path: Path) -> tuple[str, int]:
        """Keep the bytes of the file at `path`; return their SHA-256 and their number.

        They are hashed while they are copied.

        Raises:
            UnreadableFileError: `changed_while_read`, when somebody writes to the file meanwhile;
                nothing of it is kept.
            OSError: when the file cannot be read or the store cannot be written.
        """
        folder = self._folder(session) / "files"
        folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as out:
            temporary = Path(out.name)
            try:
                with opened(path, path.name) as source:
                    for chunk in chunks(source):
                        digest.update(chunk)
                        size += len(chunk)
                        out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            except BaseException:
                temporary.unlink()
                raise
        temporary.replace(folder / digest.hexdigest())
        return digest.hexdigest(), size

    def file(self, session: SessionKey, sha256: str) -> Path:
        """Path of an archived file."""
        return self._folder(session) / "files" / sha256

    def write_frames(
        self, session: SessionKey, step: str, publication: str, frames: Frames
    ) -> None:
        """Write the frames of a publication, before it is committed.

        Raises:
            OSError: when the store cannot be written; what was written is deleted, since a full
                disk is the likeliest reason.
        """
        folder = self._frames(session, step, publication)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for name, frame in frames.items():
                write_frame(folder / f"{name}.parquet", frame)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def read_frame(
        self, session: SessionKey, step: str, publication: str, name: str
    ) -> pl.DataFrame:
        """Read one frame of a publication."""
        return pl.read_parquet(self.frame(session, step, publication, name))

    def rows(self, session: SessionKey, step: Step, publication: str) -> int:
        """Return how many rows a publication has of what its step is about."""
        path = self.frame(session, step.key, publication, next(iter(step.frames)))
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())

    def frame(self, session: SessionKey, step: str, publication: str, name: str) -> Path:
        """Path of the Parquet file that is one frame of a publication."""
        return self._frames(session, step, publication) / f"{name}.parquet"

    def keep_failure(self, session: SessionKey, step: str, words: str) -> Path:
        """Keep what the last failure of a step said, which may quote cells; return its file.

        Raises:
            OSError: when the store cannot be written.
        """
        folder = self._folder(session) / "failures"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{step}.txt"
        path.write_text(words, "utf-8", errors="backslashreplace")
        return path

    def erase(self, engagement: EngagementKey) -> int:
        """Delete all that is kept of an engagement; return the number of files."""
        folder = self.root / str(engagement)
        files = sum(path.is_file() for path in folder.rglob("*"))
        if folder.exists():
            shutil.rmtree(folder)
        return files

    def _frames(self, session: SessionKey, step: str, publication: str) -> Path:
        return self._folder(session) / "frames" / step / publication

    def _folder(self, session: SessionKey) -> Path:
        return self.root / str(session.engagement) / session.session


def write_frame(path: Path, frame: pl.DataFrame) -> None:
    """Write one frame to a file, and to the disk.

    Raises:
        OSError: when it cannot be written.
    """
    with path.open("wb") as out:
        try:
            frame.write_parquet(
                out, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP
            )
        except pl.exceptions.ComputeError as error:
            # Polars wraps what the system said, which Rust ends with its number.
            if (os_error := _OS_ERROR.search(str(error))) is None:
                raise
            number = int(os_error[1])
            raise OSError(number, os.strerror(number), str(path)) from error
        out.flush()
        os.fsync(out.fileno())

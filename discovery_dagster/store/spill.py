"""Folders for what does not fit the memory, or needs a path for a while; each is one process's."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from discovery_dagster.store.file_locks import lock_if_free, open_private

_LOCK: Final = "lock"  # held by the process whose folder it is

_ABANDONED: Final = 24 * 3600  # seconds


@contextmanager
def spill_folder(spill: Path) -> Iterator[Path]:
    """Make a folder below `spill` that is gone afterwards; what killed processes left goes first.

    Raises:
        OSError: when it cannot be made.
    """
    spill.mkdir(parents=True, exist_ok=True)
    _sweep(spill)
    folder = Path(mkdtemp(dir=spill))
    with open_private(folder / "new") as lock:
        lock_if_free(lock)
        (folder / "new").rename(folder / _LOCK)  # seen by others once it is held
        try:
            yield folder
        finally:
            rmtree(folder, ignore_errors=True)


def delete_abandoned(place: Path, prefix: str) -> int:
    """Delete the folders in `place` of this prefix in which nothing was written for a day.

    Returns:
        How many.
    """
    deleted = 0
    for folder in place.glob(f"{prefix}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _ABANDONED:
                rmtree(folder)
                deleted += 1
    return deleted


def _sweep(spill: Path) -> None:
    """Delete the folders of processes that are gone: the kernel dropped their locks."""
    for held in spill.glob(f"*/{_LOCK}"):
        with suppress(FileNotFoundError), held.open("rb") as lock:
            if lock_if_free(lock):
                rmtree(held.parent, ignore_errors=True)

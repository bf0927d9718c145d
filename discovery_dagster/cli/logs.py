"""Logs of the services: files that other processes write, kept below a size."""

import shutil
from itertools import pairwise
from pathlib import Path


def rotate(log: Path, most_bytes: int, kept: int) -> None:
    """Move what a log that has grown beyond `most_bytes` says to `log.1`, and what that said on.

    The file is emptied, not replaced: its writers append, and a worker that outlives its service
    writes on. What is written between the copy and the emptying is lost.

    Args:
        log: the file; may be missing.
        most_bytes: that it may have.
        kept: older files that stay.
    """
    if not log.exists() or log.stat().st_size <= most_bytes:
        return
    older = [log.with_name(f"{log.name}.{number}") for number in range(1, kept + 1)]
    for newer, place in reversed(list(pairwise(older))):
        if newer.exists():
            newer.replace(place)
    if older:
        shutil.copyfile(log, older[0])
    with log.open("r+b") as emptied:
        emptied.truncate(0)

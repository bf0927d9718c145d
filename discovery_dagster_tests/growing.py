"""A file to which somebody writes whenever it is read."""

import os
from pathlib import Path

import pytest

from discovery_dagster.domain import contents


def grows(patch: pytest.MonkeyPatch, path: Path, by: bytes) -> None:
    """Have `by` appended to the file at `path` at each read of it in this process."""
    number, pread = path.stat().st_ino, os.pread

    def read(descriptor: int, size: int, offset: int) -> bytes:
        if os.fstat(descriptor).st_ino == number:
            with path.open("ab") as file:
                file.write(by)
        return pread(descriptor, size, offset)

    patch.setattr(contents.os, "pread", read)

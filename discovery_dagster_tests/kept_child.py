"""The child that reads files, kept from one reader of this process to the next.

Its start takes 0.75 s of processor time, a quarter of an import of a few records. It reads, is held
to its limits and is ended when it fails as in use; commands in processes of their own, and the
tests of the sandbox, start children of their own.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from discovery_dagster.sandbox import reader
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster_tests.folders import open_folder

_Child = reader._Child
_kept: list[_Child] = []
_folders = ExitStack()


@cache
def _folder() -> Path:
    """Where children write: they may outlive the folders of the readers that they read for."""
    return _folders.enter_context(open_folder())


@contextmanager
def keeping_the_child() -> Iterator[None]:
    """Have readers that are closed in the block leave their child for the next one."""

    def take(_: Path | None) -> _Child:
        while _kept:
            child = _kept.pop()
            if child._process.poll() is None:  # it ends when nobody asks for a minute
                return child
            child.end()
        return _Child(_folder())

    def leave(self: SandboxedReader, *_: object) -> None:
        if self._child is not None:
            _kept.append(self._child)
            self._child = None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_Child", take)
        patch.setattr(SandboxedReader, "__exit__", leave)
        yield


def end_kept_children() -> None:
    """End what is kept; the last of a test run does."""
    while _kept:
        _kept.pop().end()
    _folders.close()
    _folder.cache_clear()

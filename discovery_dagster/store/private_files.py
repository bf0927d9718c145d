"""What keeps a home from other accounts of the machine."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

#: Withheld from whatever this process and those it starts make: everything from other accounts.
_WITHHELD: Final = 0o077


def keep_files_private() -> None:
    """Have all files and folders that are made from now on open for this account alone."""
    os.umask(_WITHHELD)


def make_home(home: Path) -> None:
    """Make the folder of a home, and those missing above it, for this account alone.

    Others may walk through root's, and see nothing: one of them runs the embedded Postgres, in a
    folder of its own below.

    Raises:
        OSError: when they cannot be made.
    """
    for folder in reversed([home, *home.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            if os.geteuid() == 0:
                folder.chmod(0o711)


def open_to_others(home: Path) -> Iterator[Path]:
    """What other accounts may read in a home: itself, or what stands in it when they may enter."""
    mode = home.stat().st_mode
    if mode & stat.S_IROTH or mode & stat.S_IRGRP:
        yield home
    elif mode & (stat.S_IXOTH | stat.S_IXGRP):
        yield from (
            each
            for each in sorted(home.iterdir())
            if not each.is_symlink() and each.stat().st_mode & 0o044
        )

"""What keeps a home from other accounts of the machine."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
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


def key_of(file: Path) -> bytes:
    """Return the key that `file` holds, 32 random bytes made on first use.

    It gets its name when it is whole: of two processes that make it at once, one's is kept by both.
    """
    if not file.exists():
        with NamedTemporaryFile(dir=file.parent, prefix=f"{file.name}.") as new:  # mode 0600
            new.write(secrets.token_bytes(32))
            new.flush()
            with suppress(FileExistsError):
                os.link(new.name, file)
    return file.read_bytes()


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

"""Locks between processes that the kernel drops with their last holder, however that died."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO


def open_private(path: Path) -> BinaryIO:
    """Open a file of our own for appending, made when absent, readable for nobody else.

    Raises:
        OSError: when it cannot be opened, or is a link.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    return os.fdopen(os.open(path, flags, 0o600), "ab", buffering=0)


def lock_if_free(file: BinaryIO) -> bool:
    """Take the exclusive lock of `file` unless another holds one; return whether it is ours."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Children that end when their parent does, even when that is killed and can end nothing."""

import ctypes
import signal
import sys

#: `prctl` option of Linux: the signal that a process is sent when its parent dies (prctl(2)).
_SET_PARENT_DEATH_SIGNAL = 1

# Looked up before the fork: in the child, another thread's lock could be held for good.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Ask the kernel, in a child, for SIGTERM at its parent's death; elsewhere do nothing.

    On macOS children of a killed `discovery up` live on until they are ended by hand.
    """
    if _LIBC is not None:
        _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)

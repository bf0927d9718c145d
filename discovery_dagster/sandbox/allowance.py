"""How much memory and time a file may take to be read, by its size, and the limits that hold it.

The kernel keeps them, so that no code that hangs or allocates has to notice anything.
"""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MEGABYTE: Final = 1024**2
#: Of an archive, whose bytes are counted as it says that they unpack; workbooks take 3 and 0.03 s.
_PACKED_MEMORY_A_BYTE: Final = 10
#: Bytes of memory for each byte: YAML takes 87 and DOT 72, JSON 20, CSV 4. The first two are read
#: up to a number of nodes and edges, and so no larger than `_DENSE`.
_MEMORY_A_BYTE: Final = 20
_DENSE_MEMORY_A_BYTE: Final = 80
_DENSE: Final = 32 * _MEGABYTE
_MOST_OF_THE_MACHINE: Final = 0.75
_SECONDS_A_MEGABYTE: Final = 0.5  # CSV takes 0.01, JSON 0.2
_DENSE_SECONDS_A_MEGABYTE: Final = 4  # YAML takes 1.3
_CLOCK: Final = 10  # seconds by the clock for each of the processor: disks and busy machines wait
_OPEN_FILES: Final = 64

#: What ends a process whose time is over: that of its processor, and that of the clock.
OUT_OF_TIME: Final = (signal.SIGPROF, signal.SIGALRM)


@dataclass(frozen=True)
class Weight:
    """Bytes of a file, and whether they are those that an archive says that it unpacks to."""

    size: int
    packed: bool = False


@dataclass(frozen=True)
class Allowance:
    """What a file may take beside what is given for each of its bytes."""

    memory: int = 768 * 1024**2  # bytes
    seconds: float = 8  # of the processor

    def memory_for(self, weight: Weight) -> int:
        """Bytes of memory for a file."""
        dense = min(weight.size, _DENSE)
        rest = weight.size - dense
        wanted = self.memory + (
            _PACKED_MEMORY_A_BYTE * weight.size
            if weight.packed
            else _DENSE_MEMORY_A_BYTE * dense + _MEMORY_A_BYTE * rest
        )
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return min(wanted, int(_MOST_OF_THE_MACHINE * machine))

    def seconds_for(self, weight: Weight) -> float:
        """Seconds of the processor for a file."""
        dense = 0 if weight.packed else min(weight.size, _DENSE)
        rest = weight.size - dense
        wanted = _DENSE_SECONDS_A_MEGABYTE * dense + _SECONDS_A_MEGABYTE * rest
        return self.seconds + wanted / _MEGABYTE


def confine() -> None:
    """Give this process up first when memory is short, without a core; it opens few files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


@contextmanager
def held_to(allowance: Allowance, weight: Weight, own: int) -> Iterator[None]:
    """Have the kernel hold this process to what a file of such a weight may take.

    Args:
        allowance: for files.
        weight: of this one.
        own: bytes that the process had before its first file, as `data_bytes` gives them.

    Raises:
        MemoryError: from within, when there is no more; code that is not Python's aborts instead.
    """
    memory, seconds = own + allowance.memory_for(weight), allowance.seconds_for(weight)
    for limit in (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (memory, resource.getrlimit(limit)[1]))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _CLOCK * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for limit in (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE):
            hard = resource.getrlimit(limit)[1]
            resource.setrlimit(limit, (hard, hard))


def data_bytes() -> int:
    """Return the bytes that this process may write to: what Linux limits as its data.

    Unlike address space it leaves out what is only reserved, such as the arenas of allocators.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmData:")[2].split()[0]) * 1024

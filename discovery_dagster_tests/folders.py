"""Folders of tests, of which nothing is left however the process of the tests ends.

It starts this file as a program and writes a line for each folder that it uses (`+/tmp/…`) and no
longer uses (`-/tmp/…`). The lines end with the process, be it killed; the program then ends the
processes of the folders that are left, and removes these. It needs but the standard library, so
that it starts at once.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_LIMIT = 20.0  # seconds for the processes of a folder to end


@contextmanager
def open_folder(prefix: str = "discovery-test-") -> Iterator[Path]:
    """A folder that the account of a root run's embedded Postgres can reach, unlike pytest's."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name, _watched(Path(name)) as folder:
        folder.chmod(0o755)
        yield folder


@contextmanager
def _watched(folder: Path) -> Iterator[Path]:
    """Have the folder removed with its processes, should this process not come to do it."""
    _tell(f"+{folder}\n")
    try:
        yield folder
    finally:
        _tell(f"-{folder}\n")


def processes_of(folder: Path) -> dict[int, str]:
    """Command lines, by number, of living processes that were started for or work in a folder."""
    commands = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            place = os.fsencode((process / "cwd").readlink())
            about = b"\0".join((command, place, (process / "environ").read_bytes()))
            if command and os.fsencode(folder) in about and process.name != str(os.getpid()):
                commands[int(process.name)] = command.replace(b"\0", b" ").decode().strip()
    return commands


def _tell(line: str) -> None:
    lines = _reaper(os.getpid()).stdin
    assert lines is not None
    lines.write(line)
    lines.flush()


@cache
def _reaper(_process: int) -> subprocess.Popen[str]:
    """The program, started once for each process that uses folders; Ctrl-C does not reach it."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _reap(lines: Iterable[str]) -> None:
    folders: set[str] = set()
    for line in lines:
        (folders.add if line[0] == "+" else folders.discard)(line[1:].rstrip("\n"))
    for folder in map(Path, folders):
        deadline = time.monotonic() + _LIMIT
        while (living := processes_of(folder)) and time.monotonic() < deadline:
            for number, command in living.items():
                # Postgres gives back what it shares when it is told to stop at once.
                stops = command.partition(" ")[0].endswith(("postgres", "postgres:"))
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGQUIT if stops else signal.SIGKILL)
            time.sleep(0.1)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _reap(sys.stdin)

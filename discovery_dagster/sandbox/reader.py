"""The parent's side: a child that reads, started when it is needed and replaced when it ended."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import TracebackType
from typing import IO, Any, Final, Self, TypeVar

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.intake import FileTables
from discovery_dagster.domain.readers import Limits
from discovery_dagster.domain.readers.worksheet import Worksheets
from discovery_dagster.sandbox import answers
from discovery_dagster.sandbox.allowance import OUT_OF_TIME, Allowance
from discovery_dagster.sandbox.child import READY

_CHILD: Final = "discovery_dagster.sandbox"
#: Of our environment, what a child may know: nothing that opens a database or a service.
_KNOWN: Final = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "POLARS_MAX_THREADS", "TZ")
_TAIL: Final = 4_096  # bytes of what a child last complained of that are looked at
_WITHHELD: Final = 0o077  # from other accounts
#: What Rust, Arrow and the C++ runtime say when they are refused memory.
_NO_MEMORY: Final = (b"memory allocation of", b"out of memory", b"bad_alloc", b"allocate memory")
#: What ends a child for no fault of the file: its idleness, or somebody outside.
_FROM_OUTSIDE: Final = (0, *(-each for each in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT,
                                                signal.SIGHUP, signal.SIGIO)))  # fmt: skip
T = TypeVar("T")


class _EndedError(Exception):
    """The child ended instead of answering."""

    def __init__(self, code: int, complaint: bytes) -> None:
        self.code = code
        self.complaint = complaint


class SandboxedReader:
    """Reads files in a child process, one after the other, within `limits` and an allowance.

    Args:
        limits: of what a file may hold.
        allowance: of what a file may take to be read.
        folder: for what the child writes; that of the system while there is no such folder.
    """

    def __init__(self, limits: Limits, allowance: Allowance, folder: Path | None = None) -> None:
        self._limits, self._allowance, self._folder = limits, allowance, folder
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's, for those who watch it; None while there is none."""
        return self._child.pid if self._child is not None else None

    def close(self) -> None:
        """End the child; the next file has another one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def read_tables(self, path: Path, name: str) -> FileTables:
        """Read a file and recognise its tables; see `intake.read_tables`.

        Raises:
            UnreadableFileError: as that does; `file_too_large_to_read`, `reading_took_too_long`,
                `reader_failed` or `reader_died` when the child could not.
            OSError: when the file cannot be opened or the disk is full.
        """
        return self._read("tables", path, name, answers.read_tables)

    def read_sheets(self, path: Path, name: str) -> Worksheets:
        """Return the sheets of a workbook; see `workbook.read_sheets`, and `read_tables` above."""
        return self._read("sheets", path, name, answers.read_sheets)

    def _read(self, task: str, path: Path, name: str, read: Callable[[IO[bytes]], T]) -> T:
        request = {
            "task": task,
            "path": str(path.absolute()),
            "name": name,
            "limits": asdict(self._limits),
            "allowance": asdict(self._allowance),
        }
        with TemporaryFile(dir=self._place()) as out:
            outcome = self._outcome(request, out, name)
            if "refused" in outcome:
                raise UnreadableFileError(*outcome["refused"])
            if "system" in outcome:
                raise OSError(*outcome["system"])
            if outcome:  # what it took may not be given back
                self.close()
                raise _too_large(name) if "memory" in outcome else _failed(name, outcome["fault"])
            return read(out)

    def _place(self) -> Path | None:
        return self._folder if self._folder is not None and self._folder.is_dir() else None

    def _outcome(self, request: dict[str, Any], out: IO[bytes], name: str) -> dict[str, Any]:
        """Ask the child, and another one when it ended for no fault of the file."""
        try:
            return self._ask(request, out)
        except _EndedError as ended:
            if ended.code not in _FROM_OUTSIDE:
                raise _refusal(ended, name) from ended
        try:
            return self._ask(request, out)
        except _EndedError as ended:
            raise _refusal(ended, name) from ended

    def _ask(self, request: dict[str, Any], out: IO[bytes]) -> dict[str, Any]:
        if self._child is None:
            self._child = _Child(self._place())
        out.truncate(0)
        out.seek(0)
        try:
            return self._child.ask(request, out)
        except _EndedError:
            self.close()
            raise


class _Child:
    """One child process: it knows nothing of us but the files that it is asked to read."""

    def __init__(self, folder: Path | None) -> None:
        self._socket, theirs = socket.socketpair()
        self._lines = self._socket.makefile("rb")
        self._complaints = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `end`
        self._folder = TemporaryDirectory(prefix="reading-", dir=folder)
        environment = {name: os.environ[name] for name in _KNOWN if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - nothing of a file is in the command
                # Isolated: what lies in the working directory or is set for Python is not imported.
                [sys.executable, "-I", "-m", _CHILD, str(theirs.fileno())],
                env=environment | {"TMPDIR": self._folder.name, "HOME": self._folder.name},
                cwd=self._folder.name,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for us, and we end it
                umask=_WITHHELD,
            )
        self._is_ready = False

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def ask(self, request: dict[str, Any], out: IO[bytes]) -> dict[str, Any]:
        """Have a file read into `out`, and return how that went.

        Raises:
            _EndedError: when the child ended meanwhile, or before.
            RuntimeError: when it could not be started, which is no file's fault.
        """
        if not self._is_ready and self._line() != READY:
            raise RuntimeError(
                "The process that reads files does not start: "
                + self._complaint().decode(errors="replace")
            )
        self._is_ready = True
        try:
            line = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(self._socket, [line], [out.fileno()])
            self._socket.sendall(line[sent:])
        except OSError as error:
            raise self._ended() from error
        answer = self._line()
        if not answer.endswith(b"\n"):
            raise self._ended()
        outcome: dict[str, Any] = json.loads(answer)
        return outcome

    def end(self) -> None:
        """Kill it, and leave nothing of it."""
        self._process.kill()
        self._process.wait()
        self._lines.close()
        self._socket.close()
        self._complaints.close()
        self._folder.cleanup()

    def _line(self) -> bytes:
        try:
            return self._lines.readline()
        except OSError:  # what it did not read when it ended resets the connection
            return b""

    def _ended(self) -> _EndedError:
        return _EndedError(self._process.wait(), self._complaint())

    def _complaint(self) -> bytes:
        self._complaints.seek(0)
        return self._complaints.read()[-_TAIL:]


def _refusal(ended: _EndedError, name: str) -> UnreadableFileError:
    """Say in a sentence why the child ended over a file."""
    if -ended.code in OUT_OF_TIME:
        return UnreadableFileError(
            "reading_took_too_long",
            f"{name} takes longer to read than a file of its size is allowed: split or simplify it,"
            " or raise DISCOVERY_READING_SECONDS.",
        )
    if any(each in ended.complaint for each in _NO_MEMORY):
        return _too_large(name)
    if ended.code in _FROM_OUTSIDE:
        return UnreadableFileError(
            "reader_died",
            f"{name} could not be read, since the process that read it was killed twice: check"
            " whether the machine lacks memory, and import it again.",
        )
    return UnreadableFileError(
        "reader_died",
        f"{name} is damaged in a way that ends the program that reads it: export it again, or save"
        " it in another format.",
    )


def _too_large(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        "file_too_large_to_read",
        f"{name} takes more memory to read than a file of its size is allowed: split it, save it in"
        " another format, or raise DISCOVERY_READING_MEMORY_BYTES.",
    )


def _failed(name: str, fault: str) -> UnreadableFileError:
    return UnreadableFileError(
        "reader_failed",
        f"{name} cannot be read because of a fault in Discovery ({fault}): report it, and leave the"
        " file out or save it in another format.",
    )

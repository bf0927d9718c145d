"""The process that reads files: `python -m discovery_dagster.sandbox DESCRIPTOR`.

It answers its parent through the socket whose descriptor it is given, one line a request. What it
read goes to the open file that comes with the request.
"""

import errno
import fcntl
import json
import os
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from discovery_dagster.domain.errors import UnreadableFileError, is_panic
from discovery_dagster.domain.file_limits import check_limit
from discovery_dagster.domain.intake import read_tables
from discovery_dagster.domain.readers import Limits
from discovery_dagster.domain.readers.workbook import read_sheets
from discovery_dagster.sandbox import answers
from discovery_dagster.sandbox.allowance import (
    Allowance,
    Weight,
    confine,
    data_bytes,
    held_to,
)
from discovery_dagster.sandbox.weighing import weigh

#: What the parent is told first; a child that ends before it could not be started.
READY: Final = b"ready\n"
_IDLE: Final = 60  # seconds after which a child that nobody asks ends
_KEPT: Final = 256 * 1024**2  # bytes that allocators may keep of one file for the next
_REQUEST: Final = 1024**2  # bytes
_NO_MEMORY: Final = (errno.ENOMEM, errno.EFBIG)


def main() -> None:
    """Read files until the parent is gone or asks nothing for a minute, or memory stays taken.

    The next file has another child then: what allocators keep would be missing from its allowance.
    """
    confine()
    pl.select(pl.int_range(1_000).sum())  # its threads are the process' own
    own = data_bytes()
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        parent.sendall(READY)
        parent.settimeout(_IDLE)
        while (received := _request(parent)) is not None:
            request, out = received
            with out:
                outcome = _answer(parent, request, out, own)
            parent.sendall(json.dumps(outcome).encode() + b"\n")
            if data_bytes() - own > _KEPT:
                return


def _request(parent: socket.socket) -> tuple[dict[str, Any], IO[bytes]] | None:
    """Wait for a request and the file for its answer; None when there will be none."""
    line, descriptors = b"", list[int]()
    while not line.endswith(b"\n"):
        try:
            piece, sent, _, _ = socket.recv_fds(parent, _REQUEST, 1)
        except TimeoutError:
            return None
        if not piece:
            return None
        line += piece
        descriptors += sent
    return json.loads(line), os.fdopen(descriptors[0], "wb")


def _answer(
    parent: socket.socket, request: dict[str, Any], out: IO[bytes], own: int
) -> dict[str, Any]:
    """Read a file into `out`, and return how that went."""
    path, name = Path(request["path"]), request["name"]
    limits, allowance = Limits(**request["limits"]), Allowance(**request["allowance"])
    try:
        size = path.stat().st_size
        check_limit(name, "bytes", size, limits.file_bytes)
        with _dying_with(parent):
            with held_to(allowance, Weight(size), own):
                weight = weigh(path, limits.uncompressed_bytes)
            with held_to(allowance, weight, own):
                if request["task"] == "sheets":
                    answers.write_sheets(out, read_sheets(path.read_bytes(), name, limits))
                else:
                    answers.write_tables(out, read_tables(path, name, limits))
    except UnreadableFileError as refused:
        return {"refused": [refused.code, refused.message]}
    except MemoryError:
        return {"memory": True}
    except OSError as error:
        if error.errno in _NO_MEMORY:
            return {"memory": True}
        return {"system": [error.errno, error.strerror, str(error.filename or path)]}
    except BaseException as error:
        # Polars panics where it gets no memory, without a word of it (1.2 GB of 3.5 million lines).
        if is_panic(error) and data_bytes() - own > allowance.memory:
            return {"memory": True}
        return {"fault": _place_of(error)}
    return {}


@contextmanager
def _dying_with(parent: socket.socket) -> Iterator[None]:
    """Have the kernel end this process when the parent's side closes, whatever code runs then.

    Waiting for the parent's next word would notice it, but no code does while a file is read.
    """
    flags = fcntl.fcntl(parent, fcntl.F_GETFL)
    fcntl.fcntl(parent, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(parent, fcntl.F_SETFL, flags | os.O_ASYNC)
    try:
        yield
    finally:
        fcntl.fcntl(parent, fcntl.F_SETFL, flags)


def _place_of(error: BaseException) -> str:
    """What went wrong and where in our own code; its words may quote cells."""
    frames = [each for each in traceback.extract_tb(error.__traceback__)
              if "discovery_dagster" in each.filename]  # fmt: skip
    last = frames[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"

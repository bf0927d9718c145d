"""Long answers, written to disk as fast as they are made and sent as fast as they are read.

A peer that reads slowly, or nothing at all, holds a file and a piece of it in memory, never the
connection to Postgres that its rows came by.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Generator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool

Parts = Generator[bytes, None, None]

#: Bytes that are sent at a time, and after which a waiting reader hears of what was written.
_PIECE = 64 * 1024

#: Seconds after each piece in which whoever asks for a page finds nobody computing.
_PAUSE = 0.005

#: Answers of one token that are written at a time: its others wait, and nobody else's do.
_WRITTEN_FOR_A_TOKEN = 1


class Spooler:
    """Writes answers into files without a name below `folder`, at most `writers` at a time."""

    def __init__(self, folder: Path, writers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._turns = asyncio.Semaphore(writers)
        self._turns_of_tokens = WeakValueDictionary[str, asyncio.Semaphore]()
        self._writing = set[asyncio.Task[None]]()

    async def pieces(self, token: str, parts: Parts) -> AsyncIterator[bytes]:
        """Yield what `parts` makes for this token, from its file; the first bytes at once.

        Raises:
            Exception: what stopped `parts`, after what was made before it.
        """
        spool = _Spool(self._folder)
        writing = asyncio.create_task(self._write(token, parts, spool))
        self._writing.add(writing)  # the event loop alone would let go of it
        writing.add_done_callback(self._writing.discard)
        writing.add_done_callback(lambda _: spool.grown.set())
        sent = 0
        try:
            while not writing.done() or sent < spool.size:
                if sent == spool.size:
                    await spool.grown.wait()
                    spool.grown.clear()
                    continue
                piece = await run_in_threadpool(spool.read, sent)
                sent += len(piece)
                yield piece
            writing.result()
        finally:
            spool.abandoned = True
            writing.add_done_callback(spool.close)

    async def _write(self, token: str, parts: Parts, spool: "_Spool") -> None:
        own = self._turns_of_tokens.setdefault(token, asyncio.Semaphore(_WRITTEN_FOR_A_TOKEN))
        async with own, self._turns:
            if not spool.abandoned:
                await run_in_threadpool(spool.fill, parts)


class _Spool:
    """A file that a thread fills while the event loop follows it."""

    def __init__(self, folder: Path) -> None:
        self.size = 0  # as far as it can be read
        self.grown = asyncio.Event()
        self.abandoned = False
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - see `close`
        self._loop = asyncio.get_running_loop()

    def fill(self, parts: Parts) -> None:
        """Write all parts, or as many as somebody waits for."""
        written = announced = 0
        with closing(parts):
            for part in parts:
                if self.abandoned:
                    return
                written += self._file.write(part)
                if announced == 0 or written - announced >= _PIECE:
                    announced = self._announce(written)
                    time.sleep(_PAUSE)
        self._announce(written)

    def read(self, start: int) -> bytes:
        """Return the piece that begins at this byte."""
        return os.pread(self._file.fileno(), min(_PIECE, self.size - start), start)

    def close(self, writing: "asyncio.Task[None]") -> None:
        """Give the file back when nobody writes it any more; why it ended is of no use now."""
        self._file.close()
        if not writing.cancelled():
            writing.exception()

    def _announce(self, size: int) -> int:
        self._file.flush()
        self._loop.call_soon_threadsafe(self._grow, size)
        return size

    def _grow(self, size: int) -> None:
        self.size = size
        self.grown.set()

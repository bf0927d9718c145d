"""Leaving peers that take nothing of an answer: neither memory nor a socket waits for them."""

import asyncio
from functools import partial

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes that a peer has to take in each of its whiles: 0.5 kB/s with the default of 30 s.
_LEAST = 16 * 1024


class _LeavingProtocol(HttpToolsProtocol):
    """HTTP whose connection is cut when its peer takes too little of what waits for it."""

    def __init__(self, *arguments: object, seconds: float, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._seconds = seconds
        self._watch: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Begin to look at what waits: it is more than fits."""
        super().pause_writing()
        self._look_later()

    def resume_writing(self) -> None:
        """Look no more: what waits fits again."""
        super().resume_writing()
        self._look_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more: nobody is there."""
        self._look_no_more()
        super().connection_lost(exc)

    def _look_later(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._watch = self.loop.call_later(self._seconds, self._look, waiting)

    def _look(self, waited: int) -> None:
        if waited - self.transport.get_write_buffer_size() < _LEAST:
            self.transport.abort()  # `close` would wait until all is taken
        else:
            self._look_later()

    def _look_no_more(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


def leaving_slow_peers(seconds: float) -> "partial[_LeavingProtocol]":
    """Return the protocol, for Uvicorn's `http`, that leaves a peer after so many seconds."""
    return partial(_LeavingProtocol, seconds=seconds)

"""One child for what a command does in a row: it checks files, and then runs their session."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from discovery_dagster.sandbox.reader import SandboxedReader

_shared: ContextVar[SandboxedReader | None] = ContextVar("shared_reader", default=None)


@contextmanager
def sharing(reader: SandboxedReader) -> Iterator[None]:
    """Have what is called in the block read with `reader`, whose start took half a second."""
    token = _shared.set(reader)
    try:
        yield
    finally:
        _shared.reset(token)


def shared_reader() -> SandboxedReader | None:
    """Return the reader that is shared here, None where there is none."""
    return _shared.get()

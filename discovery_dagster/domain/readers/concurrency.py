"""Work on pieces while the next ones are read."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import Final, TypeVar

_WORKERS: Final = 2
_WAITING: Final = 4  # pieces that may wait, so that memory is bounded by them and not by the file

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def map_in_order(make: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
    """Give what `make` makes of each piece, in their order.

    NumPy, Polars and zlib let other threads run, so that reading and making go side by side. A
    single piece needs no thread: most tables are one, and a drop may have thousands.
    """
    source = iter(pieces)
    beginning = list(islice(source, 2))
    if len(beginning) < 2:
        yield from map(make, beginning)
        return
    with ThreadPoolExecutor(_WORKERS) as workers:
        waiting: list[Future[Result]] = []
        for piece in chain(beginning, source):
            waiting.append(workers.submit(make, piece))
            if len(waiting) >= _WAITING:
                yield waiting.pop(0).result()
        for each in waiting:
            yield each.result()
